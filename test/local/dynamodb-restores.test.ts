import { DynamoDB, type RestoreTableFromBackupCommandInput, type TableDescription } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import type { Options } from '../../local/dynamodb/options.ts';
import { dayMs, type Local, makeBackup, makeTable, refused, secondMs, startAt, startLocal } from './dynamodb-local.ts';

const account = '123456789012';
const here = { account, region: 'us-east-1' };
const minuteMs = 60 * secondMs;
const quick: Options = { restoreMs: () => 5 * minuteMs, restoreHiddenMs: () => 10 * secondMs };

const provisioned = (units: number) => ({ ReadCapacityUnits: units, WriteCapacityUnits: units });

/** A provisioned table with two global indexes, a local one, and every setting that a restore loses. */
async function makeRichTable(local: Local, name = 'orders'): Promise<void> {
  const by = (attribute: string) => ({
    KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'ALL' as const },
    ProvisionedThroughput: provisioned(3),
  });
  await makeTable(local, name, {
    AttributeDefinitions: ['id', 'at', 'team', 'city'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: provisioned(7),
    GlobalSecondaryIndexes: [
      { IndexName: 'by-team', ...by('team') },
      { IndexName: 'by-city', ...by('city') },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'of-city',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'city', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Tags: [{ Key: 'team', Value: 'search' }],
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
    ResourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
  });
  const TableName = name;
  await local.client.updateTimeToLive({
    TableName,
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
  });
  await local.client.updateContinuousBackups({
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  for (const [id, city] of [
    ['a', 'Ulm'],
    ['b', 'Bern'],
  ] as const) {
    await local.client.putItem({
      TableName,
      Item: { id: { S: id }, at: { S: '1' }, team: { S: 'red' }, city: { S: city } },
    });
  }
}

async function backedUp(options: Options = {}): Promise<{ local: Local; BackupArn: string }> {
  const local = startLocal({ ...quick, ...options });
  await makeRichTable(local);
  const BackupArn = await makeBackup(local, 'orders');
  await local.pass(10 * secondMs);
  return { local, BackupArn };
}

const tableOf = async ({ client }: Local, TableName: string): Promise<TableDescription> =>
  (await client.describeTable({ TableName })).Table ?? {};

const itemsOf = (local: Local, name: string) => [...local.inside.itemsOf(here, name).items()];

test('a restored table is unknown at first, CREATING then, and ACTIVE with the items of the backup in the end', async () => {
  const { local, BackupArn } = await backedUp();
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: 'c' }, at: { S: '1' } } });
  const { TableDescription } = await local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn });
  expect(TableDescription).toMatchObject({
    TableStatus: 'CREATING',
    RestoreSummary: {
      SourceBackupArn: BackupArn,
      SourceTableArn: `arn:aws:dynamodb:us-east-1:${account}:table/orders`,
      RestoreDateTime: new Date(startAt + 10 * secondMs),
      RestoreInProgress: true,
    },
  });
  await refused(local.client.describeTable({ TableName: 'again' }), 'ResourceNotFoundException');
  const ResourceArn = TableDescription?.TableArn;
  await refused(local.client.listTagsOfResource({ ResourceArn }), 'ResourceNotFoundException');
  expect((await local.client.listTables({})).TableNames).toEqual(['orders']);

  await local.pass(10 * secondMs);
  expect(await tableOf(local, 'again')).toMatchObject({ TableStatus: 'CREATING', ItemCount: 0 });
  await refused(
    local.client.getItem({ TableName: 'again', Key: { id: { S: 'a' }, at: { S: '1' } } }),
    'ResourceNotFoundException',
  );
  await local.pass(5 * minuteMs);
  const table = await tableOf(local, 'again');
  expect(table).toMatchObject({ TableStatus: 'ACTIVE', ItemCount: 2, RestoreSummary: { RestoreInProgress: false } });
  expect(table.TableId).not.toBe((await tableOf(local, 'orders')).TableId);
  expect(
    itemsOf(local, 'again')
      .map(({ id }) => id?.S)
      .sort(),
  ).toEqual(['a', 'b']);
});

