import { expect, test } from 'vitest';
import { dayMs, makeTable, refused, secondMs, startAt, startLocal, tableInput } from './dynamodb-local.ts';

const provisioned = (units: number) => ({
  BillingMode: 'PROVISIONED' as const,
  ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: units },
});
const byTeam = {
  IndexName: 'by-team',
  KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};
const teamAttribute = { AttributeName: 'team', AttributeType: 'S' as const };

test('a table is CREATING, then ACTIVE, by the clock, with ids of the seed', async () => {
  const ids: (string | undefined)[] = [];
  for (const seed of [3, 3, 4]) {
    const local = startLocal({ createTableMs: 5000 }, seed);
    const { TableDescription } = await local.client.createTable(tableInput('orders'));
    expect(TableDescription).toMatchObject({ TableStatus: 'CREATING', CreationDateTime: new Date(startAt) });
    ids.push(TableDescription?.TableId);
    const status = async () => (await local.client.describeTable({ TableName: 'orders' })).Table?.TableStatus;
    await local.pass(4999);
    expect(await status()).toBe('CREATING');
    await local.pass(1);
    expect(await status()).toBe('ACTIVE');
  }
  expect(ids[0]).toBe(ids[1]);
  expect(ids[0]).not.toBe(ids[2]);
});

test('a table is described with every setting it was made with', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', {
    ...provisioned(5),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    SSESpecification: { Enabled: true },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
    Tags: [{ Key: 'team', Value: 'a' }],
  });
  const { Table } = await local.client.describeTable({ TableName: 'orders' });
  expect(Table).toMatchObject({
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5, NumberOfDecreasesToday: 0 },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    LatestStreamArn: `${Table?.TableArn}/stream/2026-01-31T02:00:00.000`,
    SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: expect.stringMatching(/:key\//) },
    TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    DeletionProtectionEnabled: true,
  });
  expect(Table?.BillingModeSummary).toBeUndefined();
  const { Tags } = await local.client.listTagsOfResource({ ResourceArn: Table?.TableArn });
  expect(Tags).toEqual([{ Key: 'team', Value: 'a' }]);
});

test('a protected table is not deleted until its protection is taken off', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', { DeletionProtectionEnabled: true });
  const drop = () => local.client.deleteTable({ TableName: 'orders' });
  const sentence =
    'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.';
  await refused(drop(), 'ValidationException', sentence);
  await local.client.updateTable({ TableName: 'orders', DeletionProtectionEnabled: false });
  expect((await drop()).TableDescription?.TableStatus).toBe('DELETING');
  await local.pass(10 * secondMs);
  await refused(drop(), 'ResourceNotFoundException', 'Requested resource not found: Table: orders not found');
});

test('a name that is used again has another TableId and no items', async () => {
  const local = startLocal();
  const id = async () => (await local.client.describeTable({ TableName: 'orders' })).Table?.TableId;
  await makeTable(local, 'orders');
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: 'a' } } });
  const first = await id();
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(10 * secondMs);
  await makeTable(local, 'orders');
  expect(await id()).not.toBe(first);
  expect((await local.client.scan({ TableName: 'orders' })).Count).toBe(0);
});

test('a table that is there, or is being made or changed, is in use', async () => {
  const local = startLocal();
  const change = () => local.client.updateTable({ TableName: 'orders', ...provisioned(5) });
  await local.client.createTable(tableInput('orders'));
  await refused(
    local.client.createTable(tableInput('orders')),
    'ResourceInUseException',
    'Table already exists: orders',
  );
  await refused(local.client.deleteTable({ TableName: 'orders' }), 'ResourceInUseException');
  await refused(change(), 'ResourceInUseException');
  await local.pass(10 * secondMs);
  await change();
  await refused(change(), 'ResourceInUseException');
});

test('so many tables are changed at once, and so many there are at all', async () => {
  const local = startLocal({ simultaneousTableOperations: 2, tables: 3 });
  const create = (name: string) => local.client.createTable(tableInput(name));
  await create('one');
  await create('two');
  const busy = 'Subscriber limit exceeded: Only 2 tables can be created, updated, or deleted simultaneously';
  await refused(create('three'), 'LimitExceededException', busy);
  await local.pass(10 * secondMs);
  await create('three');
  await local.pass(10 * secondMs);
  const full = 'Subscriber limit exceeded: There is a limit of 3 tables per subscriber';
  await refused(create('four'), 'LimitExceededException', full);
});

