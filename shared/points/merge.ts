import type { Backup } from '../run.ts';
import { type Compare, type Place, placeOf } from './order.ts';

/** Some backups that can be read together; none comes before `first` or after `last` in the order. */
export interface Block {
  first: Place;
  last: Place;
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
  /** How many blocks are read at once though only the first of them is needed. */
  ahead: number;
}

/** Never more blocks than this at once: a page needs few of them, and each may be a megabyte. */
const atOnce = 64;

/** All rows after a place in order, reading a block only when its rows could be next. */
export async function* inOrder<Any extends Block>(
  { blocks, load, ahead }: Source<Any>,
  compare: Compare,
  after?: Place,
): AsyncGenerator<Row> {
  const isLeft = (place: Place) => after === undefined || compare(place, after) > 0;
  const waiting = blocks.filter(({ last }) => isLeft(last)).sort((a, b) => compare(a.first, b.first));
  // The next row is the last one here.
  let rows: Row[] = [];
  for (let position = 0; position < waiting.length || rows.length > 0; ) {
    const next = rows.at(-1);
    let end = position;
    while (end < waiting.length && end < position + atOnce && isDue(waiting[end] as Any, next, end < position + ahead))
      end++;
    if (end > position) {
      const loaded = (await load(waiting.slice(position, end))).map((backup) => ({ backup, place: placeOf(backup) }));
      rows = [...rows, ...loaded.filter(({ place }) => isLeft(place))].sort((a, b) => compare(b.place, a.place));
      position = end;
    } else if (next !== undefined) {
      yield next;
      rows.pop();
    }
  }

  function isDue({ first }: Any, next: Row | undefined, isAhead: boolean): boolean {
    return next === undefined ? isAhead : compare(first, next.place) <= 0;
  }
}