test('keys, indexes and capacity come back, and the indexes are filled', async () => {
  const { local, BackupArn } = await backedUp();
  await local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn });
  await local.pass(6 * minuteMs);
  const [before, after] = [await tableOf(local, 'orders'), await tableOf(local, 'again')];
  for (const member of ['KeySchema', 'AttributeDefinitions', 'ProvisionedThroughput'] as const) {
    expect(after[member]).toEqual(before[member]);
  }
  const indexes = (table: TableDescription) => table.GlobalSecondaryIndexes?.map(({ IndexArn, ...index }) => index);
  expect(indexes(after)).toEqual(indexes(before));
  expect(after.LocalSecondaryIndexes?.map(({ IndexArn, ...index }) => index)).toEqual(
    before.LocalSecondaryIndexes?.map(({ IndexArn, ...index }) => index),
  );
  const { Items } = await local.client.query({
    TableName: 'again',
    IndexName: 'by-city',
    KeyConditionExpression: 'city = :city',
    ExpressionAttributeValues: { ':city': { S: 'Ulm' } },
  });
  expect(Items?.map(({ id }) => id?.S)).toEqual(['a']);
});

test('tags, time to live, stream, protection, class, point-in-time recovery and policy are lost', async () => {
  const { local, BackupArn } = await backedUp();
  await local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn });
  await local.pass(6 * minuteMs);
  const TableName = 'again';
  const table = await tableOf(local, TableName);
  expect(table).toMatchObject({ DeletionProtectionEnabled: false });
  for (const member of ['StreamSpecification', 'LatestStreamArn', 'TableClassSummary', 'Replicas']) {
    expect(table).not.toHaveProperty(member);
  }
  const ResourceArn = table.TableArn;
  expect((await local.client.listTagsOfResource({ ResourceArn })).Tags).toEqual([]);
  expect((await local.client.describeTimeToLive({ TableName })).TimeToLiveDescription).toEqual({
    TimeToLiveStatus: 'DISABLED',
  });
  const { ContinuousBackupsDescription } = await local.client.describeContinuousBackups({ TableName });
  expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('DISABLED');
});

const by = (attribute: string) => ({
  KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
});

test('indexes can be left out, and what only they used goes with them', async () => {
  const { local, BackupArn } = await backedUp();
  await local.client.restoreTableFromBackup({
    TargetTableName: 'again',
    BackupArn,
    GlobalSecondaryIndexOverride: [{ IndexName: 'by-team', ...by('team') }],
    LocalSecondaryIndexOverride: [],
  });
  await local.pass(6 * minuteMs);
  const table = await tableOf(local, 'again');
  expect(table.GlobalSecondaryIndexes).toMatchObject([
    { IndexName: 'by-team', ProvisionedThroughput: provisioned(3), ItemCount: 2 },
  ]);
  expect(table.LocalSecondaryIndexes).toBeUndefined();
  expect(table.AttributeDefinitions?.map(({ AttributeName }) => AttributeName)).toEqual(['id', 'at', 'team']);
});

test('a provisioned table comes back on demand, with limits, when asked', async () => {
  const { local, BackupArn } = await backedUp();
  await local.client.restoreTableFromBackup({
    TargetTableName: 'again',
    BackupArn,
    BillingModeOverride: 'PAY_PER_REQUEST',
    OnDemandThroughputOverride: { MaxReadRequestUnits: 50 },
  });
  await local.pass(6 * minuteMs);
  expect(await tableOf(local, 'again')).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ProvisionedThroughput: provisioned(0),
    OnDemandThroughput: { MaxReadRequestUnits: 50 },
    GlobalSecondaryIndexes: [{ ProvisionedThroughput: provisioned(0) }, { ProvisionedThroughput: provisioned(0) }],
  });
});

test('a table on demand comes back provisioned, when asked with its capacity', async () => {
  const local = startLocal(quick);
  await makeTable(local, 'orders');
  const BackupArn = await makeBackup(local, 'orders');
  await local.pass(10 * secondMs);
  const asked = { TargetTableName: 'again', BackupArn, BillingModeOverride: 'PROVISIONED' as const };
  await refused(local.client.restoreTableFromBackup(asked), 'ValidationException');
  await local.client.restoreTableFromBackup({ ...asked, ProvisionedThroughputOverride: provisioned(2) });
  await local.pass(6 * minuteMs);
  expect(await tableOf(local, 'again')).toMatchObject({ ProvisionedThroughput: provisioned(2) });
});

