import { gunzipSync, gzipSync } from 'node:zlib';
import type { Catalog, Item, Key } from './world.ts';

/**
 * Something that is too large for an item: a head that says what there is, and pieces of it, compressed. Small pieces
 * are in the head itself, the others beside it in one of two slots, which take turns: until the new head is written, the
 * old one has all of its pieces.
 */
export interface Packed {
  key: Key;
  /** Grows with each write. */
  generation: number;
  /** Which of the slots has this generation's pieces. */
  slot: 'a' | 'b';
  /** In order; null: it is an item of its own. */
  pieces: (Uint8Array | null)[];
  /** What else the head says. */
  head: Item;
}

/** A head stays small: many are read of which nobody wants the pieces. */
const headBytes = 16_000;

/** Each must be smaller than an item may be: 400 KB, with its key. */
const largestPiece = 380_000;

export const packedFrom = ({ pk, sk, generation, slot, pieces, ...head }: Item): Packed => ({
  key: { pk: String(pk), sk: String(sk) },
  generation: Number(generation),
  slot: slot as Packed['slot'],
  pieces: pieces as Packed['pieces'],
  head,
});

const pieceKey = ({ key: { pk, sk }, slot }: Pick<Packed, 'key' | 'slot'>, index: number): Key => ({
  pk,
  sk: `${sk}#${slot}${String(index).padStart(4, '0')}`,
});

export const compress = (value: unknown): Uint8Array => new Uint8Array(gzipSync(JSON.stringify(value)));

/** Write units of what would be written, about. */
export const unitsOf = (pieces: Uint8Array[]): number =>
  1 + pieces.reduce((units, { length }) => units + length / 1024, 0);

/** Writes the pieces, then the head; who reads in between has the old ones. `before`: what is there now. */
export async function storePacked(
  catalog: Pick<Catalog, 'put'>,
  key: Key,
  head: Item,
  pieces: Uint8Array[],
  before: Packed | undefined,
  ttl?: number,
): Promise<void> {
  const until = ttl === undefined ? {} : { ttl };
  const generation = (before?.generation ?? 0) + 1;
  const slot = before?.slot === 'a' ? 'b' : 'a';
  let room = headBytes;
  const inHead = pieces.map((piece) => {
    if (piece.length > largestPiece) throw new RangeError(`A piece of ${key.pk} ${key.sk} has ${piece.length} bytes.`);
    room -= piece.length;
    return room >= 0 ? piece : null;
  });
  for (const [index, piece] of pieces.entries()) {
    if (inHead[index] === null)
      await catalog.put({ ...pieceKey({ key, slot }, index), content: piece, generation, ...until });
  }
  await catalog.put({ ...key, ...head, generation, slot, pieces: inHead, ...until });
}

/** Something was written anew between two reads: to be read again. */
export class OutdatedError extends Error {
  override name = 'OutdatedError';
}

/** A piece that is wanted. */
export interface Wanted {
  packed: Packed;
  index: number;
}

/**
 * The pieces in the order in which they are asked for; undefined where the head is not the newest any more, so that it
 * is to be read again.
 */
export async function readPieces<Piece>(
  catalog: Pick<Catalog, 'getAll'>,
  wanted: Wanted[],
): Promise<(Piece | undefined)[]> {
  const away = wanted.filter(({ packed, index }) => packed.pieces[index] === null);
  const items = await catalog.getAll(away.map(({ packed, index }) => pieceKey(packed, index)));
  const found = new Map(items.map((item) => [`${item.pk}|${item.sk}`, item]));
  return wanted.map(({ packed, index }) => {
    const inHead = packed.pieces[index];
    if (inHead) return uncompress<Piece>(inHead);
    const { pk, sk } = pieceKey(packed, index);
    const item = found.get(`${pk}|${sk}`);
    if (item?.generation !== packed.generation) return undefined;
    return uncompress<Piece>(item.content as Uint8Array);
  });
}

const uncompress = <Piece>(bytes: Uint8Array): Piece => JSON.parse(gunzipSync(bytes).toString()) as Piece;
