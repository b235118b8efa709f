import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, type Local, makeBackup, makeTable, refused, secondMs, startLocal } from './dynamodb-local.ts';

const fast = { rates: { ListBackups: { perSecond: 1e6, burst: 1e6 }, CreateBackup: { perSecond: 1e6, burst: 1e6 } } };

/** Follows the pages to their end. */
async function pages({ client }: Local, input: object): Promise<string[][]> {
  const seen: string[][] = [];
  let start: string | undefined;
  do {
    const page = await client.listBackups({ ...input, ...(start !== undefined && { ExclusiveStartBackupArn: start }) });
    seen.push((page.BackupSummaries ?? []).map(({ BackupArn = '' }) => BackupArn));
    start = page.LastEvaluatedBackupArn;
  } while (start !== undefined);
  return seen;
}

async function manyBackups(count: number): Promise<{ local: Local; arns: string[] }> {
  const local = startLocal(fast);
  await makeTable(local, 'orders');
  const arns: string[] = [];
  for (let made = 0; made < count; made++) {
    arns.push(await makeBackup(local, 'orders'));
    await local.pass(7);
  }
  return { local, arns };
}

test.each([
  { made: 0, sizes: [0] },
  { made: 1, sizes: [1] },
  { made: 99, sizes: [99] },
  { made: 100, sizes: [100] },
  { made: 101, sizes: [100, 1] },
  { made: 200, sizes: [100, 100] },
  { made: 201, sizes: [100, 100, 1] },
])('$made backups are pages of $sizes, each backup once and in the order of creation', async ({ made, sizes }) => {
  const { local, arns } = await manyBackups(made);
  const seen = await pages(local, {});
  expect(seen.map(({ length }) => length)).toEqual(sizes);
  expect(seen.flat()).toEqual(arns);
});

test('any window and page size give exactly the backups from its lower bound to before its upper one', async () => {
  const { local, arns } = await manyBackups(25);
  const at = (arn: string) => Number(arn.slice(-22, -9));
  const from = at(arns[0] ?? '') - 20;
  await fc.assert(
    fc.asyncProperty(fc.nat(220), fc.nat(220), fc.integer({ min: 1, max: 30 }), async (one, other, Limit) => {
      const [lower, upper] = [from + Math.min(one, other), from + Math.max(one, other)];
      const input = { TimeRangeLowerBound: new Date(lower), TimeRangeUpperBound: new Date(upper), Limit };
      const seen = await pages(local, input);
      expect(seen.flat()).toEqual(arns.filter((arn) => at(arn) >= lower && at(arn) < upper));
      expect(seen.every(({ length }) => length <= Limit)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a page goes on after a backup that was deleted in between', async () => {
  const { local, arns } = await manyBackups(4);
  await local.pass(10 * secondMs);
  const first = await local.client.listBackups({ Limit: 2 });
  expect(first.LastEvaluatedBackupArn).toBe(arns[1]);
  await local.client.deleteBackup({ BackupArn: arns[1] });
  const { LastEvaluatedBackupArn: ExclusiveStartBackupArn } = first;
  const second = await local.client.listBackups({ ExclusiveStartBackupArn });
  expect(second.BackupSummaries?.map(({ BackupArn }) => BackupArn)).toEqual(arns.slice(2));
});

test('a list can be of one table, by name or ARN, whether it lives or not', async () => {
  const local = startLocal(fast);
  for (const name of ['orders', 'others']) await makeTable(local, name);
  const arn = await makeBackup(local, 'orders');
  await makeBackup(local, 'others');
  await local.pass(10 * secondMs);
  const [tableArn] = arn.split('/backup/');
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(10 * secondMs);
  for (const TableName of ['orders', tableArn]) expect((await pages(local, { TableName })).flat()).toEqual([arn]);
  expect(await pages(local, { TableName: 'never-was' })).toEqual([[]]);
});

test('USER backups are listed unless SYSTEM or ALL are asked for; AWS Backup has none here', async () => {
  const local = startLocal(fast);
  await makeTable(local, 'orders');
  const user = await makeBackup(local, 'orders');
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await local.client.updateContinuousBackups({ TableName: 'orders', PointInTimeRecoverySpecification });
  await local.pass(10 * secondMs);
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(dayMs);
  const count = async (input: object) => (await pages(local, input)).flat().length;
  expect((await pages(local, {})).flat()).toEqual([user]);
  expect(await count({ BackupType: 'USER' })).toBe(1);
  expect(await count({ BackupType: 'SYSTEM' })).toBe(1);
  expect(await count({ BackupType: 'ALL' })).toBe(2);
  expect(await count({ BackupType: 'AWS_BACKUP' })).toBe(0);
});

test('with a lag a new backup is described at once and listed later', async () => {
  const local = startLocal({ ...fast, listLagMs: 20_000 });
  await makeTable(local, 'orders');
  const BackupArn = await makeBackup(local, 'orders');
  await local.client.describeBackup({ BackupArn });
  await local.pass(19_999);
  expect(await pages(local, {})).toEqual([[]]);
  await local.pass(1);
  expect(await pages(local, {})).toEqual([[BackupArn]]);
});

test('a window that ends before it begins, and a page from another Region, are refused', async () => {
  const local = startLocal(fast);
  await makeTable(local, 'orders');
  const arn = await makeBackup(local, 'orders');
  await refused(
    local.client.listBackups({ TimeRangeLowerBound: new Date(2000), TimeRangeUpperBound: new Date(1000) }),
    'ValidationException',
    'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
  );
  const elsewhere = arn.replace('us-east-1', 'eu-west-1');
  await refused(local.client.listBackups({ ExclusiveStartBackupArn: elsewhere }), 'ValidationException');
});