test('a table on demand that comes back provisioned must be told the capacity of each index, too', async () => {
  const local = startLocal(quick);
  await makeTable(local, 'orders', {
    AttributeDefinitions: ['id', 'team'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    GlobalSecondaryIndexes: [{ IndexName: 'by-team', ...by('team') }],
  });
  const BackupArn = await makeBackup(local, 'orders');
  await local.pass(10 * secondMs);
  const asked = {
    TargetTableName: 'again',
    BackupArn,
    BillingModeOverride: 'PROVISIONED' as const,
    ProvisionedThroughputOverride: provisioned(2),
  };
  await refused(local.client.restoreTableFromBackup(asked), 'ValidationException');
  const index = { IndexName: 'by-team', ...by('team'), ProvisionedThroughput: provisioned(4) };
  await local.client.restoreTableFromBackup({ ...asked, GlobalSecondaryIndexOverride: [index] });
  await local.pass(6 * minuteMs);
  expect(await tableOf(local, 'again')).toMatchObject({
    ProvisionedThroughput: provisioned(2),
    GlobalSecondaryIndexes: [{ ProvisionedThroughput: provisioned(4) }],
  });
});

test.each<[string, Partial<RestoreTableFromBackupCommandInput>]>([
  ['a global index of another name', { GlobalSecondaryIndexOverride: [{ IndexName: 'by-town', ...by('city') }] }],
  ['a global index with other keys', { GlobalSecondaryIndexOverride: [{ IndexName: 'by-city', ...by('team') }] }],
  [
    'a global index with another projection',
    {
      GlobalSecondaryIndexOverride: [
        { IndexName: 'by-city', ...by('city'), Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    },
  ],
  [
    'a global index twice',
    { GlobalSecondaryIndexOverride: [1, 2].map(() => ({ IndexName: 'by-city', ...by('city') })) },
  ],
  ['a local index that is not there', { LocalSecondaryIndexOverride: [{ IndexName: 'by-city', ...by('city') }] }],
  [
    'capacity for a table on demand',
    { BillingModeOverride: 'PAY_PER_REQUEST', ProvisionedThroughputOverride: provisioned(1) },
  ],
  [
    'capacity for an index of a table on demand',
    {
      BillingModeOverride: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexOverride: [{ IndexName: 'by-city', ...by('city'), ProvisionedThroughput: provisioned(1) }],
    },
  ],
  ['limits for a provisioned table', { OnDemandThroughputOverride: { MaxReadRequestUnits: 5 } }],
])('%s is a ValidationException, and no table is made', async (_what, overrides) => {
  const { local, BackupArn } = await backedUp();
  const asked = { TargetTableName: 'again', BackupArn, ...overrides };
  await refused(local.client.restoreTableFromBackup(asked), 'ValidationException');
  await local.pass(minuteMs);
  expect((await local.client.listTables({})).TableNames).toEqual(['orders']);
});

test('a name that is taken is refused, and one that is being made or deleted is in use', async () => {
  const { local, BackupArn } = await backedUp();
  const restore = (TargetTableName: string) => local.client.restoreTableFromBackup({ TargetTableName, BackupArn });
  await refused(restore('orders'), 'TableAlreadyExistsException', 'Table already exists: orders');
  await restore('again');
  await refused(restore('again'), 'TableInUseException', 'Table is being created: again');
  await local.pass(6 * minuteMs);
  await refused(restore('again'), 'TableAlreadyExistsException');
  await local.client.deleteTable({ TableName: 'again' });
  await refused(restore('again'), 'TableInUseException', 'Table is being deleted: again');
});

test('a backup that is being made, or is not there, is not restored', async () => {
  const { local, BackupArn } = await backedUp();
  const young = await makeBackup(local, 'orders');
  const restore = (backup: string) =>
    local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn: backup });
  await refused(restore(young), 'BackupInUseException', `Backup is being created: ${young}`);
  const other = BackupArn.replace(/.{8}$/, '00000001');
  await refused(restore(other), 'BackupNotFoundException', `Backup not found: ${other}`);
  await refused(restore(BackupArn.replace(account, '111122223333')), 'AccessDeniedException');
});

test('a backup that is being restored is not deleted', async () => {
  const { local, BackupArn } = await backedUp();
  await local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn });
  await refused(
    local.client.deleteBackup({ BackupArn }),
    'BackupInUseException',
    `Backup is being restored: ${BackupArn}`,
  );
  await local.pass(6 * minuteMs);
  await local.client.deleteBackup({ BackupArn });
  expect(itemsOf(local, 'again')).toHaveLength(2);
});

test('a table that was just restored cannot be backed up for some seconds', async () => {
  const { local, BackupArn } = await backedUp({ restoreHiddenMs: () => 0 });
  await local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn });
  await refused(makeBackup(local, 'again'), 'TableInUseException');
  await local.pass(5 * minuteMs);
  await refused(makeBackup(local, 'again'), 'ContinuousBackupsUnavailableException');
  await local.pass(10 * secondMs);
  await makeBackup(local, 'again');
});

