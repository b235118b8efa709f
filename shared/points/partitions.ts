import { runFrom, runsOf } from '../ledger.ts';
import { instantOf } from '../names.ts';
import { OutdatedError, type Packed, packedFrom, readPieces } from '../packed.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import { targetKey } from '../target.ts';
import {
  type Contents,
  chunks,
  type Second,
  type StampPiece,
  type StampRow,
  stampRows,
  type TablePiece,
  type TableRow,
  tableRows,
} from './directory.ts';
import { eachOf } from './each.ts';
import { directoryKey } from './keep-directory.ts';
import type { Reader } from './known.ts';

/** AWS's clock is not ours: no backup is older than its run by more. */
const skewMs = 300_000;

/** A run of which the directory does not say the last word. */
export interface FreshRun {
  stamp: string;
  /** Its backups were created from then on, and not after that; until it is over nobody knows. */
  from: number;
  until: number;
  /** Of backups that it has made; 0 while it goes on. */
  count: number;
}

/** The backups of a plan in a target, as far as is known where to look for them. */
export interface Partition {
  of: PlanInTarget;
  /** Partition key. */
  key: string;
  /** Undefined before the first pass of retention. */
  directory?: { packed: Packed; at: number; count: number; contents: Contents };
  fresh: FreshRun[];
}

/** At once: each is a query. */
const queriedAtOnce = 20;

/** `isTrusted` false: without the directories, one of which cannot be read. */
export async function readPartitions(world: Reader, all: PlanInTarget[], isTrusted = true): Promise<Partition[]> {
  const items = isTrusted ? await getMany(world, all.map(directoryKey)) : [];
  const directories = new Map(items.map((item) => [String(item.pk), packedFrom(item)]));
  return eachOf(all, queriedAtOnce, async (of) => {
    const key = `${targetKey(of.target)}#${of.plan}`;
    const packed = directories.get(key);
    const { at, count, openFrom, ...contents } = packed?.head ?? {};
    const fresh = await freshRuns(world, of, openFrom as string | undefined);
    if (packed === undefined) return { of, key, fresh };
    const directory = { packed, at: Number(at), count: Number(count), contents: contents as unknown as Contents };
    return { of, key, fresh, directory };
  });
}

async function freshRuns({ catalog }: Reader, of: PlanInTarget, openFrom: string | undefined): Promise<FreshRun[]> {
  const { pk, prefix } = runsOf(of);
  const fresh: FreshRun[] = [];
  const range = { pk, prefix, ...(openFrom !== undefined && { from: `${prefix}${openFrom}` }) };
  for await (const item of catalog.query(range)) {
    const { stamp, state, endedAt, outcome } = runFrom(item);
    if (state === 'SKIPPED' || (outcome !== undefined && outcome.completed === 0)) continue;
    const until = endedAt === undefined ? Number.MAX_SAFE_INTEGER : endedAt + skewMs;
    fresh.push({ stamp, from: instantOf(stamp) - skewMs, until, count: outcome?.completed ?? 0 });
  }
  return fresh;
}

/** What a partition's directory says of runs that are over. */
export interface Stamps {
  rows: StampRow[];
  seconds: Second[];
  /** Of those that are fresh: how many backups they had when it was written. */
  counts: Map<string, number>;
}

export async function stampsOf(world: Reader, partitions: Partition[]): Promise<Map<Partition, Stamps>> {
  const wanted = partitions.flatMap((partition) =>
    Array.from({ length: partition.directory?.contents.stampPieces ?? 0 }, (_, index) => ({ partition, index })),
  );
  const pieces = await piecesOf<StampPiece>(world, wanted);
  const found = new Map<Partition, Stamps>(
    partitions.map((partition) => [partition, { rows: [], seconds: [], counts: new Map() }]),
  );
  for (const [number, { partition }] of wanted.entries()) {
    const piece = pieces[number] as StampPiece;
    const isFresh = new Set(partition.fresh.map(({ stamp }) => stamp));
    const of = found.get(partition);
    for (const row of stampRows(piece)) {
      if (isFresh.has(row.stamp)) of?.counts.set(row.stamp, row.count);
      else of?.rows.push(row);
    }
    of?.seconds.push(...piece.seconds.filter(([stamp]) => !isFresh.has(stamp)));
  }
  return found;
}

/** The tables that the directories speak of; with an id, only that one. */
export async function tablesOf(world: Reader, partitions: Partition[], tableId?: string) {
  const wanted = partitions.flatMap((partition) => {
    const { firstTables = [], stampPieces = 0 } = partition.directory?.contents ?? {};
    const indexes = firstTables.map((first, index) => ({ first, next: firstTables[index + 1], index }));
    const fit = indexes.filter(
      ({ first, next }) => tableId === undefined || (first <= tableId && (next === undefined || tableId < next)),
    );
    return fit.map(({ index }) => ({ partition, index: stampPieces + index }));
  });
  const pieces = await piecesOf<TablePiece>(world, wanted);
  return wanted.flatMap(({ partition }, number) =>
    tableRows(pieces[number] as TablePiece)
      .filter((table) => tableId === undefined || table.tableId === tableId)
      .map((table) => ({ partition, table })),
  ) satisfies { partition: Partition; table: TableRow }[];
}

async function piecesOf<Piece>({ catalog }: Reader, wanted: { partition: Partition; index: number }[]) {
  const pieces = await readPieces<Piece>(
    catalog,
    wanted.flatMap(({ partition: { directory }, index }) =>
      directory === undefined ? [] : [{ packed: directory.packed, index }],
    ),
  );
  if (pieces.includes(undefined)) throw new OutdatedError('A directory was written meanwhile.');
  return pieces;
}

/** BatchGetItem takes a hundred keys; so many of these calls at once. */
const batch = 100;
const batchesAtOnce = 8;

export async function getMany({ catalog }: Reader, keys: Parameters<Reader['catalog']['getAll']>[0]) {
  const found = await eachOf(chunks(keys, batch), batchesAtOnce, (some) => catalog.getAll(some));
  return found.flat();
}
