import type { IndexRows, Item, ItemRows, Store } from './dynalite.ts';

/** A store whose writes wait until all of them are done, or none. Reads see what was there before. */
export class Staged {
  readonly store: Store;
  #writes: (() => void)[] = [];

  constructor(under: Store) {
    this.store = {
      ...under,
      getItemDb: (table) => {
        const items = under.getItemDb(table);
        const staged: ItemRows = {
          ...this.#later(items),
          get: (key, done) => items.get(key, done),
          lock: (key, locked) => items.lock(key, locked),
          createValueStream: (range) => items.createValueStream(range),
        };
        return staged;
      },
      getIndexDb: (type, table, index) => {
        const rows = under.getIndexDb(type, table, index);
        const staged: IndexRows = {
          ...this.#later(rows),
          createValueStream: (range) => rows.createValueStream(range),
          unitsToWrite: (key, item) => rows.unitsToWrite(key, item),
        };
        return staged;
      },
    };
  }

  commit(): void {
    for (const write of this.#writes) write();
    this.#writes = [];
  }

  #later(rows: Pick<IndexRows, 'put' | 'del'>): Pick<IndexRows, 'put' | 'del'> {
    return {
      put: (key: string, item: Item, done) => {
        this.#writes.push(() => rows.put(key, item, () => {}));
        done(null);
      },
      del: (key, done) => {
        this.#writes.push(() => rows.del(key, () => {}));
        done(null);
      },
    };
  }
}
