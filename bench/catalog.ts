import type { Catalog, Item, Key, Range } from '../shared/world.ts';

/** What reads have cost, strongly consistent ones of DynamoDB. */
export interface Spent {
  calls: number;
  items: number;
  readUnits: number;
  /** Of writes. */
  writeUnits: number;
}

/** So much is one answer of Query: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
const pageBytes = 1_048_576;

/** A partition's items that are made when they are read. */
export interface Made {
  /** Sort keys from `from` on, up to and with `until`, in order. */
  keys(from: string, until: string): Iterable<string>;
  item(key: Key): Item | undefined;
}

/** The catalog in memory, which counts what DynamoDB would charge. Updates are for who needs more than this. */
export class MemoryCatalog implements Catalog {
  readonly spent: Spent = { calls: 0, items: 0, readUnits: 0, writeUnits: 0 };
  readonly #partitions = new Map<string, { keys: string[]; isSorted: boolean; items: Map<string, Item> }>();
  readonly #made = new Map<string, Made>();

  /** The partition's items whose sort keys begin with `backup#` are made from now on. */
  make(pk: string, made: Made): void {
    this.#made.set(pk, made);
  }

  async get(key: Key): Promise<Item | undefined> {
    this.spent.calls++;
    return this.#read(key);
  }

  async getAll(keys: Key[]): Promise<Item[]> {
    this.spent.calls += Math.ceil(keys.length / 100);
    return keys.map((key) => this.#read(key)).filter((item) => item !== undefined);
  }

  async put(item: Item & Key) {
    const { pk, sk } = item;
    const partition = this.#partitions.get(pk) ?? {
      keys: [] as string[],
      isSorted: true,
      items: new Map<string, Item>(),
    };
    this.#partitions.set(pk, partition);
    if (!partition.items.has(sk)) {
      partition.isSorted &&= (partition.keys.at(-1) ?? '') < sk;
      partition.keys.push(sk);
    }
    partition.items.set(sk, structuredClone(item));
    this.spent.writeUnits += Math.ceil(bytesOf(item) / 1024);
    return { done: true as const, item };
  }

  async remove({ pk, sk }: Key): Promise<void> {
    const partition = this.#partitions.get(pk);
    if (!partition?.items.delete(sk)) return;
    partition.keys = partition.keys.filter((key) => key !== sk);
  }

  async update(): Promise<never> {
    throw new Error('Nothing is updated here.');
  }

  async due(): Promise<never> {
    throw new Error('Nothing is due here.');
  }

  async *query({ pk, prefix, from = prefix, until, backwards = false, limit = Infinity }: Range): AsyncGenerator<Item> {
    const end = until ?? `${prefix}\uffff`;
    if (from === '' || from > end) throw new RangeError(`DynamoDB refuses a range from "${from}" to "${end}".`);
    const keys = [...this.#keys(pk, from, end)];
    if (backwards) keys.reverse();
    let bytes = 0;
    this.spent.calls++;
    try {
      for (const sk of keys.slice(0, limit)) {
        const item = this.#item({ pk, sk });
        if (item === undefined) continue;
        bytes += bytesOf(item);
        if (bytes > pageBytes) {
          this.spent.calls++;
          this.spent.readUnits += pageBytes / 4096;
          bytes -= pageBytes;
        }
        this.spent.items++;
        yield structuredClone(item);
      }
    } finally {
      this.spent.readUnits += Math.max(1, Math.ceil(bytes / 4096));
    }
  }

  #keys(pk: string, from: string, until: string): Iterable<string> {
    const made = this.#made.get(pk);
    if (made !== undefined && from.startsWith('backup#')) return made.keys(from, until);
    const partition = this.#partitions.get(pk);
    if (partition === undefined) return [];
    if (!partition.isSorted) partition.keys.sort((a, b) => (a < b ? -1 : 1));
    partition.isSorted = true;
    return partition.keys.filter((key) => key >= from && key <= until);
  }

  #item(key: Key): Item | undefined {
    const made = this.#made.get(key.pk);
    if (made !== undefined && key.sk.startsWith('backup#')) return made.item(key);
    return this.#partitions.get(key.pk)?.items.get(key.sk);
  }

  #read(key: Key): Item | undefined {
    const item = this.#item(key);
    this.spent.readUnits += item === undefined ? 1 : Math.ceil(bytesOf(item) / 4096);
    if (item !== undefined) this.spent.items++;
    return item && structuredClone(item);
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function bytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof Set) return 3 + [...value].reduce((sum: number, one) => sum + bytesOf(one) + 1, 0);
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).replace(/[.-]/, '').length / 2) + 1;
  if (typeof value !== 'object' || value === null) return 1;
  const entries = Array.isArray(value) ? value.map((one) => ['', one] as const) : Object.entries(value);
  return entries.reduce((sum, [name, one]) => sum + Buffer.byteLength(name) + bytesOf(one) + 1, 3);
}