test('an index that is added to a table with items is filled, and readable when it is ACTIVE', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  for (const [id, team] of ['aa', 'ba', 'cb'].map((text) => [text[0] ?? '', text[1] ?? ''])) {
    await local.client.putItem({ TableName: 'orders', Item: { id: { S: id ?? '' }, team: { S: team ?? '' } } });
  }
  const query = () =>
    local.client.query({
      TableName: 'orders',
      IndexName: 'by-team',
      KeyConditionExpression: 'team = :a',
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    });
  await local.client.updateTable({
    TableName: 'orders',
    AttributeDefinitions: [teamAttribute],
    GlobalSecondaryIndexUpdates: [{ Create: byTeam }],
  });
  await refused(query(), 'ValidationException', 'Cannot read from backfilling global secondary index: by-team');
  await local.pass(10 * secondMs);
  expect((await query()).Items?.map(({ id }) => id?.S).sort()).toEqual(['a', 'b']);
  await local.client.updateTable({
    TableName: 'orders',
    GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-team' } }],
  });
  await local.pass(10 * secondMs);
  await refused(query(), 'ValidationException', 'The table does not have the specified index: by-team');
});

test.each([
  [{}, 'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled'],
  [{ TableClass: 'STANDARD', DeletionProtectionEnabled: true }, 'TableClass modification must be the only operation'],
  [{ ProvisionedThroughput: provisioned(5).ProvisionedThroughput }, 'when BillingMode is PAY_PER_REQUEST'],
  [{ BillingMode: 'PROVISIONED' }, 'ProvisionedThroughput must be specified when BillingMode is PROVISIONED'],
  [{ StreamSpecification: { StreamEnabled: false } }, 'Table has no stream to disable: TableName: orders'],
  [{ SSESpecification: { Enabled: false } }, 'Table is already encrypted by default'],
  [{ GlobalSecondaryIndexUpdates: [{ Create: byTeam }] }, 'AttributeDefinitions is not specified for index: by-team'],
] as const)('UpdateTable %j is refused: %s', async (change, sentence) => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const refusal = { name: 'ValidationException', message: expect.stringContaining(sentence) };
  await expect(
    local.client.updateTable({ TableName: 'orders', ...structuredClone(change) } as never),
  ).rejects.toMatchObject(refusal);
  expect((await local.client.describeTable({ TableName: 'orders' })).Table?.TableStatus).toBe('ACTIVE');
});

test('a table becomes provisioned and on demand again, and says since when', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', { ...provisioned(5) });
  await local.client.updateTable({ TableName: 'orders', BillingMode: 'PAY_PER_REQUEST' });
  const since = new Date(local.clock.now());
  await local.pass(10 * secondMs);
  const { Table } = await local.client.describeTable({ TableName: 'orders' });
  expect(Table).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST', LastUpdateToPayPerRequestDateTime: since },
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
  });
});

test('names are listed in order, page after page, at most 100', async () => {
  const local = startLocal();
  const names = Array.from({ length: 101 }, (_, index) => `table-${String(index).padStart(3, '0')}`);
  for (const name of names.toReversed()) await local.client.createTable(tableInput(name));
  const first = await local.client.listTables({});
  expect(first.TableNames).toEqual(names.slice(0, 100));
  expect(first.LastEvaluatedTableName).toBe(names[99]);
  const second = await local.client.listTables({ ExclusiveStartTableName: first.LastEvaluatedTableName });
  expect(second.TableNames).toEqual(names.slice(100));
  expect(second.LastEvaluatedTableName).toBeUndefined();
  expect((await local.client.listTables({ Limit: 101 - 1 })).TableNames).toHaveLength(100);
});

test('tags are added, written over and taken away', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', { Tags: [{ Key: 'stage', Value: 'test' }] });
  const ResourceArn = (await local.client.describeTable({ TableName: 'orders' })).Table?.TableArn;
  const tags = async () => (await local.client.listTagsOfResource({ ResourceArn })).Tags;
  await local.client.tagResource({ ResourceArn, Tags: [{ Key: 'team', Value: 'a' }] });
  await local.client.tagResource({ ResourceArn, Tags: [{ Key: 'team', Value: 'b' }] });
  expect(await tags()).toEqual([
    { Key: 'stage', Value: 'test' },
    { Key: 'team', Value: 'b' },
  ]);
  await local.client.untagResource({ ResourceArn, TagKeys: ['stage', 'never-there'] });
  expect(await tags()).toEqual([{ Key: 'team', Value: 'b' }]);
});

