import { sleepWhile } from './clock.ts';
import { tellDue } from './work-due.ts';
import type { Change, Invocation, Item, Key, World } from './world.ts';

/** How long a driver may be silent before another goes on: two renewals may fail. */
const leaseMs = 60_000;
const renewMs = 20_000;

/** An invocation asks for the next one itself at most once a minute: what goes round and round is the heartbeat's. */
const leastMs = 60_000;

/** Another drives the work now: stop, without a word. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/**
 * Makes this process the driver of the work whose memory is that item, and resolves to the item; undefined when it has
 * a driver, or is not due any more, or is not there; but who failed at it and is tried again, under the same id, takes it
 * again. `isWanted`: it need not be due, nor be there. `writing` is written with it (the end of an update's SET, or
 * REMOVE). An invocation that Lambda delivers twice is two drivers, so the instant is part of the name.
 */
export async function takeItem(
  { catalog, clock }: World,
  key: Key,
  { id }: Invocation,
  { isWanted = false, writing = '' } = {},
): Promise<Item | undefined> {
  const now = clock.now();
  const taken = await catalog.update(key, {
    update: `SET driver = :me, leaseUntil = :until, dueAt = :until, due = :work${writing}`,
    condition: `${isWanted ? '' : '(attribute_exists(due) OR failedBy = :id) AND '}(attribute_not_exists(driver) OR leaseUntil < :now)`,
    values: {
      ...{ ':me': `${id}/${now}`, ':until': now + leaseMs, ':now': now, ':work': 'work' },
      ...(!isWanted && { ':id': id }),
    },
  });
  return taken.done ? taken.item : undefined;
}

/**
 * One driver at a time. The heartbeat starts what is due, and every write of the driver moves `dueAt` on, so what lives
 * is not started twice and what died is due when its lease ends. All writes are on condition that the driver is still
 * this one, and has not written since: of a write that the SDK repeats, the first copy may arrive last.
 */
export class Lease {
  protected readonly world: World;
  readonly #key: Key;
  readonly #me: string;
  /** Time to stop, so that the invocation ends by itself (epoch ms). */
  readonly stopAt: number;
  readonly #takenAt: number;
  #until: number;
  /** One write at a time, so that each has a later end of the lease than the one before. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #lost: unknown;
  #isLeft = false;
  /** The item as it was when the lease was taken. */
  readonly item: Item;

  /** `item` is what `takeItem` gave; `stopMs` before Lambda ends the invocation, the driver stops by itself. */
  constructor(world: World, key: Key, { endsAt }: Invocation, item: Item, stopMs: number) {
    this.world = world;
    this.#key = key;
    this.#me = String(item.driver);
    this.stopAt = endsAt - stopMs;
    this.#takenAt = world.clock.now();
    this.#until = Number(item.leaseUntil);
    this.item = item;
  }

  /** Whatever is sent under this lease must be signed and answered before. */
  get leaseUntil(): number {
    return this.#until;
  }

  /** There is no time left for more: another invocation goes on. */
  get isEnding(): boolean {
    return this.world.clock.now() >= this.stopAt;
  }

  /** Sleeps, but not past the time to stop. */
  pause(ms: number): Promise<void> {
    return this.world.clock.sleep(Math.min(ms, this.stopAt - this.world.clock.now()));
  }

  /** Renews the lease until it is not needed any more. Throws what a renewal throws, and then no write goes through. */
  async renewWhile(isNeeded: () => boolean, renew: () => Promise<unknown> = () => this.write({})): Promise<void> {
    try {
      for (;;) {
        await sleepWhile(isNeeded, renewMs, this.world.clock);
        if (!isNeeded()) return;
        await renew();
      }
    } catch (error) {
      // A renewal on its way while the work is left finds no driver.
      if (this.#isLeft) return;
      this.#lost = error;
      throw error;
    }
  }

  /** Renews the lease while `work` goes on. What it lost meanwhile is thrown when the work has come to rest. */
  async keepDuring<T>(work: () => Promise<T>, renew?: () => Promise<unknown>): Promise<T> {
    let isOver = false;
    this.renewWhile(() => !isOver, renew).catch(() => {});
    const result = await work().finally(() => {
      isOver = true;
    });
    if (this.#lost !== undefined) throw this.#lost;
    return result;
  }

  /**
   * Writes attributes (undefined takes one away) and a step of the item's `steps`, and renews the lease. Resolves to the
   * item as it is now.
   * @throws LeaseLost when another drives it by now.
   */
  write(attributes: Record<string, unknown>, step?: string): Promise<Item> {
    const written = this.#lastWrite.then(() => this.#writeNext(attributes, step));
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  async #writeNext(attributes: Record<string, unknown>, step?: string): Promise<Item> {
    if (this.#lost !== undefined) throw this.#lost;
    const until = this.world.clock.now() + leaseMs;
    const item = await this.#mustWrite({ ...attributes, leaseUntil: until, dueAt: until }, step);
    this.#until = until;
    return item;
  }

  /**
   * Leaves the work to whoever comes after that instant (epoch ms). What is due now, since this invocation's time is
   * over, is handed on: the next one is asked for here, and not by the heartbeat, which finds it if this process dies
   * before (docs/decisions/0005).
   */
  async leave(dueAt: number, step?: string, attributes: Record<string, unknown> = {}): Promise<void> {
    this.#isLeft = true;
    await this.#mustWrite({ ...attributes, dueAt, driver: undefined, leaseUntil: undefined }, step);
    const now = this.world.clock.now();
    const isHandedOn = this.isEnding && dueAt <= now && now >= this.#takenAt + leastMs;
    if (isHandedOn) await tellDue(this.world, [{ ...this.#key, dueAt }]);
  }

  /** It is over and told: nobody looks at it any more. */
  async end(): Promise<void> {
    this.#isLeft = true;
    await this.#mustWrite({ due: undefined, dueAt: undefined, driver: undefined, leaseUntil: undefined });
  }

  /** The same with other attributes and on one condition more; false when one of the two was not met. */
  protected async endIf(condition: string, attributes: Record<string, unknown>): Promise<boolean> {
    this.#isLeft = true;
    const change = this.#change({ ...attributes, driver: undefined, leaseUntil: undefined });
    return (await this.world.catalog.update(this.#key, { ...change, condition: `driver = :me AND ${condition}` })).done;
  }

  async #mustWrite(attributes: Record<string, unknown>, step?: string): Promise<Item> {
    const written = await this.world.catalog.update(this.#key, this.#change(attributes, step));
    if (!written.done) throw new LeaseLost(`Another drives ${this.#key.pk} ${this.#key.sk} now.`);
    return written.item;
  }

  #change(attributes: Record<string, unknown>, step?: string): Change {
    const entries = Object.entries(attributes);
    const set = entries.filter(([, value]) => value !== undefined);
    const removed = entries.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
    const sets = set.map(([name]) => `#${name} = :${name}`);
    if (step !== undefined) sets.push('#steps = list_append(#steps, :step)');
    return {
      update: [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
      ].join(' '),
      condition: attributes.leaseUntil === undefined ? 'driver = :me' : 'driver = :me AND leaseUntil <= :leaseUntil',
      names: {
        ...Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ...(step !== undefined && { '#steps': 'steps' }),
      },
      values: {
        ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
        ...(step !== undefined && { ':step': [{ at: this.world.clock.now(), step }] }),
        ':me': this.#me,
      },
    };
  }
}
