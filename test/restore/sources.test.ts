import { afterEach, describe, expect, test } from 'vitest';
import { backupItem } from '../../shared/ledger.ts';
import { backupName, stampOf } from '../../shared/names.ts';
import { hub } from '../support/world.ts';
import { type RestoreHere, type RestoreOptions, reason, restoreHere } from './here.ts';
import { deleteTable, describeTable, itemsOf, switchOnRecovery, withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

async function start(options: RestoreOptions = {}): Promise<RestoreHere> {
  here = await restoreHere(options);
  return here;
}

const hour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

async function expectBack(aws: RestoreHere, table: string, items: number, ends = 1) {
  await aws.untilEnded(ends);
  expect(aws.thrown).toEqual([]);
  expect(aws.factsOf('Restore Failed').map(({ detail }) => detail.sentence)).toEqual([]);
  expect(aws.factsOf('Restore Completed').at(-1)?.detail).toMatchObject({
    table,
    verification: { isAsExpected: true, differences: [] },
  });
  expect((await describeTable(aws, table)).TableStatus).toBe('ACTIVE');
  expect(await itemsOf(aws, table)).toBe(items);
}

/** A backup that the ledger knows, as a run leaves it. */
async function backUpByPlan(aws: RestoreHere, table: string) {
  const { world } = aws.world();
  const { TableId: tableId } = await describeTable(aws, table);
  const run = { target: hub, plan: 'nightly', stamp: stampOf(aws.clock.now()) };
  const BackupName = backupName(world.installation, run, tableId);
  const { BackupDetails: made } = await aws.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
    TableName: table,
    BackupName,
  });
  await aws.clock.run(aws.clock.now() + 10_000);
  const entry = backupItem({
    ...run,
    tableId,
    tableName: table,
    state: 'AVAILABLE',
    attempt: 1,
    backupArn: made.BackupArn,
    createdAt: aws.clock.now(),
  });
  await aws.done(world.catalog.put(entry));
  return {
    backupArn: made.BackupArn,
    backupId: `${hub.account}/${hub.region}/nightly/${run.stamp}/${tableId}`,
    pins: async () => {
      const item = await aws.done(world.catalog.get({ pk: entry.pk, sk: entry.sk }));
      return [...((item?.pins as Set<string> | undefined) ?? [])];
    },
  };
}

describe('what to restore can be said as', () => {
  test('the ARN of a backup, whoever made it', async () => {
    const aws = await start();
    await withItems(aws, 'orders');
    const backupArn = await aws.backUp('orders');
    await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
    await expectBack(aws, 'orders-copy', 3);
  });

  test('our own id, and the backup is pinned from the request to the end', async () => {
    const aws = await start();
    await withItems(aws, 'orders');
    const { backupId, backupArn, pins } = await backUpByPlan(aws, 'orders');
    const { task } = await aws.ask({ source: { backupId }, target: { tableName: 'orders-copy' }, reason });
    expect(await pins()).toEqual([task]);
    await expectBack(aws, 'orders-copy', 3);
    expect(aws.factsOf('Restore Completed')[0]?.detail.source).toEqual({ backupArn });
    expect(await pins()).toEqual([]);
  });

  test('the latest backup of a table', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 2);
    await aws.backUp('orders');
    await aws.putItems('orders', 5);
    await aws.backUp('orders');
    await aws.ask({ source: { table: 'orders', latest: true }, target: { tableName: 'orders-copy' }, reason });
    await expectBack(aws, 'orders-copy', 5);
  });

  test('the newest backup before an instant', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 2);
    await aws.backUp('orders');
    const before = iso(aws.clock.now());
    await aws.putItems('orders', 5);
    await aws.backUp('orders');
    await aws.ask({ source: { table: 'orders', before }, target: { tableName: 'orders-copy' }, reason });
    await expectBack(aws, 'orders-copy', 2);
  });

  test('an instant within the window', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 2);
    await switchOnRecovery(aws, 'orders');
    await aws.clock.run(aws.clock.now() + hour);
    const at = iso(aws.clock.now() - 600_000);
    await aws.putItems('orders', 9);
    await aws.ask({ source: { table: 'orders', pointInTime: { at } }, target: { tableName: 'orders-then' }, reason });
    await expectBack(aws, 'orders-then', 2);
  });

  test('the latest instant, which is fixed when the request is accepted', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 2);
    await switchOnRecovery(aws, 'orders');
    await aws.clock.run(aws.clock.now() + hour);
    const askedAt = aws.clock.now();
    await aws.ask({
      source: { table: 'orders', pointInTime: { latest: true } },
      target: { tableName: 'orders-then' },
      reason,
    });
    await expectBack(aws, 'orders-then', 2);
    const source = aws.factsOf('Restore Completed')[0]?.detail.source as { at: string } | undefined;
    const minutesAgo = (askedAt - Date.parse(source?.at ?? '')) / 60_000;
    expect(minutesAgo).toBeGreaterThanOrEqual(5);
    expect(minutesAgo).toBeLessThan(6);
  });
});

