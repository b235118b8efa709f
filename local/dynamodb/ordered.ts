/** Half-open or closed bounds, in the order of the keys' UTF-16 code units. */
export interface Range {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  reverse?: boolean;
}

interface Chunk<V> {
  owner: object;
  keys: string[];
  values: V[];
}

const longestChunk = 256;

/** The first index whose key is not before `key`. */
function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A map in the order of its keys, of which a copy costs next to nothing: copies share chunks, and whoever writes
 * into a shared chunk copies that chunk first. This is what lets a backup hold a table's items at once.
 */
export class OrderedMap<V> {
  #chunks: Chunk<V>[] = [];
  #owner = {};
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (chunk === undefined) return undefined;
    const index = lowerBound(chunk.keys, key);
    return chunk.keys[index] === key ? chunk.values[index] : undefined;
  }

  set(key: string, value: V): void {
    if (this.#chunks.length === 0) this.#chunks.push({ owner: this.#owner, keys: [], values: [] });
    const at = this.#chunkOf(key);
    const chunk = this.#own(at);
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] === key) {
      chunk.values[index] = value;
      return;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    this.#size++;
    if (chunk.keys.length > longestChunk) this.#split(at, chunk);
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    if (this.get(key) === undefined) return;
    const chunk = this.#own(at);
    const index = lowerBound(chunk.keys, key);
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    this.#size--;
    if (chunk.keys.length === 0) this.#chunks.splice(at, 1);
  }

  /** All keys with their values, in order; the same holds as for `values`. */
  *entries(): Generator<[key: string, value: V]> {
    for (const { keys, values } of this.#chunks) {
      for (const [index, key] of keys.entries()) yield [key, values[index] as V];
    }
  }

  /** Must not be written to while it is being walked; walk a copy then. */
  *values(range: Range = {}): Generator<V> {
    const { reverse = false } = range;
    const start = reverse ? (range.lt ?? range.lte) : (range.gt ?? range.gte);
    const step = reverse ? -1 : 1;
    let at = start === undefined ? (reverse ? this.#chunks.length - 1 : 0) : this.#chunkOf(start);
    for (; at >= 0 && at < this.#chunks.length; at += step) {
      const { keys, values } = this.#chunks[at] as Chunk<V>;
      for (let index = reverse ? keys.length - 1 : 0; index >= 0 && index < keys.length; index += step) {
        const key = keys[index] as string;
        if (isBelow(key, range)) {
          if (reverse) return;
        } else if (isAbove(key, range)) {
          if (!reverse) return;
        } else {
          yield values[index] as V;
        }
      }
    }
  }

  copy(): OrderedMap<V> {
    const copy = new OrderedMap<V>();
    copy.#chunks = this.#chunks.slice();
    copy.#size = this.#size;
    this.#owner = {};
    return copy;
  }

  /** The only chunk that can hold the key; 0 when there is none yet. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (((this.#chunks[middle] as Chunk<V>).keys[0] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #own(at: number): Chunk<V> {
    const chunk = this.#chunks[at] as Chunk<V>;
    if (chunk.owner === this.#owner) return chunk;
    const own = { owner: this.#owner, keys: chunk.keys.slice(), values: chunk.values.slice() };
    this.#chunks[at] = own;
    return own;
  }

  #split(at: number, chunk: Chunk<V>): void {
    const half = chunk.keys.length >> 1;
    this.#chunks.splice(at + 1, 0, {
      owner: this.#owner,
      keys: chunk.keys.splice(half),
      values: chunk.values.splice(half),
    });
  }
}

const isBelow = (key: string, { gt, gte }: Range): boolean =>
  (gt !== undefined && key <= gt) || (gte !== undefined && key < gte);
const isAbove = (key: string, { lt, lte }: Range): boolean =>
  (lt !== undefined && key >= lt) || (lte !== undefined && key > lte);