test('tags that AWS keeps for itself, twice the same key, and more than fifty are refused', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const ResourceArn = (await local.client.describeTable({ TableName: 'orders' })).Table?.TableArn;
  const tag = (...keys: string[]) =>
    local.client.tagResource({ ResourceArn, Tags: keys.map((Key) => ({ Key, Value: '1' })) });
  await refused(tag('aws:x'), 'ValidationException', 'Tag Key cannot be prefixed with aws:, Key: aws:x');
  await refused(tag('a', 'a'), 'ValidationException');
  await refused(tag(), 'ValidationException', 'Atleast one Tag needs to be provided as Input.');
  await refused(tag(...Array.from({ length: 51 }, (_, index) => `k${index}`)), 'ValidationException');
  await refused(local.client.listTagsOfResource({ ResourceArn: `${ResourceArn}-not` }), 'ResourceNotFoundException');
});

test('time to live changes once an hour and deletes what has expired, and only that', async () => {
  const local = startLocal({ timeToLiveSweepMs: 60_000 });
  await makeTable(local, 'orders', {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, teamAttribute],
    GlobalSecondaryIndexes: [byTeam],
  });
  const change = (Enabled: boolean, AttributeName = 'expiresAt') =>
    local.client.updateTimeToLive({ TableName: 'orders', TimeToLiveSpecification: { Enabled, AttributeName } });
  const now = Math.floor(local.clock.now() / 1000);
  const expiring = { over: now - 5, soon: now + 90, 'years-ago': now - 6 * 365 * 86_400 };
  for (const [id, at] of Object.entries(expiring)) {
    const Item = { id: { S: id }, team: { S: 'a' }, expiresAt: { N: String(at) } };
    await local.client.putItem({ TableName: 'orders', Item });
  }
  await local.client.putItem({ TableName: 'orders', Item: { id: { S: 'text' }, expiresAt: { S: '1' } } });
  await refused(change(false), 'ValidationException', 'TimeToLive is already disabled');
  await change(true);
  await refused(change(true), 'ValidationException', 'TimeToLive is already enabled');
  await refused(change(true, 'other'), 'ValidationException');
  const once = 'Time to live has been modified multiple times within a fixed interval';
  await refused(change(false), 'ValidationException', once);
  const left = async () => (await local.client.scan({ TableName: 'orders' })).Items?.map(({ id }) => id?.S).sort();
  await local.pass(61_000);
  expect(await left()).toEqual(['soon', 'text', 'years-ago']);
  await local.pass(60_000);
  expect(await left()).toEqual(['text', 'years-ago']);
  expect((await local.client.scan({ TableName: 'orders', IndexName: 'by-team' })).Count).toBe(1);
  await local.pass(3_600_000);
  await change(false);
});

test('point-in-time recovery: off at first, for 35 days or less, its window begins when it is switched on', async () => {
  const local = startLocal({ createTableMs: 1000, continuousBackupsMs: 3000 });
  const TableName = 'orders';
  await local.client.createTable(tableInput(TableName));
  const describe = async () =>
    (await local.client.describeContinuousBackups({ TableName })).ContinuousBackupsDescription;
  const change = (PointInTimeRecoverySpecification: {
    PointInTimeRecoveryEnabled: boolean;
    RecoveryPeriodInDays?: number;
  }) => local.client.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification });
  await local.pass(1000);
  expect((await describe())?.ContinuousBackupsStatus).toBe('DISABLED');
  await refused(change({ PointInTimeRecoveryEnabled: true }), 'ContinuousBackupsUnavailableException');
  await local.pass(3000);
  expect(await describe()).toEqual({
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
  });
  const since = local.clock.now();
  await change({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 2 });
  await local.pass(dayMs);
  expect((await describe())?.PointInTimeRecoveryDescription).toEqual({
    PointInTimeRecoveryStatus: 'ENABLED',
    RecoveryPeriodInDays: 2,
    EarliestRestorableDateTime: new Date(since),
    LatestRestorableDateTime: new Date(local.clock.now() - 300_000),
  });
  await local.pass(2 * dayMs);
  const earliest = (await describe())?.PointInTimeRecoveryDescription?.EarliestRestorableDateTime;
  expect(Number(earliest)).toBe(local.clock.now() - 2 * dayMs);
  await refused(
    local.client.describeContinuousBackups({ TableName: 'unknown' }),
    'TableNotFoundException',
    'Table not found: unknown',
  );
});

test('what the local DynamoDB does not have is unknown, as at AWS an operation that is none', async () => {
  const local = startLocal();
  await refused(local.client.listGlobalTables({}), 'UnknownOperationException');
});
