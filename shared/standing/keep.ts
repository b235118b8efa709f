import { createHash } from 'node:crypto';
import { compress, packedFrom, storePacked } from '../packed.ts';
import { chunks } from '../points/directory.ts';
import { type Target, targetKey } from '../target.ts';
import type { Key, World } from '../world.ts';
import type { StandingRow } from './rows.ts';

/** What the head says: the first name of each piece. */
export interface Contents {
  count: number;
  firstNames: string[];
  /** Of all rows: what has not changed is not written again. */
  digest: string;
}

/** 30 KB or so. */
const rowsInPiece = 500;

export const standingKey = (target: Target): Key => ({ pk: `standing#${targetKey(target)}`, sk: 'tables' });

/** Writes down how the tables of a target stand, when that has changed since the last audit. */
export async function keepStanding({ catalog }: World, target: Target, rows: StandingRow[]): Promise<void> {
  const item = await catalog.get(standingKey(target));
  const digest = createHash('sha256').update(JSON.stringify(rows)).digest('base64url');
  if (item?.digest === digest) return;
  const pieces = chunks(rows, rowsInPiece);
  const contents: Contents = {
    count: rows.length,
    firstNames: pieces.map(([first]) => first?.name ?? ''),
    digest,
  };
  await storePacked(catalog, standingKey(target), { ...contents }, pieces.map(compress), item && packedFrom(item));
}
