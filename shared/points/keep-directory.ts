import { backupKey, runFrom, runsOf } from '../ledger.ts';
import { stampOf } from '../names.ts';
import { compress, type Packed, packedFrom, readPieces, storePacked, unitsOf } from '../packed.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import type { Backup } from '../run.ts';
import { targetKey } from '../target.ts';
import type { Key, World } from '../world.ts';
import { type Contents, type Directory, directoryOf, piecesOf, type StampPiece, stampRows } from './directory.ts';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** No plan has a longer deadline, and none begins later than startWithin (deploy/plans/rules.ts): a run is over by then. */
const longestRunMs = 9 * dayMs;

/** A firing that EventBridge brings late is a run of its scheduled time still; a request, of an hour ago at most. */
const latestStartMs = 65 * minuteMs;

/** Clocks of two processes. */
const skewMs = minuteMs;

/** What a directory may cost each backup that came or went since the last one, in write units; once a day it may cost more. */
const unitsPerChange = 0.5;

export function directoryKey({ plan, target }: PlanInTarget): Key {
  return { pk: `${targetKey(target)}#${plan}`, sk: 'directory' };
}

/** What a pass of retention has read, and when it began to; `gone`: what it has deleted since. */
export interface Pass {
  backups: Backup[];
  gone: Backup[];
  readAt: number;
}

/**
 * Writes down which runs and tables of the plan have backups, when that has changed. For small plans it is an item of
 * one unit; where it would cost more than the backups themselves it waits for more of them, a day at most: what it
 * does not say yet, readers find by the runs.
 */
export async function keepDirectory(world: World, of: PlanInTarget, { backups, gone, readAt }: Pass): Promise<void> {
  const item = await world.catalog.get(directoryKey(of));
  const before = item && packedFrom(item);
  const openFrom = await findOpenFrom(world, of, readAt, before?.head.openFrom as string | undefined);
  const lost = new Set(gone.map(keyText));
  const left = backups.filter((backup) => !lost.has(keyText(backup)));
  const directory = directoryOf(left, readAt, openFrom);
  const packed = packedPieces(directory);
  if (before !== undefined && !(await isWorthIt(world, before, directory, unitsOf(packed.pieces)))) return;
  await storeDirectory(world, of, directory, before, packed);
}

function packedPieces(directory: Directory) {
  const { contents, pieces } = piecesOf(directory);
  return { contents, pieces: pieces.map(compress) };
}

export async function storeDirectory(
  { catalog }: Pick<World, 'catalog'>,
  of: PlanInTarget,
  directory: Directory,
  before: Packed | undefined,
  { contents, pieces } = packedPieces(directory),
): Promise<void> {
  const { at, openFrom, count } = directory;
  await storePacked(catalog, directoryKey(of), { at, openFrom, count, ...contents }, pieces, before);
}

const keyText = (backup: Backup): string => backupKey(backup).sk;

/** The oldest run that was not over, or might not have begun, when the ledger was read. */
async function findOpenFrom(world: World, of: PlanInTarget, readAt: number, before: string | undefined) {
  const { startWithinMs } = world.plans.get(of.plan) ?? { startWithinMs: 0 };
  let openFrom = stampOf(readAt - Math.max(startWithinMs + skewMs, latestStartMs));
  const { pk, prefix } = runsOf(of);
  const from = `${prefix}${before ?? stampOf(readAt - longestRunMs)}`;
  for await (const item of world.catalog.query({ pk, prefix, from })) {
    const { stamp, endedAt = Number.POSITIVE_INFINITY } = runFrom(item);
    if (stamp >= openFrom) break;
    if (endedAt >= readAt - skewMs) openFrom = stamp;
  }
  return openFrom;
}

async function isWorthIt(world: World, before: Packed, directory: Directory, units: number): Promise<boolean> {
  const { stampPieces } = before.head as unknown as Contents;
  const indexes = Array.from({ length: stampPieces }, (_, index) => ({ packed: before, index }));
  const pieces = await readPieces<StampPiece>(oneByOne(world), indexes);
  const known = new Map(
    pieces.flatMap((piece) => (piece ? stampRows(piece) : [])).map(({ stamp, count }) => [stamp, count]),
  );
  const now = new Map(directory.stamps.map(({ stamp, count }) => [stamp, count]));
  let changes = 0;
  for (const stamp of new Set([...known.keys(), ...now.keys()])) {
    changes += Math.abs((now.get(stamp) ?? 0) - (known.get(stamp) ?? 0));
  }
  return units <= changes * unitsPerChange || directory.at >= Number(before.head.at) + dayMs;
}

/** They are few, and seldom outside of the head: so the role needs no right to BatchGetItem. */
const oneByOne = ({ catalog }: World): Pick<World['catalog'], 'getAll'> => ({
  getAll: async (keys) => {
    const items = await Promise.all(keys.map((key) => catalog.get(key)));
    return items.filter((item) => item !== undefined);
  },
});
