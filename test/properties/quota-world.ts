import type { Clock } from '../../shared/clock.ts';
import { ClockCheck } from '../../shared/clock-check.ts';
import { Quotas } from '../../shared/quotas.ts';
import type { Change, Item, Key, World, Written } from '../../shared/world.ts';

/** Time that goes on only when everybody sleeps. */
export class Time {
  now: number;
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  constructor(startAt: number) {
    this.now = startAt;
  }

  /** A clock that is off by that much; it cuts off to the millisecond as all do. */
  clock(skewMs: number): Clock {
    return {
      now: () => this.now + skewMs,
      sleep: (ms) => {
        if (Number.isNaN(ms)) throw new Error('Nobody can sleep for NaN.');
        return new Promise((wake) => this.#sleepers.push({ at: this.now + Math.max(0, ms), wake }));
      },
    };
  }

  /** Until that work is done. */
  async until(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    work.then(
      () => {
        isDone = true;
      },
      () => {
        isDone = true;
      },
    );
    for (await settled(); !isDone; await settled()) {
      const next = this.#sleepers.sort((a, b) => a.at - b.at).shift();
      if (next === undefined) throw new Error('Everybody waits for something that will not happen.');
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    await work;
  }
}

/** Every promise that can go on has gone on. */
const settled = () => new Promise((go) => setImmediate(go));

/** One item that is written as DynamoDB writes it, for the few expressions that quotas use. */
export class OneItem {
  item: Item | undefined;
  /** Every state it was in. */
  readonly states: Item[] = [];
  #writes = 0;

  async update(key: Key, { update, condition = '', values = {} }: Change): Promise<Written> {
    for (const value of Object.values(values)) {
      const isHeld = typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
      if (!isHeld) throw new TypeError(`No item can hold ${value}.`);
    }
    if (++this.#writes > 5000) throw new Error(`This never ends: ${condition} of ${JSON.stringify(this.item)}`);
    const item = this.item ?? {};
    if (!holds(condition, item, values)) return { done: false, found: this.item && { ...this.item } };
    const changes = update.replace(/^SET /, '').split(', ');
    const set = changes.map((change) => {
      const [name = '', value = ''] = change.split(' = ');
      const [one = '', other] = value.split(' + ');
      return [name, other === undefined ? values[one] : Number(item[one]) + Number(values[other])];
    });
    const next = { ...key, ...item, ...Object.fromEntries(set) };
    this.item = next;
    this.states.push(next);
    return { done: true, item: { ...next } };
  }
}

function holds(condition: string, item: Item, values: Item): boolean {
  if (condition.startsWith('NOT ')) return !holds(condition.slice(4), item, values);
  const clauses = condition.replace(/(\w+) BETWEEN (\S+) AND (\S+)/, '$1 >= $2 AND $1 <= $3').split(' AND ');
  return clauses.every((clause) => {
    if (clause === 'attribute_not_exists(pk)') return item.pk === undefined;
    const [name = '', operator = '', value = ''] = clause.split(' ');
    const [left, right] = [item[name], values[value]];
    if (typeof left !== typeof right) return false;
    return compare[operator]?.(Number(left), Number(right)) ?? unknown(clause);
  });
}

const compare: Record<string, (left: number, right: number) => boolean> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
};

function unknown(clause: string): never {
  throw new Error(`This item cannot tell whether ${clause}.`);
}

/** The real quotas of a worker with such a clock, whose writes take so long; half of that on their way there. */
export function quotasOf(time: Time, item: OneItem, skewMs: number, writeMs = 0): Quotas {
  const clock = time.clock(skewMs);
  const silent = () => {};
  const update: OneItem['update'] = async (...write) => {
    if (writeMs > 0) await clock.sleep(writeMs / 2);
    const written = await item.update(...write);
    if (writeMs > 0) await clock.sleep(writeMs / 2);
    return written;
  };
  const { catalog, logger, metrics } = {
    catalog: { update },
    logger: { warn: silent, error: silent },
    metrics: { addMetric: silent },
  } as unknown as World;
  const clockCheck = new ClockCheck(clock);
  // A process has asked the catalog before, for its run.
  clockCheck.answerMs = writeMs;
  return new Quotas({ catalog, clock, random: () => 0.5, clockCheck, logger, metrics });
}
