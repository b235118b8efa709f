import { createHash } from 'node:crypto';
import { auditKey } from '../shared/audit/memory.ts';
import { backupItem, backupKey, runItem } from '../shared/ledger.ts';
import { stampOf } from '../shared/names.ts';
import { planOf } from '../shared/plan.ts';
import { directoryOf } from '../shared/points/directory.ts';
import { findPoint, pointId } from '../shared/points/id.ts';
import { storeDirectory } from '../shared/points/keep-directory.ts';
import type { Reader } from '../shared/points/known.ts';
import { listPoints, type PointPage, type PointQuery } from '../shared/points/list.ts';
import { cursorAt, placeOf } from '../shared/points/order.ts';
import type { Backup } from '../shared/run.ts';
import { targetKey } from '../shared/target.ts';
import type { Item, Key } from '../shared/world.ts';
import { MemoryCatalog } from './catalog.ts';

/** What a page has cost. */
export interface Measured {
  page: string;
  /** Requests of the API to the catalog. */
  calls: number;
  items: number;
  readUnits: number;
  ms: number;
}

const hourMs = 3_600_000;
const now = Date.UTC(2026, 5, 1, 12);
const accounts = ['111111111111', '222222222222'];
const regions = ['us-east-1', 'eu-central-1'];
const targets = accounts.flatMap((account) => regions.map((region) => ({ account, region })));

/** Together a million: a small plan each hour, a middle one each day, and one for large accounts. */
const shapes = [
  { name: 'hourly', tables: 100, runs: 500, everyMs: hourMs },
  { name: 'daily', tables: 500, runs: 100, everyMs: 24 * hourMs },
  { name: 'weekly', tables: 2500, runs: 60, everyMs: 168 * hourMs },
] as const;

const hash = (text: string) => createHash('sha256').update(text).digest();

