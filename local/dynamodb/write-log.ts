import type { Items, Row, Snapshot } from './items.ts';

/** What the keys that were written in one second had before. */
interface Second {
  /**
   * Epoch seconds: a write at 02:00:00.000 belongs to the second itself, one at 02:00:00.001 to half past it. So both a
   * point in time, which has what was written until then, and a window, which ends before its last instant, are exact.
   */
  at: number;
  before: Map<string, Row | undefined>;
}

/** The net change of an item in a window: what it was before and after; undefined where it was not there. */
export interface Change {
  key: string;
  before: Row | undefined;
  after: Row | undefined;
  /** When it was last written in the window, epoch ms, to the half second. */
  writtenAt: number;
}

/**
 * The log of a table's writes, by which its items can be had as they were at any second: for each second with writes,
 * the rows that were there before. Rows are shared with the table and its backups, so that a write costs one entry.
 */
export class WriteLog {
  #items: Items;
  #now: () => number;
  #seconds: Second[] = [];
  #unwatch: () => void;

  /** Keeps what is written from now on; `windowMs` is how far back it has to reach when asked. */
  constructor(items: Items, now: () => number, windowMs: () => number) {
    this.#items = items;
    this.#now = now;
    this.#unwatch = items.watch((key, before) => this.#keep(key, before, windowMs()));
  }

  /** How many seconds with writes are kept. */
  get size(): number {
    return this.#seconds.length;
  }

  end(): void {
    this.#unwatch();
  }

  /** The items with all that was written until that second (epoch ms), and nothing later. */
  contentAt(instant: number): Snapshot {
    const items = this.#items.snapshot().copy();
    for (let index = this.#seconds.length - 1; index >= 0; index--) {
      const { at, before } = this.#seconds[index] as Second;
      if (at * 1000 <= instant) break;
      items.rewind(before);
    }
    return items.snapshot();
  }

  /**
   * What became of each key that was written in [from, until) (epoch ms, whole seconds), in the order of the keys. A key
   * that was there neither before nor after has no change.
   */
  changes(from: number, until: number): Change[] {
    const changed = new Map<string, Change>();
    const later = new Map<string, Row | undefined>();
    for (let index = this.#seconds.length - 1; index >= 0; index--) {
      const { at, before } = this.#seconds[index] as Second;
      if (at * 1000 < from) break;
      for (const [key, row] of before) {
        const known = changed.get(key);
        if (at * 1000 >= until) later.set(key, row);
        else if (known !== undefined) known.before = row;
        else {
          const after = later.has(key) ? later.get(key) : this.#items.row(key);
          changed.set(key, { key, before: row, after, writtenAt: at * 1000 });
        }
      }
    }
    return [...changed.values()]
      .filter(({ before, after }) => before !== undefined || after !== undefined)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #keep(key: string, before: Row | undefined, windowMs: number): void {
    const now = this.#now() / 1000;
    const at = Number.isInteger(now) ? now : Math.floor(now) + 0.5;
    let last = this.#seconds.at(-1);
    if (last?.at !== at) {
      this.#forget(at - windowMs / 1000);
      last = { at, before: new Map() };
      this.#seconds.push(last);
    }
    if (!last.before.has(key)) last.before.set(key, before);
  }

  /** Nobody can ask for what was before the window; half a log is thrown away at a time. */
  #forget(earliest: number): void {
    const middle = this.#seconds.length >> 1;
    if (middle > 0 && (this.#seconds[middle - 1] as Second).at < earliest) this.#seconds.splice(0, middle);
  }
}
