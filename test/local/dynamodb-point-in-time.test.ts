import type { RestoreTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Item } from '../../local/dynamodb/dynalite.ts';
import { Items } from '../../local/dynamodb/items.ts';
import { WriteLog } from '../../local/dynamodb/write-log.ts';
import { dayMs, type Local, makeTable, refused, secondMs, startLocal } from './dynamodb-local.ts';

const account = '123456789012';
const minuteMs = 60 * secondMs;
const TableName = 'orders';

async function recoverable(days?: number): Promise<Local> {
  const local = startLocal({ restoreMs: () => minuteMs, restoreHiddenMs: () => 0 });
  await makeTable(local, TableName);
  await recover(local, true, days);
  return local;
}

const recover = ({ client }: Local, PointInTimeRecoveryEnabled: boolean, RecoveryPeriodInDays?: number) =>
  client.updateContinuousBackups({
    TableName,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled,
      ...(RecoveryPeriodInDays !== undefined && { RecoveryPeriodInDays }),
    },
  });

const put = ({ client }: Local, id: string, value: string) =>
  client.putItem({ TableName, Item: { id: { S: id }, value: { S: value } } });

const restoreTo = (
  { client }: Local,
  at: number | 'latest',
  options: Partial<RestoreTableToPointInTimeCommandInput> = {},
) =>
  client.restoreTableToPointInTime({
    SourceTableName: TableName,
    TargetTableName: 'again',
    ...(at === 'latest' ? { UseLatestRestorableTime: true } : { RestoreDateTime: new Date(at) }),
    ...options,
  });

const valuesOf = (local: Local, name = 'again', region = 'us-east-1') =>
  [...local.inside.itemsOf({ account, region }, name).items()].map(({ id, value }) => `${id?.S}=${value?.S}`).sort();

const windowOf = async ({ client }: Local) => {
  const { ContinuousBackupsDescription } = await client.describeContinuousBackups({ TableName });
  const { EarliestRestorableDateTime: from, LatestRestorableDateTime: until } =
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
  return [Number(from), Number(until)];
};

test('the items are those of the second that was asked for', async () => {
  const local = await recoverable();
  await put(local, 'a', 'first');
  await put(local, 'b', 'first');
  const before = local.clock.now();
  await local.pass(secondMs);
  await put(local, 'a', 'second');
  await local.client.deleteItem({ TableName, Key: { id: { S: 'b' } } });
  await put(local, 'c', 'second');
  await local.pass(10 * minuteMs);
  const { TableDescription } = await restoreTo(local, before);
  expect(TableDescription?.RestoreSummary).toEqual({
    SourceTableArn: `arn:aws:dynamodb:us-east-1:${account}:table/orders`,
    RestoreDateTime: new Date(before),
    RestoreInProgress: true,
  });
  await restoreTo(local, 'latest', { TargetTableName: 'latest' });
  await local.pass(2 * minuteMs);
  expect(valuesOf(local)).toEqual(['a=first', 'b=first']);
  expect(valuesOf(local, 'latest')).toEqual(['a=second', 'c=second']);
});

test('what was there before recovery was switched on is in every point', async () => {
  const local = startLocal({ restoreMs: () => minuteMs, restoreHiddenMs: () => 0 });
  await makeTable(local, TableName);
  await put(local, 'a', 'first');
  await recover(local, true);
  const since = local.clock.now();
  await local.pass(10 * minuteMs);
  await put(local, 'a', 'second');
  await restoreTo(local, since);
  await local.pass(2 * minuteMs);
  expect(valuesOf(local)).toEqual(['a=first']);
});

test('the latest point is five minutes old, the earliest where recovery began or its period reaches', async () => {
  const local = await recoverable(2);
  const since = local.clock.now();
  await local.pass(10 * minuteMs);
  expect(await windowOf(local)).toEqual([since, local.clock.now() - 5 * minuteMs]);
  await local.pass(3 * dayMs);
  expect(await windowOf(local)).toEqual([local.clock.now() - 2 * dayMs, local.clock.now() - 5 * minuteMs]);
});

test.each<[string, (earliest: number, latest: number) => number]>([
  ['before the window', (earliest) => earliest - secondMs],
  ['after the window', (_earliest, latest) => latest + secondMs],
])('an instant %s is refused, and the window is named', async (_what, instant) => {
  const local = await recoverable();
  await local.pass(dayMs);
  const [earliest = 0, latest = 0] = await windowOf(local);
  const [from, until] = [earliest, latest].map((at) => new Date(at).toISOString());
  await refused(
    restoreTo(local, instant(earliest, latest)),
    'InvalidRestoreTimeException',
    `RestoreDateTime must be between EarliestRestorableDateTime (${from}) and LatestRestorableDateTime (${until})`,
  );
  await restoreTo(local, earliest);
  await restoreTo(local, latest, { TargetTableName: 'latest' });
});

