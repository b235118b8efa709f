import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MemoryCatalog } from '../../bench/catalog.ts';
import { backupFrom, backupKey, backupsOf } from '../../shared/ledger.ts';
import { adHoc } from '../../shared/names.ts';
import { findPoint, pointId } from '../../shared/points/id.ts';
import { keepDirectory } from '../../shared/points/keep-directory.ts';
import type { Reader } from '../../shared/points/known.ts';
import { listPoints, type PointPage, type PointQuery } from '../../shared/points/list.ts';
import { type Sort, sorts } from '../../shared/points/order.ts';
import type { Backup } from '../../shared/run.ts';
import type { World } from '../../shared/world.ts';
import { histories, hub, ids, member, now, put, reader, remember } from './ledger.ts';

const partitions = ['daily', 'old', adHoc].flatMap((plan) => [hub, member].map((target) => ({ plan, target })));

async function everything(catalog: MemoryCatalog): Promise<Backup[]> {
  const all: Backup[] = [];
  for (const of of partitions) for await (const item of catalog.query(backupsOf(of))) all.push(backupFrom(item));
  return all;
}

/** What a pass of retention leaves, for some of the plans. */
async function pass(world: Reader & World, readAt: number, isMeant = (_index: number) => true): Promise<void> {
  for (const [index, of] of partitions.entries()) {
    const backups: Backup[] = [];
    for await (const item of world.catalog.query(backupsOf(of))) backups.push(backupFrom(item));
    if (isMeant(index)) await keepDirectory(world, of, { backups, gone: [], readAt });
  }
}

async function page(world: Reader, query: PointQuery): Promise<PointPage> {
  const answer = await listPoints(world, query);
  if ('mistakes' in answer) throw new Error(JSON.stringify(answer.mistakes));
  return answer;
}

async function walk(world: Reader, query: PointQuery, between: (page: number) => Promise<void> = async () => {}) {
  const all: Backup[] = [];
  let cursor: string | undefined;
  for (let number = 0; number < 1000; number++) {
    const { points, next } = await page(world, { ...query, ...(cursor && { cursor }) });
    all.push(...points);
    if (next === undefined) return all;
    cursor = next;
    await between(number);
  }
  throw new Error('The pages never end.');
}

const keyOf = (backup: Backup) => `${backupKey(backup).pk}|${backupKey(backup).sk}`;
const isPoint = ({ state }: Backup) => state === 'AVAILABLE' || state === 'CREATING';

/** The order as a person would say it, of what was asked for. */
const value: Record<string, (backup: Backup) => number | string> = {
  size: ({ sizeBytes }) => sizeBytes ?? -1,
  jobType: ({ plan }) => (plan === adHoc ? 'AwsDynamoDbManualBackup' : 'AwsDynamoDbBackup'),
  creationTimeUtc: ({ createdAt = 0 }) => createdAt,
  restorePointAwsAccountId: ({ target }) => target.account,
};

function isInOrder(backups: Backup[], sort: Sort[]): boolean {
  const columns = sort.length === 0 ? (['creationTimeUtcDesc'] as const) : sort;
  return backups.every((b, index) => {
    const a = backups[index - 1];
    if (a === undefined) return true;
    for (const column of columns) {
      const [, name = '', direction] = /^(.+)(Asc|Desc)$/.exec(column) ?? [];
      const [ofA, ofB] = [value[name]?.(a) ?? 0, value[name]?.(b) ?? 0];
      if (ofA !== ofB) return ofA < ofB === (direction === 'Asc');
    }
    return true;
  });
}

const order = fc.uniqueArray(fc.constantFrom(...sorts), {
  maxLength: 3,
  selector: (sort) => sort.replace(/Asc|Desc/, ''),
});

