import { ttlOfRun } from '../ledger.ts';
import { compress, packedFrom, storePacked } from '../packed.ts';
import { chunks } from '../points/directory.ts';
import { type Target, targetKey } from '../target.ts';
import type { Key, World } from '../world.ts';
import { byTime, type End } from './ends.ts';

export const reportKey = (target: Target, date: string): Key => ({
  pk: `audit#${targetKey(target)}`,
  sk: `report#${date}`,
});

export const evidenceKey = (target: Target, date: string): Key => ({
  pk: `audit#${targetKey(target)}`,
  sk: `evidence#${date}`,
});

/** What the head says: when the first of each piece was. */
export interface Contents {
  count: number;
  firstAt: number[];
}

export const evidenceInPiece = 1000;

/** Writes down for 400 days what came of each backup on days that are over. */
export async function keepEvidence({ catalog, clock }: World, target: Target, days: Map<string, End[]>): Promise<void> {
  for (const [date, evidence] of days) {
    const key = evidenceKey(target, date);
    const item = await catalog.get(key);
    const pieces = chunks(evidence.toSorted(byTime), evidenceInPiece);
    const contents: Contents = { count: evidence.length, firstAt: pieces.map(([first]) => first?.at ?? 0) };
    const packed = pieces.map(compress);
    await storePacked(catalog, key, { ...contents }, packed, item && packedFrom(item), ttlOfRun(clock.now()));
  }
}

/** Keeps what was reported that day for 400 days. */
export async function keepReport({ catalog, clock }: World, target: Target, date: string, fact: object): Promise<void> {
  await catalog.put({ ...reportKey(target, date), ...fact, ttl: ttlOfRun(clock.now()) });
}
