import { KMS } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { dayMs, makeBackup, makeTable, refused, secondMs, startAt, startLocal, statusOf } from './dynamodb-local.ts';

test('a backup is CREATING at once and AVAILABLE after 2 to 8 seconds', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const arn = await makeBackup(local, 'orders');
  await local.pass(1.9 * secondMs);
  expect(await statusOf(local, arn)).toBe('CREATING');
  await local.pass(6.1 * secondMs);
  expect(await statusOf(local, arn)).toBe('AVAILABLE');
});

test('how long a backup takes can be set', async () => {
  const local = startLocal({ backupMs: ({ tableName }) => (tableName === 'slow' ? 90_000 : 100) });
  await makeTable(local, 'slow');
  await makeTable(local, 'fast');
  const [slow, fast] = [await makeBackup(local, 'slow'), await makeBackup(local, 'fast')];
  await local.pass(100);
  expect([await statusOf(local, slow), await statusOf(local, fast)]).toEqual(['CREATING', 'AVAILABLE']);
  await local.pass(90_000);
  expect(await statusOf(local, slow)).toBe('AVAILABLE');
});

test('the ARN of a backup has the millisecond of the request and eight hexadecimal digits, by the seed', async () => {
  const arns: string[] = [];
  for (const seed of [7, 7, 8]) {
    const local = startLocal({}, seed);
    await makeTable(local, 'orders');
    arns.push(await makeBackup(local, 'orders'));
  }
  const stamp = `0${startAt + 10 * secondMs}`;
  expect(arns[0]).toMatch(
    new RegExp(`^arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/${stamp}-[0-9a-f]{8}$`),
  );
  expect(arns[1]).toBe(arns[0]);
  expect(arns[2]).not.toBe(arns[0]);
});

test('a backup of a plain table remembers keys, capacity and size, and no features', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', { Tags: [{ Key: 'team', Value: 'a' }], DeletionProtectionEnabled: true });
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: '12345' } } });
  const BackupArn = await makeBackup(local, 'orders');
  const { BackupDescription } = await local.client.describeBackup({ BackupArn });
  const { Table } = await local.client.describeTable({ TableName: 'orders' });
  expect(BackupDescription?.SourceTableFeatureDetails).toEqual({});
  expect(BackupDescription?.SourceTableDetails).toEqual({
    TableName: 'orders',
    TableId: Table?.TableId,
    TableArn: Table?.TableArn,
    TableSizeBytes: 7,
    ItemCount: 1,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    TableCreationDateTime: new Date(startAt),
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    BillingMode: 'PAY_PER_REQUEST',
  });
  expect(BackupDescription?.BackupDetails?.BackupSizeBytes).toBe(7);
});

test('a backup remembers indexes, stream, time to live and key as they were, not as they became', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', {
    AttributeDefinitions: ['id', 'at', 'team'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-team-too',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'team', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-team',
        KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    SSESpecification: { Enabled: true },
    OnDemandThroughput: { MaxReadRequestUnits: 100 },
  });
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAt' };
  await local.client.updateTimeToLive({ TableName: 'orders', TimeToLiveSpecification });
  const BackupArn = await makeBackup(local, 'orders');
  const before = await local.client.describeBackup({ BackupArn });
  expect(before.BackupDescription?.SourceTableFeatureDetails).toMatchObject({
    LocalSecondaryIndexes: [{ IndexName: 'by-team-too', Projection: { ProjectionType: 'ALL' } }],
    GlobalSecondaryIndexes: [{ IndexName: 'by-team', Projection: { ProjectionType: 'KEYS_ONLY' } }],
    StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
  });
  expect(before.BackupDescription?.SourceTableDetails?.OnDemandThroughput).toEqual({ MaxReadRequestUnits: 100 });

  await local.client.updateTable({ TableName: 'orders', StreamSpecification: { StreamEnabled: false } });
  await local.pass(10 * secondMs);
  await local.client.updateTable({ TableName: 'orders', OnDemandThroughput: { MaxReadRequestUnits: 5 } });
  await local.pass(10 * secondMs);
  await local.client.updateTable({
    TableName: 'orders',
    GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-team' } }],
  });
  await local.pass(10 * secondMs);
  const after = await local.client.describeBackup({ BackupArn });
  expect(after.BackupDescription?.SourceTableFeatureDetails).toEqual(
    before.BackupDescription?.SourceTableFeatureDetails,
  );
  expect(after.BackupDescription?.SourceTableDetails).toEqual(before.BackupDescription?.SourceTableDetails);
});

