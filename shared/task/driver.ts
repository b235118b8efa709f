import { sleepWhile } from '../clock.ts';
import type { Change, Invocation, Item, World } from '../world.ts';
import { taskKey } from './task.ts';

/** How long a driver may be silent before another goes on. */
const leaseMs = 60_000;
const renewMs = 20_000;
/** So long before Lambda ends the invocation, a driver stops by itself. */
const stopMs = 30_000;

/** Another drives the task now: stop, without a word. */
export class TaskLost extends Error {
  override name = 'TaskLost';
}

/**
 * One driver at a time for a task. The heartbeat starts what is due, and every write of the driver moves `dueAt` on, so
 * what lives is not started twice and what died is due when its lease ends.
 */
export class Driver {
  readonly #world: World;
  readonly #id: string;
  readonly #me: string;
  readonly #stopAt: number;
  #leaseUntil: number;
  #lost: unknown;
  /** The task as it was when the lease was taken. */
  readonly item: Item;

  private constructor(world: World, id: string, { endsAt }: Invocation, item: Item) {
    this.#world = world;
    this.#id = id;
    this.#me = String(item.driver);
    this.#stopAt = endsAt - stopMs;
    this.#leaseUntil = Number(item.leaseUntil);
    this.item = item;
  }

  /**
   * Undefined when another drives it, or it is over, or there is no such task. An invocation that Lambda delivers twice
   * is two drivers, so the instant is part of the name.
   */
  static async take(world: World, id: string, invocation: Invocation): Promise<Driver | undefined> {
    const now = world.clock.now();
    const taken = await world.catalog.update(taskKey(id), {
      update: 'SET driver = :me, leaseUntil = :until, dueAt = :until',
      condition: 'attribute_exists(due) AND (attribute_not_exists(driver) OR leaseUntil < :now)',
      values: { ':me': `${invocation.id}/${now}`, ':until': now + leaseMs, ':now': now },
    });
    return taken.done ? new Driver(world, id, invocation, taken.item) : undefined;
  }

  /** Whatever is sent under this lease must be signed and answered before. */
  get leaseUntil(): number {
    return this.#leaseUntil;
  }

  /** There is no time left for more: another invocation goes on. */
  get isEnding(): boolean {
    return this.#world.clock.now() >= this.#stopAt;
  }

  /** Sleeps, but not past the time to stop. */
  pause(ms: number): Promise<void> {
    return this.#world.clock.sleep(Math.min(ms, this.#stopAt - this.#world.clock.now()));
  }

  /** Renews the lease while `work` goes on. What it lost meanwhile is thrown when the work has come to rest. */
  async keepDuring<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const renew = async () => {
      for (;;) {
        await sleepWhile(() => !isOver, renewMs, this.#world.clock);
        if (isOver) return;
        await this.write({});
      }
    };
    renew().catch((error: unknown) => {
      this.#lost = error;
    });
    const result = await work().finally(() => {
      isOver = true;
    });
    if (this.#lost !== undefined) throw this.#lost;
    return result;
  }

  /**
   * Writes attributes (undefined takes one away) and a step as the task's driver, and renews the lease. Resolves to the
   * task as it is now.
   * @throws TaskLost when another drives it by now.
   */
  async write(attributes: Record<string, unknown>, step?: string): Promise<Item> {
    if (this.#lost !== undefined) throw this.#lost;
    const until = this.#world.clock.now() + leaseMs;
    const item = await this.#update({ ...attributes, leaseUntil: until, dueAt: until }, step);
    this.#leaseUntil = until;
    return item;
  }

  /** Leaves the task to whoever comes after that instant (epoch ms). */
  async leave(dueAt: number, step?: string): Promise<void> {
    await this.#update({ dueAt, driver: undefined, leaseUntil: undefined }, step);
  }

  /** It is over and told: nobody looks at it any more. */
  async end(): Promise<void> {
    await this.#update({ due: undefined, dueAt: undefined, driver: undefined, leaseUntil: undefined });
  }

  async #update(attributes: Record<string, unknown>, step?: string): Promise<Item> {
    const written = await this.#world.catalog.update(taskKey(this.#id), this.#change(attributes, step));
    if (!written.done) throw new TaskLost(`Another drives the task ${this.#id} now.`);
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
      condition: 'driver = :me',
      names: {
        ...Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ...(step !== undefined && { '#steps': 'steps' }),
      },
      values: {
        ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
        ...(step !== undefined && { ':step': [{ at: this.#world.clock.now(), step }] }),
        ':me': this.#me,
      },
    };
  }
}