test('switched off and on, the window starts anew', async () => {
  const local = await recoverable();
  const old = local.clock.now();
  await local.pass(dayMs);
  await recover(local, false);
  await refused(
    restoreTo(local, old),
    'PointInTimeRecoveryUnavailableException',
    "Point in time recovery is not enabled for table 'orders'",
  );
  await recover(local, true);
  expect((await windowOf(local))[0]).toBe(local.clock.now());
  await local.pass(10 * minuteMs);
  await refused(restoreTo(local, old), 'InvalidRestoreTimeException');
});

test('a period that was shorter for a while does not bring back what fell out of it', async () => {
  const local = await recoverable();
  await local.pass(10 * dayMs);
  await recover(local, true, 3);
  const [earliest] = await windowOf(local);
  await recover(local, true, 35);
  expect((await windowOf(local))[0]).toBe(earliest);
});

test('a deleted table has no point in time', async () => {
  const local = await recoverable();
  const at = local.clock.now();
  await local.pass(10 * minuteMs);
  await local.client.deleteTable({ TableName });
  await local.pass(minuteMs);
  await refused(restoreTo(local, at), 'TableNotFoundException', 'Table not found: orders');
});

test('a table that is only just being restored has no point in time either', async () => {
  const local = startLocal({ restoreHiddenMs: () => minuteMs });
  await makeTable(local, TableName);
  await recover(local, true);
  await restoreTo(local, 'latest');
  await refused(
    restoreTo(local, 'latest', { SourceTableName: 'again', TargetTableName: 'third' }),
    'TableNotFoundException',
  );
});

test('an instant and the latest one are not asked for together, nor neither of them', async () => {
  const local = await recoverable();
  await local.pass(10 * minuteMs);
  await refused(restoreTo(local, 'latest', { RestoreDateTime: new Date(0) }), 'ValidationException');
  await refused(restoreTo(local, 'latest', { UseLatestRestorableTime: false }), 'ValidationException');
});

test('keys, indexes and capacity are those of today', async () => {
  const local = await recoverable();
  const at = local.clock.now();
  await local.pass(10 * minuteMs);
  const ProvisionedThroughput = { ReadCapacityUnits: 4, WriteCapacityUnits: 4 };
  await local.client.updateTable({ TableName, BillingMode: 'PROVISIONED', ProvisionedThroughput });
  await local.pass(minuteMs);
  const { TableDescription } = await restoreTo(local, at);
  expect(TableDescription).toMatchObject({ ProvisionedThroughput });
});

test('another Region is called, names the table by its ARN, and must be told the encryption', async () => {
  const local = await recoverable();
  await put(local, 'a', 'first');
  await local.pass(10 * minuteMs);
  const there = new DynamoDB({ ...local.config, region: 'eu-west-1' });
  const asked = {
    SourceTableArn: `arn:aws:dynamodb:us-east-1:${account}:table/orders`,
    TargetTableName: 'again',
    UseLatestRestorableTime: true,
  };
  await refused(there.restoreTableToPointInTime(asked), 'ValidationException');
  await there.restoreTableToPointInTime({ ...asked, SSESpecificationOverride: { Enabled: false } });
  await local.pass(2 * minuteMs);
  expect(valuesOf(local, 'again', 'eu-west-1')).toEqual(['a=first']);
});

const idItem = (id: number, value: number): Item => ({ id: { N: String(id) }, value: { N: String(value) } });

test('whatever is written when, the log gives the items of every second back', () => {
  const write = fc.record({
    waitMs: fc.constantFrom(0, 1, 400, 1000, 5000),
    id: fc.integer({ min: 0, max: 5 }),
    isPut: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
      let now = 10_000;
      const items = new Items();
      items.write('0', idItem(0, 0));
      const log = new WriteLog(
        items,
        () => now,
        () => 1e9,
      );
      const expected = new Map([[now, JSON.stringify([...items.snapshot().items()])]]);
      for (const [index, { waitMs, id, isPut }] of writes.entries()) {
        // At every full second that passes, what is there is what a restore to that second must bring.
        for (let end = now + waitMs; now < end; ) {
          now = Math.min(end, (Math.floor(now / 1000) + 1) * 1000);
          if (now % 1000 === 0) expected.set(now, JSON.stringify([...items.snapshot().items()]));
        }
        if (isPut) items.write(String(id), idItem(id, index));
        else items.del(String(id), () => {});
        if (now % 1000 === 0) expected.set(now, JSON.stringify([...items.snapshot().items()]));
      }
      for (const [at, content] of expected) {
        expect(JSON.stringify([...log.contentAt(at).items()])).toBe(content);
      }
    }),
  );
});

test('the log holds one entry for each second with writes, and forgets what is out of the window', () => {
  let now = 0;
  const items = new Items();
  const log = new WriteLog(
    items,
    () => now,
    () => 100_000,
  );
  for (now = 1000; now <= 1_000_000; now += 500) items.write('a', idItem(1, now));
  expect(log.size).toBeLessThanOrEqual(2 * 201);
  expect([...log.contentAt(900_000).items()]).toEqual([idItem(1, 900_000)]);
  log.end();
  const { size } = log;
  now += 5000;
  items.write('b', idItem(2, 1));
  expect(log.size).toBe(size);
});