test('a backup holds the items of the moment it was asked for, whatever is written later', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const put = (id: string, n: string) =>
    local.client.putItem({ TableName: 'orders', Item: { id: { S: id }, n: { N: n } } });
  await put('a', '1');
  await put('b', '1');
  const arn = await makeBackup(local, 'orders');
  await put('a', '2');
  await put('c', '2');
  await local.client.deleteItem({ TableName: 'orders', Key: { id: { S: 'b' } } });
  await local.pass(10 * secondMs);
  const items = [...local.inside.snapshotOf(arn).items()].map(({ id, n }) => `${id?.S}${n?.N}`).sort();
  expect(items).toEqual(['a1', 'b1']);
});

test('backups of a table that did not change share one snapshot; a write in between makes two', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: 'a' } } });
  const [first, second] = [await makeBackup(local, 'orders'), await makeBackup(local, 'orders')];
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: 'a' } } });
  const third = await makeBackup(local, 'orders');
  const snapshots = [first, second, third].map(local.inside.snapshotOf);
  expect(snapshots[0]).toBe(snapshots[1]);
  expect(snapshots[0]).not.toBe(snapshots[2]);
});

test('a stuck backup never becomes AVAILABLE, a vanishing one is gone, the next one is well again', async () => {
  const local = startLocal({ backupFate: ({ backupName }) => (backupName === 'lost' ? 'stuck' : 'vanishes') });
  await makeTable(local, 'orders');
  const stuck = await makeBackup(local, 'orders', 'lost');
  const vanishing = await makeBackup(local, 'orders', 'gone');
  local.inside.setBackupFate(() => 'available');
  const well = await makeBackup(local, 'orders', 'well');
  expect(await statusOf(local, vanishing)).toBe('CREATING');
  await local.pass(dayMs);
  expect(await statusOf(local, stuck)).toBe('CREATING');
  expect(await statusOf(local, well)).toBe('AVAILABLE');
  await refused(statusOf(local, vanishing), 'BackupNotFoundException', `Backup not found: ${vanishing}`);
});

test('a deleted backup is answered in full as DELETED and is unknown from then on', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const BackupArn = await makeBackup(local, 'orders');
  await local.pass(10 * secondMs);
  const { BackupDescription } = await local.client.deleteBackup({ BackupArn });
  expect(BackupDescription).toMatchObject({
    BackupDetails: { BackupArn, BackupStatus: 'DELETED' },
    SourceTableDetails: { TableName: 'orders' },
  });
  await refused(local.client.deleteBackup({ BackupArn }), 'BackupNotFoundException');
  expect((await local.client.listBackups({})).BackupSummaries).toEqual([]);
});

test('while a backup is being made, neither it nor its table can be deleted', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const BackupArn = await makeBackup(local, 'orders');
  await refused(local.client.deleteBackup({ BackupArn }), 'BackupInUseException');
  await refused(local.client.deleteTable({ TableName: 'orders' }), 'ResourceInUseException');
  await local.pass(10 * secondMs);
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(10 * secondMs);
  expect(await statusOf(local, BackupArn)).toBe('AVAILABLE');
});

