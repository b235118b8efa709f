import { Lease, takeItem } from '../lease.ts';
import type { Invocation, Key, World } from '../world.ts';

/** So long before Lambda ends the invocation, a driver stops by itself. */
const stopMs = 60_000;

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

/** The one driver of work that is wanted again and again: a retention or an audit. Each looks at everything anew. */
export class WantedLease extends Lease {
  #noted: Record<string, unknown> = {};

  /**
   * Undefined when another drives it, be it the same invocation that Lambda delivered twice: that one knows then that it
   * was wanted once more. Who was only told that it is due (`isWanted` false) wants nothing more than what is due.
   */
  static async take(world: World, key: Key, invocation: Invocation, isWanted = true): Promise<WantedLease | undefined> {
    const writing = ', startedAt = if_not_exists(startedAt, :now) REMOVE wantedAt';
    const item = await takeItem(world, key, invocation, { isWanted, writing });
    if (item !== undefined) return new WantedLease(world, key, invocation, item, stopMs);
    if (isWanted) await want(world, key);
    return undefined;
  }

  /** When the work began, by whichever driver. */
  get startedAt(): number {
    return Number(this.item.startedAt);
  }

  override keepDuring<T>(work: () => Promise<T>): Promise<T> {
    return super.keepDuring(work, () => this.remember({}));
  }

  /** Remembers with the next renewal or at the leave, which costs no write of its own. */
  note(memories: Record<string, unknown>): void {
    this.#noted = { ...this.#noted, ...memories };
  }

  /** Sets attributes of the item; null is "nothing". */
  async remember(memories: Record<string, unknown>): Promise<void> {
    const all = { ...this.#noted, ...memories };
    this.#noted = {};
    await this.write(all);
  }

  /** What was noted is remembered with it. */
  override leave(dueAt: number, step?: string): Promise<void> {
    return super.leave(dueAt, step, this.#noted);
  }

  /**
   * Done: forgets `memories` and, unless it was wanted meanwhile, is due no more. `failedBy`: the invocation that failed at
   * it, which finds it again when Lambda tries it again, so that what it throws reaches its destination.
   */
  async endUnlessWanted(memories: string[] = [], failedBy?: string): Promise<void> {
    const endedAt = this.world.clock.now();
    const forgotten = Object.fromEntries(['startedAt', 'wantedAt', ...memories].map((name) => [name, undefined]));
    const ended = { ...forgotten, endedAt, failedBy };
    const isEnd = await this.endIf('attribute_not_exists(wantedAt)', { ...ended, due: undefined, dueAt: undefined });
    if (!isEnd) await this.endIf('attribute_exists(wantedAt)', { ...ended, dueAt: endedAt });
  }
}
