import type { Backup } from '../run.ts';
import { type Compare, type Place, placeOf } from './order.ts';

/** Some backups that can be read together; none comes before `first` or after `last` in the order. */
export interface Block {
  first: Place;
  last: Place;
  /** How many rows it has, as far as is known. */
  count: number;
}

export interface Row {
  backup: Backup;
  place: Place;
}

/** Where blocks come from, and how they are read. */
export interface Source<Any extends Block> {
  blocks: Any[];
  /** The rows of some blocks, in any order. */
  load(blocks: Any[]): Promise<Backup[]>;
}

/** Never more blocks than this at once: a page needs few of them, and each may be a megabyte. */
const atOnce = 64;

/** All rows after a place in order, reading a block only when its rows could be among those that are wanted. */
export async function* inOrder<Any extends Block>(
  { blocks, load }: Source<Any>,
  compare: Compare,
  wanted: number,
  after?: Place,
): AsyncGenerator<Row> {
  const isLeft = (place: Place) => after === undefined || compare(place, after) > 0;
  const waiting = blocks.filter(({ last }) => isLeft(last)).sort((a, b) => compare(a.first, b.first));
  // The next row is the last one here.
  let rows: Row[] = [];
  let given = 0;
  for (let position = 0; position < waiting.length || rows.length > 0; ) {
    const next = rows.at(-1);
    const end = position + dueBlocks(waiting.slice(position, position + atOnce), next, wanted - given);
    if (end > position) {
      const loaded = (await load(waiting.slice(position, end))).map((backup) => ({ backup, place: placeOf(backup) }));
      rows = [...rows, ...loaded.filter(({ place }) => isLeft(place))].sort((a, b) => compare(b.place, a.place));
      position = end;
    } else if (next !== undefined) {
      yield next;
      given++;
      rows.pop();
    }
  }

  /** Those that could have rows before the next one; where there is none, as many as have the rows that are wanted still. */
  function dueBlocks(some: Any[], next: Row | undefined, left: number): number {
    let rowsInThem = 0;
    const end = some.findIndex(({ first, count }, index) => {
      if (next !== undefined) return compare(first, next.place) > 0;
      const isEnough = index > 0 && rowsInThem >= left;
      rowsInThem += count;
      return isEnough;
    });
    return end === -1 ? some.length : end;
  }
}