test('a table is backed up neither before it is ACTIVE, nor in its first seconds, nor while it is deleted', async () => {
  const local = startLocal({ createTableMs: 4000, continuousBackupsMs: 4000 });
  const backup = () => makeBackup(local, 'orders');
  await refused(backup(), 'TableNotFoundException', 'Table not found: orders');
  await local.client.createTable({
    TableName: 'orders',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await refused(backup(), 'TableInUseException');
  await local.pass(7999);
  const young = 'Backups are being enabled for the table: orders. Please retry later';
  await refused(backup(), 'ContinuousBackupsUnavailableException', young);
  await local.pass(1);
  await backup();
  await local.pass(10 * secondMs);
  await local.client.deleteTable({ TableName: 'orders' });
  await refused(backup(), 'TableInUseException');
});

test('what names no backup is refused by what is wrong with it', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const arn = await makeBackup(local, 'orders');
  const describe = (BackupArn: string) => local.client.describeBackup({ BackupArn });
  const [table = ''] = arn.split('/backup/');
  await refused(describe(`${table}/some/thing/else/here`), 'ValidationException', 'Invalid Backup ARN');
  await refused(describe(arn.replace('123456789012', '210987654321')), 'AccessDeniedException');
  await refused(describe(arn.replace('us-east-1', 'eu-west-1')), 'BackupNotFoundException');
  await refused(describe(`${arn.slice(0, -8)}00000000`), 'BackupNotFoundException');
});

test('a deleted table with point-in-time recovery leaves a SYSTEM backup that nobody deletes and 35 days end', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } });
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: 'a' } } });
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await local.client.updateContinuousBackups({ TableName: 'orders', PointInTimeRecoverySpecification });
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(10 * secondMs);
  const system = async () => (await local.client.listBackups({ BackupType: 'SYSTEM' })).BackupSummaries ?? [];
  const [backup] = await system();
  expect(backup).toMatchObject({ BackupName: 'orders$DeletedTableBackup', BackupStatus: 'AVAILABLE' });
  expect(Number(backup?.BackupExpiryDateTime) - Number(backup?.BackupCreationDateTime)).toBe(35 * dayMs);
  expect(local.inside.snapshotOf(backup?.BackupArn ?? '').count).toBe(1);
  const described = await local.client.describeBackup({ BackupArn: backup?.BackupArn });
  expect(described.BackupDescription?.SourceTableFeatureDetails).toEqual({});
  await refused(local.client.deleteBackup({ BackupArn: backup?.BackupArn }), 'ValidationException');
  await local.pass(34.9 * dayMs);
  expect(await system()).toHaveLength(1);
  await local.pass(0.2 * dayMs);
  expect(await system()).toEqual([]);
});

test('a table without point-in-time recovery, or with it switched off again, leaves nothing', async () => {
  const local = startLocal();
  for (const name of ['never', 'not-any-more']) await makeTable(local, name);
  for (const PointInTimeRecoveryEnabled of [true, false]) {
    await local.client.updateContinuousBackups({
      TableName: 'not-any-more',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled },
    });
  }
  for (const TableName of ['never', 'not-any-more']) await local.client.deleteTable({ TableName });
  await local.pass(dayMs);
  expect((await local.client.listBackups({ BackupType: 'ALL' })).BackupSummaries).toEqual([]);
});

test('a table whose key is disabled or about to be deleted cannot be backed up', async () => {
  const local = startLocal();
  const keys = new KMS(local.config);
  const { KeyMetadata } = await keys.createKey({});
  const KMSMasterKeyId = KeyMetadata?.Arn ?? '';
  await makeTable(local, 'secret', { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId } });
  await keys.disableKey({ KeyId: KMSMasterKeyId });
  const disabled = { name: 'ValidationException', message: expect.stringContaining('is disabled') };
  await expect(makeBackup(local, 'secret')).rejects.toMatchObject(disabled);
  await keys.enableKey({ KeyId: KMSMasterKeyId });
  await makeBackup(local, 'secret');
  await keys.scheduleKeyDeletion({ KeyId: KMSMasterKeyId, PendingWindowInDays: 7 });
  const pending = { name: 'ValidationException', message: expect.stringContaining('is pending deletion') };
  await expect(makeBackup(local, 'secret')).rejects.toMatchObject(pending);
});

test('each account and Region has backups of its own', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  await makeBackup(local, 'orders');
  const call = (account: string, region: string) =>
    local.aws.core.call({
      service: 'dynamodb',
      operation: 'ListBackups',
      input: {},
      caller: { account, principalArn: `arn:aws:iam::${account}:root`, arn: `arn:aws:iam::${account}:root` },
      account,
      region,
    });
  expect(await call('123456789012', 'us-east-1')).toMatchObject({ BackupSummaries: [{ TableName: 'orders' }] });
  expect(await call('123456789012', 'eu-west-1')).toEqual({ BackupSummaries: [] });
  expect(await call('210987654321', 'us-east-1')).toEqual({ BackupSummaries: [] });
});
