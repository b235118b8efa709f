import type { IndexRows, Store } from './dynalite.ts';

interface Consumed {
  TableName?: string;
  CapacityUnits: number;
  Table?: object;
  LocalSecondaryIndexes?: Record<string, object>;
  GlobalSecondaryIndexes?: Record<string, object>;
}

/**
 * What writes cost in indexes, which dynalite leaves out: a unit for each begun KB of an index entry that is put,
 * changed or taken away, nothing for one that stays as it was
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes).
 */
export class IndexWrites {
  #units = new Map<string, { table: string; type: string; index: string; units: number }>();
  #isDetailed: boolean;

  constructor(returnConsumedCapacity: unknown) {
    this.#isDetailed = returnConsumedCapacity === 'INDEXES';
  }

  /** The store, with its indexes watched. */
  watch(store: Store): Store {
    return {
      ...store,
      getIndexDb: (type, table, index) => {
        const rows = store.getIndexDb(type, table, index);
        const count = (units: number) => this.#count(type, table, index, units);
        const watched: IndexRows = {
          createValueStream: (range) => rows.createValueStream(range),
          unitsToWrite: (key, item) => rows.unitsToWrite(key, item),
          put(key, item, done) {
            count(rows.unitsToWrite(key, item));
            rows.put(key, item, done);
          },
          del(key, done) {
            count(rows.unitsToWrite(key));
            rows.del(key, done);
          },
        };
        return watched;
      },
    };
  }

  /** Completes the `ConsumedCapacity` of an answer, be it of one table or of several. */
  addTo(answer: Record<string, unknown>): Record<string, unknown> {
    for (const consumed of [answer.ConsumedCapacity].flat() as (Consumed | undefined)[]) {
      for (const { table, type, index, units } of this.#units.values()) {
        if (consumed === undefined || table !== consumed.TableName || units === 0) continue;
        consumed.CapacityUnits += units;
        if (!this.#isDetailed) continue;
        const member = type.toLowerCase() === 'local' ? 'LocalSecondaryIndexes' : 'GlobalSecondaryIndexes';
        consumed[member] = { ...consumed[member], [index]: { CapacityUnits: units } };
      }
    }
    return answer;
  }

  #count(type: string, table: string, index: string, units: number): void {
    const key = `${table}/${index}`;
    const before = this.#units.get(key)?.units ?? 0;
    this.#units.set(key, { table, type, index, units: before + units });
  }
}