test('fifty restores run at once, not one more', async () => {
  const { local, BackupArn } = await backedUp({ rates: { RestoreTableFromBackup: { perSecond: 100, burst: 100 } } });
  const restore = (name: string) => local.client.restoreTableFromBackup({ TargetTableName: name, BackupArn });
  for (let count = 0; count < 50; count++) await restore(`copy-${count}`);
  await refused(restore('one-more'), 'LimitExceededException');
  await local.pass(6 * minuteMs);
  await restore('one-more');
});

test('restores are asked for ten times a second', async () => {
  const { local, BackupArn } = await backedUp();
  const restore = (name: string) => local.client.restoreTableFromBackup({ TargetTableName: name, BackupArn });
  for (let count = 0; count < 10; count++) await restore(`copy-${count}`);
  await refused(restore('one-more'), 'ThrottlingException', 'Rate exceeded');
});

test('a SYSTEM backup brings back a deleted table under its name', async () => {
  const { local } = await backedUp();
  await local.client.updateTable({ TableName: 'orders', DeletionProtectionEnabled: false });
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(minuteMs);
  const { BackupSummaries = [] } = await local.client.listBackups({ BackupType: 'SYSTEM' });
  const BackupArn = BackupSummaries[0]?.BackupArn;
  await local.client.restoreTableFromBackup({ TargetTableName: 'orders', BackupArn });
  await local.pass(6 * minuteMs);
  expect(itemsOf(local, 'orders')).toHaveLength(2);
  expect((await tableOf(local, 'orders')).GlobalSecondaryIndexes).toHaveLength(2);
});

test('the other Region is called, names the backup by its ARN, and must be told the encryption', async () => {
  const { local, BackupArn } = await backedUp();
  const there = new DynamoDB({ ...local.config, region: 'eu-west-1' });
  const asked = { TargetTableName: 'orders', BackupArn };
  await refused(there.restoreTableFromBackup(asked), 'ValidationException');
  const { TableDescription } = await there.restoreTableFromBackup({
    ...asked,
    SSESpecificationOverride: { Enabled: true, SSEType: 'KMS' },
  });
  expect(TableDescription?.TableArn).toBe(`arn:aws:dynamodb:eu-west-1:${account}:table/orders`);
  await local.pass(6 * minuteMs);
  expect([...local.inside.itemsOf({ account, region: 'eu-west-1' }, 'orders').items()]).toHaveLength(2);
  expect(local.inside.counters({ account, region: 'eu-west-1' }).RestoreTableFromBackup?.accepted).toBe(2);
});

test("the source's key comes back with the table, another can be asked for, and a disabled one stops the restore", async () => {
  const local = startLocal(quick);
  const keys = new KMS(local.config);
  const [first, second] = [await keys.createKey({}), await keys.createKey({})].map(
    ({ KeyMetadata }) => KeyMetadata?.Arn ?? '',
  );
  await makeTable(local, 'orders', { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: first } });
  const BackupArn = await makeBackup(local, 'orders');
  await local.pass(10 * secondMs);
  const restore = (TargetTableName: string, KMSMasterKeyId?: string) =>
    local.client.restoreTableFromBackup({
      TargetTableName,
      BackupArn,
      ...(KMSMasterKeyId && { SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId } }),
    });
  const keyOf = async (name: string) => (await tableOf(local, name)).SSEDescription?.KMSMasterKeyArn;
  await restore('same');
  await restore('other', second);
  await local.pass(6 * minuteMs);
  expect([await keyOf('same'), await keyOf('other')]).toEqual([first, second]);
  await keys.disableKey({ KeyId: first });
  await expect(restore('never')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(`${first} is disabled`),
  });
});

test('a restored table takes minutes, and a tiny point in time twenty at least, unless a test says otherwise', async () => {
  const local = startLocal();
  await makeRichTable(local);
  const BackupArn = await makeBackup(local, 'orders');
  await local.pass(10 * minuteMs);
  await local.client.restoreTableFromBackup({ TargetTableName: 'one', BackupArn });
  await local.client.restoreTableToPointInTime({
    SourceTableName: 'orders',
    TargetTableName: 'two',
    UseLatestRestorableTime: true,
  });
  await local.pass(20 * minuteMs);
  expect((await tableOf(local, 'two')).TableStatus).toBe('CREATING');
  await local.pass(dayMs / 2);
  expect((await tableOf(local, 'one')).TableStatus).toBe('ACTIVE');
  expect((await tableOf(local, 'two')).TableStatus).toBe('ACTIVE');
});
