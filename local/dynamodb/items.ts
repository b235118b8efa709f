import { Stream } from 'node:stream';
import { type Item, itemSize } from './dynalite.ts';
import { OrderedMap, type Range } from './ordered.ts';

/** An item as it is kept: immutable, so that snapshots can share it. */
export interface Row {
  json: string;
  bytes: number;
}

/** A table's items as they were at one moment. Backups of a table that did not change share one. */
export interface Snapshot {
  readonly count: number;
  readonly bytes: number;
  /** In the order of their keys. */
  items(): Iterable<Item>;
  /** The same as they are kept, with their keys. */
  entries(): Iterable<[key: string, row: Row]>;
  /** The same items, to be written to; costs next to nothing. */
  copy(): Items;
}

/** Is told of each write before it happens: the key, the row that will be gone, and the one that comes. */
export type Watcher = (key: string, before: Row | undefined, after: Row | undefined) => void;

type Done = (error: Error | null, item?: Item) => void;

/**
 * A table's items, or those of an index: ordered, counted, weighed, and in the shape that dynalite's actions expect
 * of a store. Every answer is given at once, none later.
 */
export class Items {
  #rows = new OrderedMap<Row>();
  #bytes = 0;
  #snapshot: Snapshot | undefined;
  #watchers: Watcher[] = [];

  get count(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** From now on the watcher is told of every write, until the answer is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => {
      this.#watchers = this.#watchers.filter((one) => one !== watcher);
    };
  }

  get(key: string, done: Done): void {
    done(null, this.read(key));
  }

  put(key: string, item: Item, done: Done): void {
    this.write(key, item);
    done(null);
  }

  del(key: string, done: Done): void {
    this.#change(key, undefined);
    done(null);
  }

  /** An action runs to its end before another starts, so nothing ever waits for a lock. */
  lock(_key: string, locked: (release: (done: Done) => Done) => void): void {
    locked((done) => done);
  }

  createValueStream({ limit = -1, ...range }: Range & { limit?: number }): Stream {
    return new ValueStream(this.#rows.values(range), limit);
  }

  read(key: string): Item | undefined {
    const row = this.#rows.get(key);
    return row && parse(row);
  }

  /** As it is kept. */
  row(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  write(key: string, item: Item): void {
    this.#change(key, { json: JSON.stringify(item), bytes: itemSize(item) });
  }

  /** Puts rows back that a watcher was told of; undefined takes the row away. */
  rewind(rows: Iterable<[key: string, row: Row | undefined]>): void {
    for (const [key, row] of rows) this.#change(key, row);
  }

  #change(key: string, row: Row | undefined): void {
    const before = this.#rows.get(key);
    for (const watcher of this.#watchers) watcher(key, before, row);
    this.#bytes += (row?.bytes ?? 0) - (before?.bytes ?? 0);
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
    this.#snapshot = undefined;
  }

  /** The write units that putting this item costs, or deleting what is there: none when nothing changes. */
  unitsToWrite(key: string, item?: Item): number {
    const old = this.#rows.get(key);
    if (item === undefined ? old === undefined : old?.json === JSON.stringify(item)) return 0;
    return Math.max(1, Math.ceil(Math.max(old?.bytes ?? 0, item ? itemSize(item) : 0) / 1024));
  }

  /** Costs next to nothing, and is the same one until something is written. */
  snapshot(): Snapshot {
    if (this.#snapshot !== undefined) return this.#snapshot;
    const rows = this.#rows.copy();
    const bytes = this.#bytes;
    this.#snapshot = {
      count: rows.size,
      bytes,
      *items() {
        for (const row of rows.values()) yield parse(row);
      },
      entries: () => rows.entries(),
      copy() {
        const items = new Items();
        items.#rows = rows.copy();
        items.#bytes = bytes;
        return items;
      },
    };
    return this.#snapshot;
  }
}

const parse = (row: Row): Item => JSON.parse(row.json) as Item;

/** What dynalite asks of a stream: `data` and `end`, after the listeners were put on, and that it can be ended early. */
class ValueStream extends Stream {
  #isDestroyed = false;

  constructor(rows: Iterable<Row>, limit: number) {
    super();
    queueMicrotask(() => this.#flow(rows, limit));
  }

  destroy(): void {
    this.#isDestroyed = true;
  }

  #flow(rows: Iterable<Row>, limit: number): void {
    let left = limit;
    for (const row of rows) {
      if (this.#isDestroyed || left-- === 0) break;
      this.emit('data', parse(row));
    }
    if (!this.#isDestroyed) this.emit('end');
  }
}
