import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { MemoryCatalog } from '../../bench/catalog.ts';
import { backupItem, runItem } from '../../shared/ledger.ts';
import { stampOf } from '../../shared/names.ts';
import { compress, packedFrom, readPieces, storePacked } from '../../shared/packed.ts';
import { directoryKey, keepDirectory } from '../../shared/points/keep-directory.ts';
import { listPoints } from '../../shared/points/list.ts';
import type { Backup, Run } from '../../shared/run.ts';
import { dayMs, hub, now, reader } from './ledger.ts';

const of = { plan: 'daily', target: hub };
const hourMs = 3_600_000;

const backup = (at: number, tableId: string, sizeBytes = 1): Backup => ({
  ...{ ...of, stamp: stampOf(at), tableId, tableName: `table ${tableId}`, state: 'AVAILABLE', attempt: 1, sizeBytes },
  createdAt: at + 1000,
});

const run = (at: number): Run => ({
  ...{ ...of, stamp: stampOf(at), state: 'COMPLETED', overlap: 'skip', throttled: 0, announcedUntil: at },
  ...{ scheduledAt: at, deadlineAt: at + hourMs, endedAt: at + 60_000 },
  selector: { include: ['*'], exclude: [], tags: {} },
  outcome: { completed: 1, failed: 0, skipped: 0, failedTables: [] },
});

/** The write units of a pass of retention that finds these, and of which it has deleted some. */
async function pass(here: ReturnType<typeof reader>, backups: Backup[], readAt = now, gone: Backup[] = []) {
  const before = here.catalog.spent.writeUnits;
  await keepDirectory(here.world, of, { backups, gone, readAt });
  return here.catalog.spent.writeUnits - before;
}

test('a firing that comes later than the directory of a later time is listed', async () => {
  const here = reader();
  await pass(here, []);
  const at = now - 50 * 60_000;
  await here.catalog.put(runItem({ ...run(at), endedAt: now + 60_000 }));
  await here.catalog.put(backupItem(backup(at, randomUUID())));
  expect(await listPoints(here.world, {})).toMatchObject({ points: [{ stamp: stampOf(at) }], totalCount: 1 });
});

test('what a pass has deleted is in the directory no more', async () => {
  const here = reader();
  const [old, young] = [backup(now - 3 * dayMs, randomUUID()), backup(now - 2 * dayMs, randomUUID())];
  await here.catalog.put(backupItem(young));
  await pass(here, [old, young], now, [old]);
  expect(await listPoints(here.world, {})).toMatchObject({ points: [young], totalCount: 1 });
});

test('a directory costs what came and went half a write unit each, and may cost more once a day', async () => {
  const here = reader();
  const tables = Array.from({ length: 3000 }, () => randomUUID());
  const night = (number: number) => tables.map((id) => backup(now - number * dayMs, id));
  const first = [...night(9), ...night(8)];
  const units = await pass(here, first);
  expect(units).toBeGreaterThan(50);
  expect(units).toBeLessThan(first.length / 2);
  const [one] = night(7) as [Backup];
  expect(await pass(here, [...first, one], now + hourMs)).toBe(0);
  expect(await pass(here, first, now + 23 * hourMs)).toBe(0);
  expect(await pass(here, [...first, ...night(7)], now + hourMs)).toBeGreaterThan(50);
  expect(await pass(here, [...first, ...night(7)], now + 26 * hourMs)).toBeGreaterThan(50);
});

test('a small plan pays a few units a day, however often it runs', async () => {
  const here = reader();
  const id = randomUUID();
  const backups: Backup[] = [];
  let units = 0;
  for (let hour = 0; hour < 48; hour++) {
    backups.push(backup(now + hour * hourMs, id));
    units += await pass(here, backups, now + hour * hourMs + 60_000);
  }
  expect(units).toBeLessThanOrEqual(48 / 2 + 3);
});

test('tables of many pieces are all found, each by its id as well', async () => {
  const here = reader();
  const backups = Array.from({ length: 1700 }, (_, index) => backup(now - 5 * dayMs, randomUUID(), index));
  for (const one of backups) await here.catalog.put(backupItem(one));
  await here.catalog.put(runItem(run(now - 5 * dayMs)));
  await pass(here, backups);
  const page = await listPoints(here.world, { sort: ['sizeDesc'], limit: 5 });
  expect('points' in page && page.points.map(({ sizeBytes }) => sizeBytes)).toEqual([1699, 1698, 1697, 1696, 1695]);
  for (const one of [backups[0], backups[800], backups[1699]]) {
    expect(await listPoints(here.world, { tableId: one?.tableId ?? '' })).toMatchObject({
      points: [one],
      totalCount: 1,
    });
  }
});

const noise = () => Array.from({ length: 9000 }, () => randomUUID()).join('');

test('until the new head is there, the old one has all of its pieces; of older ones there are none', async () => {
  const catalog = new MemoryCatalog();
  const key = directoryKey(of);
  const write = async (value: string, into: Pick<MemoryCatalog, 'put'> = catalog) => {
    const item = await catalog.get(key);
    await storePacked(into, key, {}, [compress([value, 1]), compress([value, noise()])], item && packedFrom(item));
    return packedFrom((await catalog.get(key)) ?? {});
  };
  const read = async (packed: Awaited<ReturnType<typeof write>>) => {
    const pieces = await readPieces<[string, unknown]>(
      catalog,
      [0, 1].map((index) => ({ packed, index })),
    );
    return pieces.map((piece) => piece?.[0]);
  };
  const first = await write('first');
  expect(first.pieces[1] === null).toBe(true);
  const dying = {
    put: async (item: Parameters<MemoryCatalog['put']>[0]) => {
      if (item.sk === key.sk) throw new Error('killed');
      return catalog.put(item);
    },
  };
  await expect(write('second', dying)).rejects.toThrow('killed');
  expect(await read(first)).toEqual(['first', 'first']);
  const third = await write('third');
  expect(await read(third)).toEqual(['third', 'third']);
  expect(await read(first)).toEqual(['first', 'first']);
  await write('fourth');
  expect(await read(first)).toEqual(['first', undefined]);
  expect(await read(third)).toEqual(['third', 'third']);
});

test('a directory whose pieces are gone is done without', async () => {
  const here = reader();
  const tables = Array.from({ length: 6000 }, () => randomUUID());
  const backups = tables.map((id) => backup(now - 5 * dayMs, id));
  for (const one of backups) await here.catalog.put(backupItem(one));
  await here.catalog.put(runItem(run(now - 5 * dayMs)));
  await pass(here, backups);
  const piece = { pk: directoryKey(of).pk, sk: 'directory#a0008' };
  expect(await here.catalog.get(piece)).toBeDefined();
  await here.catalog.remove(piece);
  const page = await listPoints(here.world, { sort: ['sizeAsc'], limit: 10 });
  expect('points' in page && page.points).toHaveLength(10);
});