function uuidOf(text: string): string {
  const hex = hash(text).toString('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}

/** A partition whose backups are made when they are read: a million items would fill the memory. */
function partitionOf(target: (typeof targets)[number], { name, tables, runs, everyMs }: (typeof shapes)[number]) {
  const named = Array.from({ length: tables }, (_, index) => {
    const tableName = `${name}-table-${index}`;
    const tableId = uuidOf(`${targetKey(target)}${tableName}`);
    // Half of the tables are empty; the others have up to a terabyte, and grow.
    const size = index % 2 === 0 ? 0 : Math.floor(2 ** (10 + (hash(tableId).readUInt32BE() / 2 ** 32) * 30));
    return { tableId, tableName, size, index, settings: hash(tableId).toString('hex') };
  }).sort((a, b) => (a.tableId < b.tableId ? -1 : 1));
  const byId = new Map(named.map((table) => [table.tableId, table]));
  const stamps = Array.from({ length: runs }, (_, index) => ({
    stamp: stampOf(now - (runs - index) * everyMs),
    at: now - (runs - index) * everyMs,
    index,
  }));
  const byStamp = new Map(stamps.map((run) => [run.stamp, run]));

  function backupOf(stamp: string, tableId: string): Backup | undefined {
    const [run, table] = [byStamp.get(stamp), byId.get(tableId)];
    if (run === undefined || table === undefined) return undefined;
    // 49 backups a second, in the order of names.
    const createdAt = run.at + 2000 + Math.floor(table.index / 0.049);
    return {
      ...{ target, plan: name, stamp, tableId, tableName: table.tableName, state: 'AVAILABLE', attempt: 1 },
      backupArn: `arn:aws:dynamodb:${target.region}:${target.account}:table/${table.tableName}/backup/0${createdAt}-${tableId.slice(0, 8)}`,
      createdAt,
      endedAt: createdAt + 60_000,
      sizeBytes: Math.floor(table.size * (1 + run.index / (4 * runs))),
      settings: { hash: table.settings, capturedAt: createdAt },
      facts: { itemCount: table.size, read: 0, write: 0 },
    };
  }

  function* all(): Generator<Backup> {
    for (const { stamp } of stamps) {
      for (const { tableId } of named) {
        const backup = backupOf(stamp, tableId);
        if (backup !== undefined) yield backup;
      }
    }
  }

  const made = {
    *keys(from: string, until: string): Generator<string> {
      for (const { stamp } of stamps) {
        const prefix = `backup#${stamp}#`;
        if (`${prefix}\uffff` < from || prefix > until) continue;
        for (const { tableId } of named) {
          const key = `${prefix}${tableId}`;
          if (key >= from && key <= until) yield key;
        }
      }
    },
    item({ sk }: Key): Item | undefined {
      const [, stamp = '', tableId = ''] = sk.split('#');
      const backup = backupOf(stamp, tableId);
      return backup && backupItem(backup);
    },
  };
  return { of: { target, plan: name }, made, all, stamps, named };
}

/** A catalog of a million backups of four targets and three plans, as retention and the audit leave it. */
async function million(
  share: number,
): Promise<{ world: Reader; catalog: MemoryCatalog; backups: number; one: Backup }> {
  const catalog = new MemoryCatalog();
  let backups = 0;
  let one: Backup | undefined;
  const smaller = shapes.map((shape) => ({ ...shape, runs: Math.max(2, Math.floor(shape.runs * share)) }));
  for (const target of targets) {
    for (const shape of smaller) {
      const partition = partitionOf(target, shape as (typeof shapes)[number]);
      catalog.make(backupKey({ ...partition.of, stamp: '', tableId: '' }).pk, partition.made);
      const directory = directoryOf(partition.all(), now, stampOf(now - hourMs));
      await storeDirectory({ catalog }, partition.of, directory, undefined);
      backups += directory.count;
      for (const { stamp, at } of partition.stamps) await catalog.put(runItem(runOf(partition.of, stamp, at)));
      for (const backup of partition.all()) {
        one = backup;
        break;
      }
    }
    await catalog.put({ ...auditKey(target), knownPlans: shapes.map(({ name }) => name) });
  }
  const plans = new Map(
    shapes.map(({ name }) => [
      name,
      planOf(name, {
        schedule: 'rate(1 hours)',
        tables: { include: ['*'] },
        keep: { last: 1 },
        targets: accounts.map((account) => ({ account, regions })),
      }),
    ]),
  );
  const clock = { now: () => now, sleep: async () => {} };
  const world: Reader = { catalog, clock, hub: targets[0] as Reader['hub'], plans, exportPlans: new Map() };
  if (one === undefined) throw new Error('The catalog is empty.');
  return { world, catalog, backups, one };
}

const runOf = (of: { target: (typeof targets)[number]; plan: string }, stamp: string, at: number) => ({
  ...of,
  stamp,
  state: 'COMPLETED' as const,
  selector: { include: ['*'], exclude: [], tags: {} },
  scheduledAt: at,
  deadlineAt: at + 4 * hourMs,
  endedAt: at + hourMs,
  overlap: 'skip' as const,
  announcedUntil: at + hourMs,
  throttled: 0,
  outcome: { completed: 1, failed: 0, skipped: 0, failedTables: [] },
});

/** What pages of a hundred cost in a catalog of so many backups; `share` of a million, for a quick look. */
export async function benchPages(share = 1): Promise<{ backups: number; pages: Measured[] }> {
  const { world, catalog, backups, one } = await million(share);
  const pages: Measured[] = [];

  async function measure<T>(page: string, work: () => Promise<T>): Promise<T> {
    Object.assign(catalog.spent, { calls: 0, items: 0, readUnits: 0 });
    const before = performance.now();
    const result = await work();
    const { calls, items, readUnits } = catalog.spent;
    pages.push({ page, calls, items, readUnits: Math.round(readUnits), ms: Math.round(performance.now() - before) });
    return result;
  }

  async function list(query: PointQuery): Promise<PointPage> {
    const page = await listPoints(world, query);
    if ('mistakes' in page) throw new Error(page.mistakes.map(({ problem }) => problem).join(' '));
    return page;
  }

  await measure('first, newest first', () => list({}));
  await measure('first, 1,000 rows', () => list({ limit: -1 }));
  await measure('offset 10,000', () => list({ offset: 10_000 }));
  for (const sort of [
    'creationTimeUtcDesc',
    'creationTimeUtcAsc',
    'sizeDesc',
    'sizeAsc',
    'jobTypeAsc',
    'restorePointAwsAccountIdDesc',
  ] as const) {
    await measure(`${sort}, first`, () => list({ sort: [sort] }));
    const place = {
      ...placeOf(one),
      createdAt: now - 20 * 24 * hourMs,
      size: 2 ** 25,
      partition: `${targetKey(targets[2] ?? one.target)}#daily`,
    };
    const middle = cursorAt({ sort: [sort], tableId: undefined, accounts: [] }, place);
    await measure(`${sort}, from the middle`, () => list({ sort: [sort], cursor: middle }));
  }
  await measure('size, then time, first', () => list({ sort: ['sizeDesc', 'creationTimeUtcDesc'] }));
  await measure('size, then time, the empty ones', () => list({ sort: ['sizeAsc', 'creationTimeUtcDesc'] }));
  await measure('one table', () => list({ tableId: one.tableId }));
  await measure('one account', () => list({ accounts: ['222222222222'] }));
  await measure('by id', () => findPoint(world, pointId(one)));
  return { backups, pages };
}

if (import.meta.main) {
  const { backups, pages } = await benchPages(Number(process.argv[2] ?? 1));
  process.stdout.write(`${backups.toLocaleString('en')} backups, pages of 100\n`);
  for (const { page, calls, items, readUnits, ms } of pages) {
    process.stdout.write(
      `${page.padEnd(46)} ${`${calls} calls`.padStart(10)} ${`${items} items`.padStart(14)} ${`${readUnits} units`.padStart(12)} ${`${ms} ms`.padStart(8)}\n`,
    );
  }
}