describe('a table that is gone', () => {
  test('is found by the name that it had, and comes back from the SYSTEM backup that AWS made', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 4);
    await switchOnRecovery(aws, 'orders');
    await aws.clock.run(aws.clock.now() + hour);
    await deleteTable(aws, 'orders');
    await aws.ask({ source: { table: 'orders', latest: true }, target: { tableName: 'orders' }, reason });
    await expectBack(aws, 'orders', 4);
  });

  test('has no point in time any more: the answer says so and names its backups', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 4);
    const backupArn = await aws.backUp('orders');
    await deleteTable(aws, 'orders');
    const { failed } = await aws.ask({
      source: { table: 'orders', pointInTime: { latest: true } },
      target: { tableName: 'orders' },
      reason,
    });
    expect(failed).toContain('no point in time any more');
    expect(failed).toContain(backupArn);
  });

  test('among several that had the name must be chosen by its id, and then is', async () => {
    const aws = await start();
    const ids: string[] = [];
    for (const items of [2, 6]) {
      await withItems(aws, 'orders', items);
      ids.push((await describeTable(aws, 'orders')).TableId);
      await aws.backUp('orders');
      await deleteTable(aws, 'orders');
    }
    const request = { source: { table: 'orders', latest: true }, target: { tableName: 'orders' }, reason };
    const { mistakes = [] } = await aws.ask(request);
    expect(mistakes.map(({ field }) => field)).toEqual(['source.tableId']);
    for (const id of ids) expect(mistakes[0]?.problem).toContain(id);
    await aws.ask({ ...request, source: { ...request.source, tableId: ids[0] } });
    await aws.untilEnded(2);
    expect(await itemsOf(aws, 'orders')).toBe(2);
  });

  test('whose name another table has by now is not meant by that name', async () => {
    const aws = await start();
    await withItems(aws, 'orders', 2);
    await aws.backUp('orders');
    await deleteTable(aws, 'orders');
    await withItems(aws, 'orders', 6);
    await aws.backUp('orders');
    const answer = await aws.ask({
      source: { table: 'orders', latest: true },
      target: { tableName: 'orders-copy' },
      reason,
    });
    expect(answer.notices?.join()).toContain('1 other table that had the name orders has backups, too');
    await expectBack(aws, 'orders-copy', 6);
  });
});

test('to another Region goes what says how it is encrypted there', async () => {
  const aws = await start();
  await withItems(aws, 'orders', 2);
  const backupArn = await aws.backUp('orders');
  const target = { tableName: 'orders', region: 'eu-west-1' };
  const { mistakes = [] } = await aws.ask({ source: { backupArn }, target, reason });
  expect(mistakes.map(({ field }) => field)).toEqual(['target.encryption']);
  await aws.ask({ source: { backupArn }, target: { ...target, encryption: null }, reason });
  await aws.untilEnded(2);
  expect(aws.thrown).toEqual([]);
  const there = await aws.call<{ Table: { TableStatus: string } }>(
    'DescribeTable',
    { TableName: 'orders' },
    { region: 'eu-west-1' },
  );
  expect(there.Table.TableStatus).toBe('ACTIVE');
});