test('pages by cursor bring every restore point once, in the order that was asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      order,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: -1, max: 5 }),
      fc.option(fc.constantFrom(...ids), { nil: undefined }),
      fc.constantFrom<string[]>([], [hub.account]),
      async (runs, sort, limit, passes, tableId, accounts) => {
        const { catalog, world } = reader();
        await remember(catalog);
        for (const run of runs) await put(catalog, run);
        if (passes >= 0) await pass(world, now, (index) => index <= passes);
        const found = await walk(world, {
          sort,
          limit: limit === 7 ? -1 : limit,
          ...(tableId && { tableId }),
          accounts,
        });
        const wanted = (await everything(catalog)).filter(
          (backup) =>
            isPoint(backup) &&
            (tableId === undefined || backup.tableId === tableId) &&
            accounts.every((account) => account === backup.target.account),
        );
        expect(found.map(keyOf).sort()).toEqual(wanted.map(keyOf).sort());
        expect(isInOrder(found, sort)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('pages that come while backups come and go lose and repeat none of those that stay', async () => {
  await fc.assert(
    fc.asyncProperty(histories, order, fc.integer({ min: 1, max: 6 }), fc.gen(), async (runs, sort, limit, random) => {
      const { catalog, world } = reader();
      await remember(catalog);
      const late = runs.filter((_, index) => index % 4 === 3);
      for (const run of runs) if (!late.includes(run)) await put(catalog, run);
      await pass(world, now - 3_600_000);
      const before = (await everything(catalog)).filter(isPoint);
      const gone = new Set<string>();
      const found = await walk(world, { sort, limit }, async () => {
        const run = late.pop();
        if (run !== undefined) await put(catalog, run);
        const one = before[random(fc.nat, Math.max(0, before.length - 1))];
        if (one !== undefined) {
          gone.add(keyOf(one));
          await catalog.remove(backupKey(one));
        }
        if (random(fc.boolean)) await pass(world, now, () => random(fc.boolean));
      });
      const keys = found.map(keyOf);
      expect(new Set(keys).size).toBe(keys.length);
      for (const backup of before) if (!gone.has(keyOf(backup))) expect(keys).toContain(keyOf(backup));
      expect(isInOrder(found, sort)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('an offset leaves out so many of the first, and further pages go on from there', async () => {
  await fc.assert(
    fc.asyncProperty(histories, order, fc.nat(20), async (runs, sort, offset) => {
      const { catalog, world } = reader();
      await remember(catalog);
      for (const run of runs) await put(catalog, run);
      await pass(world, now, (index) => index % 2 === 0);
      const all = await walk(world, { sort, limit: -1 });
      const { points, next } = await page(world, { sort, offset, limit: 3 });
      const rest = next === undefined ? [] : await walk(world, { sort, cursor: next, limit: 4 });
      expect([...points, ...rest].map(keyOf)).toEqual(all.slice(offset).map(keyOf));
    }),
    { numRuns: 100 },
  );
});

test('an id leads to its backup, whatever became of it, and to no other', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (runs) => {
      const { catalog, world } = reader();
      await remember(catalog);
      for (const run of runs) await put(catalog, run);
      const all = await everything(catalog);
      const given = all.map(pointId);
      expect(new Set(given).size).toBe(given.length);
      for (const [index, id] of given.entries()) {
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        const found = await findPoint(world, id.toUpperCase());
        expect(found && keyOf(found)).toBe(keyOf(all[index] as Backup));
      }
    }),
    { numRuns: 100 },
  );
});

test('a run that goes on while the directory is written is listed to its end, and counted', async () => {
  const { catalog, world } = reader();
  const name = { plan: 'daily', target: hub, stamp: '20260531T020000Z' };
  const scheduledAt = Date.UTC(2026, 4, 31, 2);
  const run = {
    ...name,
    state: 'RUNNING' as const,
    selector: { include: ['*'], exclude: [], tags: {} },
    ...{ scheduledAt, deadlineAt: scheduledAt + 48 * 3_600_000, overlap: 'skip' as const },
    ...{ announcedUntil: 0, throttled: 0 },
  };
  const backup = (index: number, createdAt: number): Backup => ({
    ...{ ...name, tableId: ids[index] ?? '', tableName: 't', state: 'AVAILABLE', attempt: 1, createdAt },
  });
  await put(catalog, { run, backups: [backup(0, scheduledAt + 5000)] });
  await pass(world, now);
  const later = { ...run, state: 'COMPLETED' as const, endedAt: now + 60_000 };
  const outcome = { completed: 3, failed: 0, skipped: 0, failedTables: [] };
  const more = [backup(1, now - 60_000), backup(2, scheduledAt + 4000)];
  await put(catalog, { run: { ...later, outcome }, backups: more });
  for (const sort of sorts) expect(await walk(world, { sort: [sort], limit: 1 })).toHaveLength(3);
  const [newest] = (await page(world, {})).points;
  expect(newest?.tableId).toBe(ids[1]);
  expect((await page(world, {})).totalCount).toBe(3);
  expect((await page(world, { tableId: ids[2] ?? '' })).points).toHaveLength(1);
});

test('the count of all is what the directories say, with the runs since; that of one table is exact', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.constantFrom(...ids), async (runs, tableId) => {
      const { catalog, world } = reader();
      await remember(catalog);
      for (const run of runs) if (run.run.endedAt !== undefined) await put(catalog, run);
      await pass(world, now + 10 * 86_400_000);
      const all = (await everything(catalog)).filter(isPoint);
      const { totalCount, totalCountAsOf } = await page(world, { limit: 1 });
      expect(totalCount).toBe(all.length);
      expect(totalCountAsOf).toBeLessThanOrEqual(now);
      const ofTable = await page(world, { limit: 1, tableId });
      expect(ofTable.totalCount).toBe(all.filter((backup) => backup.tableId === tableId).length);
      expect(ofTable.totalCountAsOf).toBeUndefined();
    }),
  );
});

test.each<[string, PointQuery, RegExp]>([
  ['a page of none', { limit: 0 }, /1 to 1000/],
  ['a larger page than there is', { limit: 1001 }, /1 to 1000/],
  ['a negative page', { limit: -2 }, /1 to 1000/],
  ['an offset beyond 10,000', { offset: 10_001 }, /cursor/],
  ['a negative offset', { offset: -1 }, /from 0/],
  ['one column in both directions', { sort: ['sizeAsc', 'sizeDesc'] }, /twice/],
  ['a cursor that is none', { cursor: 'abc' }, /no cursor/],
  ['a cursor that is no text of ours', { cursor: '"><script>' }, /no cursor/],
])('%s is refused, with what to do', async (_what, query, words) => {
  const answer = await listPoints(reader().world, query);
  expect(JSON.stringify(answer)).toMatch(words);
});

test('a cursor is good for the order and the filters that it was given for, and for no other', async () => {
  const { catalog, world } = reader();
  for (const run of fc.sample(histories, { numRuns: 1, seed: 7 })[0] ?? []) await put(catalog, run);
  const { next = '' } = await page(world, { limit: 1 });
  expect(next).not.toBe('');
  for (const other of [
    { sort: ['sizeAsc' as const] },
    { accounts: [hub.account] },
    { tableId: ids[0] ?? '' },
    { offset: 1 },
  ]) {
    expect(await listPoints(world, { ...other, cursor: next })).toHaveProperty('mistakes');
  }
  expect(await listPoints(world, { limit: 7, cursor: next })).toHaveProperty('points');
});
