import { instantOf } from '../names.ts';
import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';

/** The backups of one run that are left. Instants are epoch ms. */
export interface StampRow {
  stamp: string;
  count: number;
  /** No backup of the run was created before, none after; to the second. */
  from: number;
  until: number;
}

/** The backups of one table that are left. */
export interface TableRow {
  tableId: string;
  tableName: string;
  count: number;
  /** Of the smallest and the largest, in bytes; -1: of some it is not known. */
  least: number;
  most: number;
}

/** A second backup of one (run, table): no other key leads to it. */
export type Second = [stamp: string, tableId: string, backupArn: string];

/** Which runs and tables of a plan in a target have backups: where to look for them. */
export interface Directory {
  /** When the ledger was read. */
  at: number;
  /** Runs from this stamp on may have more backups than it says. */
  openFrom: string;
  count: number;
  /** By stamp. */
  stamps: StampRow[];
  /** By table id. */
  tables: TableRow[];
  seconds: Second[];
}

/** Restore points: backups that are there, or about to be. What is being deleted is none any more. */
export const isPoint = ({ state }: Pick<Backup, 'state'>): boolean => state === 'AVAILABLE' || state === 'CREATING';

/** Nobody knows it before a backup is AVAILABLE, and of one that the audit took in. */
export const sizeOf = ({ sizeBytes = -1 }: Pick<Backup, 'sizeBytes'>): number => sizeBytes;

export function directoryOf(backups: Iterable<Backup>, at: number, openFrom: string): Directory {
  const stamps = new Map<string, StampRow>();
  const tables = new Map<string, TableRow>();
  const seconds: Second[] = [];
  let count = 0;
  for (const backup of backups) {
    if (!isPoint(backup)) continue;
    count++;
    const { stamp, tableId, tableName, isDuplicate, backupArn = '' } = backup;
    const createdAt = contentAt(backup);
    const [from, until] = [floor(createdAt), ceil(createdAt)];
    const ofRun = stamps.get(stamp) ?? { stamp, count: 0, from, until };
    stamps.set(stamp, {
      ...ofRun,
      count: ofRun.count + 1,
      from: Math.min(ofRun.from, from),
      until: Math.max(ofRun.until, until),
    });
    const size = sizeOf(backup);
    const ofTable = tables.get(tableId) ?? { tableId, tableName, count: 0, least: size, most: size };
    const [least, most] = [Math.min(ofTable.least, size), Math.max(ofTable.most, size)];
    tables.set(tableId, { tableId, tableName, count: ofTable.count + 1, least, most });
    if (isDuplicate) seconds.push([stamp, tableId, backupArn]);
  }
  return {
    at,
    openFrom,
    count,
    stamps: [...stamps.values()].sort((a, b) => (a.stamp < b.stamp ? -1 : 1)),
    tables: [...tables.values()].sort((a, b) => (a.tableId < b.tableId ? -1 : 1)),
    seconds,
  };
}

const floor = (ms: number) => Math.floor(ms / 1000) * 1000;
const ceil = (ms: number) => Math.ceil(ms / 1000) * 1000;

/** Columns compress to a third of what rows would. */
export interface StampPiece {
  stamps: string[];
  counts: number[];
  /** Seconds since the stamp. */
  from: number[];
  /** Seconds since `from`. */
  spans: number[];
  seconds: Second[];
}

export interface TablePiece {
  ids: string[];
  names: string[];
  counts: number[];
  least: number[];
  /** More than the smallest one has. */
  more: number[];
}

/** 30 KB or so of each, so that who wants one table need not read them all. */
const stampsInPiece = 5000;
const tablesInPiece = 500;

/** What the head says of its pieces: those of the stamps come first. */
export interface Contents {
  stampPieces: number;
  /** The first table id of each of the other pieces. */
  firstTables: string[];
}

export function piecesOf({ stamps, tables, seconds }: Directory): {
  contents: Contents;
  pieces: (StampPiece | TablePiece)[];
} {
  const ofStamps = chunks(stamps, stampsInPiece).map(
    (rows, index): StampPiece => ({
      stamps: rows.map(({ stamp }) => stamp),
      counts: rows.map(({ count }) => count),
      from: rows.map(({ stamp, from }) => (from - instantOf(stamp)) / 1000),
      spans: rows.map(({ from, until }) => (until - from) / 1000),
      seconds: index === 0 ? seconds : [],
    }),
  );
  const ofTables = chunks(tables, tablesInPiece).map(
    (rows): TablePiece => ({
      ids: rows.map(({ tableId }) => tableId),
      names: rows.map(({ tableName }) => tableName),
      counts: rows.map(({ count }) => count),
      least: rows.map(({ least }) => least),
      more: rows.map(({ least, most }) => most - least),
    }),
  );
  const firstTables = ofTables.map(({ ids }) => ids[0] ?? '');
  return { contents: { stampPieces: ofStamps.length, firstTables }, pieces: [...ofStamps, ...ofTables] };
}

export const stampRows = ({ stamps, counts, from, spans }: StampPiece): StampRow[] =>
  stamps.map((stamp, index) => {
    const begin = instantOf(stamp) + (from[index] ?? 0) * 1000;
    return { stamp, count: counts[index] ?? 0, from: begin, until: begin + (spans[index] ?? 0) * 1000 };
  });

export const tableRows = ({ ids, names, counts, least, more }: TablePiece): TableRow[] =>
  ids.map((tableId, index) => ({
    tableId,
    tableName: names[index] ?? '',
    count: counts[index] ?? 0,
    least: least[index] ?? -1,
    most: (least[index] ?? -1) + (more[index] ?? 0),
  }));

export function chunks<Row>(rows: Row[], size: number): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );
}
