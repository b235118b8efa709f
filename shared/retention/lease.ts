import { sleepWhile } from '../clock.ts';
import type { Invocation, Item, Key, World } from '../world.ts';

/** How long a driver may be silent before another goes on. */
const leaseMs = 60_000;
/** How often a driver renews. */
const renewMs = 15_000;
/** So long before Lambda ends the invocation, a driver stops by itself. */
const stopMs = 60_000;

/** Another has taken over: stop, without a word. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/** Makes the work due now; who drives it at the moment will do it once more. */
export async function want(world: World, key: Key): Promise<void> {
  await world.catalog.update(key, {
    update: 'SET wantedAt = :now, due = :work, dueAt = if_not_exists(dueAt, :now)',
    values: { ':work': 'work', ':now': world.clock.now() },
  });
}

/** Makes it due no more: there is nothing left to be driven. */
export async function forget(world: World, key: Key): Promise<void> {
  await world.catalog.update(key, { update: 'REMOVE due, dueAt, wantedAt', condition: 'attribute_exists(due)' });
}

/**
 * One driver at a time for a piece of work whose memory is an item: a retention or an audit. The heartbeat starts what
 * is due, and a lease moves `dueAt` on, so what lives is not started twice and what died is due when its lease ends.
 */
export class Lease {
  readonly #world: World;
  readonly #key: Key;
  readonly #driver: string;
  readonly #stopAt: number;
  #noted: Record<string, unknown> = {};
  #until: number;
  /** The item as it was when the lease was taken. */
  readonly item: Item;

  private constructor(world: World, key: Key, invocation: Invocation, item: Item) {
    this.#world = world;
    this.#key = key;
    this.#driver = String(item.driver);
    this.#stopAt = invocation.endsAt - stopMs;
    this.#until = Number(item.leaseUntil);
    this.item = item;
  }

  /**
   * Undefined when another drives it, be it the same invocation that Lambda delivered twice: that one knows then that it
   * was wanted once more. Each driver looks at everything anew.
   */
  static async take(world: World, key: Key, invocation: Invocation) {
    const now = world.clock.now();
    const taken = await world.catalog.update(key, {
      update:
        'SET due = :work, dueAt = :until, leaseUntil = :until, driver = :driver, startedAt = if_not_exists(startedAt, :now) REMOVE wantedAt',
      condition: 'attribute_not_exists(leaseUntil) OR leaseUntil < :now',
      values: { ':work': 'work', ':until': now + leaseMs, ':driver': `${invocation.id}/${now}`, ':now': now },
    });
    if (taken.done) return new Lease(world, key, invocation, taken.item);
    await want(world, key);
    return undefined;
  }

  /** When the work began, by whichever driver. */
  get startedAt(): number {
    return Number(this.item.startedAt);
  }

  /** True when there is no time left for more: go, and another goes on. */
  get isEnding(): boolean {
    return this.#world.clock.now() >= this.#stopAt;
  }

  /** Until then nobody else drives it, by what is known here: what is sent later, may be sent beside another driver. */
  get until(): number {
    return this.#until;
  }

  /** Renews the lease while `work` goes on. Throws LeaseLostError after it when another has taken over. */
  async keepDuring<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false;
    let lost: { error: unknown } | undefined;
    const renew = async () => {
      for (;;) {
        await sleepWhile(() => !isOver, renewMs, this.#world.clock);
        if (isOver) return;
        await this.remember({});
      }
    };
    renew().catch((error: unknown) => {
      lost = { error };
    });
    const result = await work().finally(() => {
      isOver = true;
    });
    if (lost !== undefined) throw lost.error;
    return result;
  }

  /** The same with the next renewal, which costs no write of its own. */
  note(memories: Record<string, unknown>): void {
    this.#noted = { ...this.#noted, ...memories };
  }

  /** Sets attributes of the item on condition that it is still ours; null is "nothing". */
  async remember(more: Record<string, unknown>): Promise<void> {
    const memories = { ...this.#noted, ...more };
    this.#noted = {};
    const names = Object.keys(memories);
    const until = this.#world.clock.now() + leaseMs;
    const sets = names.map((name) => `${name} = :${name}`);
    const kept = await this.#world.catalog.update(this.#key, {
      update: `SET ${[...sets, 'dueAt = :until', 'leaseUntil = :until'].join(', ')}`,
      condition: 'driver = :driver',
      values: {
        ...Object.fromEntries(names.map((name) => [`:${name}`, memories[name] ?? null])),
        ':until': until,
        ':driver': this.#driver,
      },
    });
    if (!kept.done) throw new LeaseLostError(`Another drives ${this.#key.pk} ${this.#key.sk} now.`);
    this.#until = until;
  }

  /** Not done: it is due again then. */
  async release(dueAt: number): Promise<void> {
    await this.#world.catalog.update(this.#key, {
      update: 'SET dueAt = :dueAt REMOVE leaseUntil, driver',
      condition: 'driver = :driver',
      values: { ':dueAt': dueAt, ':driver': this.#driver },
    });
  }

  /** Done: forgets `memories` and, unless it was wanted meanwhile, is due at `nextAt` or not at all. */
  async end({ nextAt, memories = [] }: { nextAt?: number; memories?: string[] } = {}): Promise<void> {
    const now = this.#world.clock.now();
    const forgotten = ['leaseUntil', 'driver', 'startedAt', 'wantedAt', ...memories];
    const end = (dueAt: number | undefined, condition: string) =>
      this.#world.catalog.update(this.#key, {
        update:
          dueAt === undefined
            ? `SET endedAt = :now REMOVE ${[...forgotten, 'due', 'dueAt'].join(', ')}`
            : `SET endedAt = :now, dueAt = :dueAt REMOVE ${forgotten.join(', ')}`,
        condition: `driver = :driver AND ${condition}`,
        values: { ':now': now, ':driver': this.#driver, ':dueAt': dueAt },
      });
    const ended = await end(nextAt, 'attribute_not_exists(wantedAt)');
    if (!ended.done) await end(now, 'attribute_exists(wantedAt)');
  }
}
