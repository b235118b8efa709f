import { afterEach, expect, test } from 'vitest';
import { backupFrom, backupsOf } from '../../shared/ledger.ts';
import { describePoints } from '../../shared/points/describe.ts';
import { findPoint, pointId } from '../../shared/points/id.ts';
import type { Backup } from '../../shared/run.ts';
import { type Here, here } from '../settings/full-table.ts';
import { service } from '../support/service.ts';
import { hub } from '../support/world.ts';

let at: Here;
afterEach(() => at.close());

const day = 86_400_000;
const orders = { schedule: 'cron(0 2 * * ? *)', tables: { include: ['orders'] }, keep: { daily: 7 } };

async function backupsOfPlan(plan: string): Promise<Backup[]> {
  const backups: Backup[] = [];
  const read = async () => {
    for await (const item of at.world().world.catalog.query(backupsOf({ target: hub, plan }))) {
      backups.push(backupFrom(item));
    }
  };
  await at.done(read());
  return backups;
}

async function run(settingsEveryMs: number, more: Record<string, unknown>): Promise<Backup> {
  at = await here({ plans: { orders }, settingsEveryMs });
  await at.createTable('orders', more);
  await at.pass(10_000);
  await at.ask('dynamodb', 'UpdateTimeToLive', {
    TableName: 'orders',
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
  });
  for (const id of ['1', '2', '3']) {
    await at.ask('dynamodb', 'PutItem', { TableName: 'orders', Item: { id: { S: id } } });
  }
  // AWS counts items about every six hours.
  await at.pass(7 * 3_600_000);
  const functions = service(at);
  functions.fire('orders');
  await functions.untilEnded(1);
  const [backup] = await backupsOfPlan('orders');
  if (backup === undefined) throw new Error('There is no backup.');
  return backup;
}

test('a restore point has all that was known of its table when it was made', async () => {
  const backup = await run(day, {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 3 },
    DeletionProtectionEnabled: true,
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
  });
  const { world } = at.world();
  const [point] = await at.done(describePoints(world, [backup]));
  expect(point).toMatchObject({
    policyName: 'orders',
    id: pointId(backup),
    dynamoDbId: backup.tableId,
    backupId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
    name: 'orders',
    regionName: 'us-east-1',
    regionDisplayName: 'US East (N. Virginia)',
    jobType: 'AwsDynamoDbBackup',
    hasManualBackup: false,
    createTimeUtc: new Date(backup.createdAt ?? 0).toISOString(),
    completedTimeUtc: new Date(backup.endedAt ?? 0).toISOString(),
    status: 'AVAILABLE',
    writeCapacityUnits: 3,
    readCapacityUnits: 7,
    tableClass: 'StandardInfrequentAccess',
    deletionProtection: true,
    pointInTimeRecovery: false,
    ttlAttribute: 'expires',
    size: expect.any(Number),
    isStandalone: false,
    itemCount: 3,
    resourceAwsAccountId: hub.account,
    restorePointAwsAccountId: hub.account,
    encryptionKey: null,
  });
  expect((await at.done(findPoint(world, point?.id ?? '')))?.backupArn).toBe(backup.backupArn);
});

test('what nobody wrote down is null, and what AWS said of the table is there all the same', async () => {
  const backup = await run(0, {});
  const [point] = await at.done(describePoints(at.world().world, [backup]));
  expect(point).toMatchObject({
    ...{ tableClass: null, deletionProtection: null, pointInTimeRecovery: null, ttlAttribute: null },
    ...{ itemCount: 3, readCapacityUnits: 0, writeCapacityUnits: 0 },
  });
});

test('the key of a table is told as a whole, and written down short', async () => {
  at = await here({});
  const [account, region] = [hub.account, hub.region];
  const of = { target: hub, plan: 'ad-hoc', stamp: '20260131T020000Z-1a2b3c4d', tableId: 'x', tableName: 'orders' };
  const backup: Backup = { ...of, state: 'AVAILABLE', attempt: 1, facts: { itemCount: 1, key: '1-2' } };
  const other = `arn:aws:kms:us-east-1:999999999999:key/3`;
  const arns = await at.done(
    describePoints(at.world().world, [backup, { ...backup, facts: { itemCount: 1, key: other } }]),
  );
  expect(arns.map(({ encryptionKey }) => encryptionKey)).toEqual([`arn:aws:kms:${region}:${account}:key/1-2`, other]);
  expect(arns[0]).toMatchObject({ policyName: null, hasManualBackup: true, isStandalone: true });
});
