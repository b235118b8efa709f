import { DynamoDB, type UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { installGlobals } from '../../local/globals.ts';
import { seededRandom } from '../../local/random.ts';
import { createWholeAws } from '../../local/services.ts';
import { inProcess } from '../../local/transport.ts';
import { type Local, makeTable, refused, secondMs, startAt, startLocal, tableInput } from './dynamodb-local.ts';

const account = '123456789012';
const arn = `arn:aws:dynamodb:us-east-1:${account}:table/orders`;
const TableName = 'orders';
const both = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const };
const dayMs = 86_400_000;

async function withOrders(options: Parameters<typeof makeTable>[2] = {}): Promise<Local> {
  const local = startLocal();
  await makeTable(local, TableName, options);
  return local;
}

const describeTable = async ({ client }: Local) => (await client.describeTable({ TableName })).Table ?? {};

async function update(local: Local, change: Omit<UpdateTableCommandInput, 'TableName'>): Promise<void> {
  await local.client.updateTable({ TableName, ...change });
  await local.pass(10 * secondMs);
}

const stream = `arn:aws:kinesis:us-east-1:${account}:stream/changes`;
const destinations = async ({ client }: Local) =>
  (await client.describeKinesisStreamingDestination({ TableName })).KinesisDataStreamDestinations;

test('a Kinesis destination is ENABLING, ACTIVE, DISABLING, DISABLED, and can be enabled again', async () => {
  const local = await withOrders();
  expect(await destinations(local)).toEqual([]);
  const asked = { TableName, StreamArn: stream };
  const EnableKinesisStreamingConfiguration = { ApproximateCreationDateTimePrecision: 'MICROSECOND' as const };
  expect(
    await local.client.enableKinesisStreamingDestination({ ...asked, EnableKinesisStreamingConfiguration }),
  ).toMatchObject({ ...asked, DestinationStatus: 'ENABLING', EnableKinesisStreamingConfiguration });
  await refused(local.client.disableKinesisStreamingDestination(asked), 'ValidationException');
  await local.pass(5 * secondMs);
  const listed = { StreamArn: stream, ApproximateCreationDateTimePrecision: 'MICROSECOND' };
  expect(await destinations(local)).toEqual([{ ...listed, DestinationStatus: 'ACTIVE' }]);
  await refused(local.client.enableKinesisStreamingDestination(asked), 'ValidationException');

  const MILLISECOND = { ApproximateCreationDateTimePrecision: 'MILLISECOND' as const };
  await local.client.updateKinesisStreamingDestination({ ...asked, UpdateKinesisStreamingConfiguration: MILLISECOND });
  expect(await destinations(local)).toMatchObject([{ DestinationStatus: 'UPDATING' }]);
  await local.pass(5 * secondMs);
  expect(await destinations(local)).toMatchObject([{ DestinationStatus: 'ACTIVE', ...MILLISECOND }]);

  expect((await local.client.disableKinesisStreamingDestination(asked)).DestinationStatus).toBe('DISABLING');
  await local.pass(5 * secondMs);
  expect(await destinations(local)).toMatchObject([{ DestinationStatus: 'DISABLED' }]);
  await local.client.enableKinesisStreamingDestination(asked);
});

test.each([
  [`arn:aws:kinesis:eu-west-1:${account}:stream/changes`, 'another Region'],
  ['arn:aws:kinesis:us-east-1:111122223333:stream/changes', 'another account'],
  [`arn:aws:sqs:us-east-1:${account}:changes-of-all`, 'no stream'],
])('a destination %s is refused: %s', async (StreamArn) => {
  const local = await withOrders();
  await refused(local.client.enableKinesisStreamingDestination({ TableName, StreamArn }), 'ValidationException');
});

test('a table has two Kinesis destinations at most', async () => {
  const local = await withOrders();
  const enable = (name: string) =>
    local.client.enableKinesisStreamingDestination({ TableName, StreamArn: `${stream}-${name}` });
  await enable('a');
  await enable('b');
  await refused(enable('c'), 'LimitExceededException');
});

const byTeam = {
  AttributeDefinitions: ['id', 'team'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-team',
      KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    },
  ],
};

test('contributor insights of a table and of an index are settings of their own', async () => {
  const local = await withOrders(byTeam);
  expect(await local.client.describeContributorInsights({ TableName })).toMatchObject({
    ContributorInsightsStatus: 'DISABLED',
    ContributorInsightsRuleList: [],
  });
  const enable = { TableName, IndexName: 'by-team', ContributorInsightsAction: 'ENABLE' as const };
  expect(await local.client.updateContributorInsights(enable)).toMatchObject({ ContributorInsightsStatus: 'ENABLING' });
  await local.client.updateContributorInsights({
    TableName,
    ContributorInsightsAction: 'ENABLE',
    ContributorInsightsMode: 'THROTTLED_KEYS',
  });
  await local.pass(5 * secondMs);
  const { ContributorInsightsSummaries } = await local.client.listContributorInsights({ TableName });
  expect(ContributorInsightsSummaries).toEqual([
    { TableName, ContributorInsightsStatus: 'ENABLED', ContributorInsightsMode: 'THROTTLED_KEYS' },
    {
      TableName,
      IndexName: 'by-team',
      ContributorInsightsStatus: 'ENABLED',
      ContributorInsightsMode: 'ACCESSED_AND_THROTTLED_KEYS',
    },
  ]);
  const described = await local.client.describeContributorInsights({ TableName, IndexName: 'by-team' });
  expect(described.ContributorInsightsRuleList).toHaveLength(2);
  expect(described.LastUpdateDateTime).toEqual(new Date(startAt + 10 * secondMs));
  await local.client.updateContributorInsights({ ...enable, ContributorInsightsAction: 'DISABLE' });
  await local.pass(5 * secondMs);
  expect(await local.client.describeContributorInsights({ TableName, IndexName: 'by-team' })).toMatchObject({
    ContributorInsightsStatus: 'DISABLED',
  });
  await refused(
    local.client.describeContributorInsights({ TableName, IndexName: 'by-city' }),
    'ResourceNotFoundException',
  );
});

test('ListContributorInsights gives each table once, page after page', async () => {
  const local = startLocal();
  for (const name of ['one', 'two', 'three']) {
    await makeTable(local, name);
    await local.client.updateContributorInsights({ TableName: name, ContributorInsightsAction: 'ENABLE' });
  }
  const names: unknown[] = [];
  let token: string | undefined;
  do {
    const { ContributorInsightsSummaries = [], NextToken } = await local.client.listContributorInsights({
      MaxResults: 2,
      ...(token !== undefined && { NextToken: token }),
    });
    names.push(...ContributorInsightsSummaries.map((summary) => summary.TableName));
    token = NextToken;
  } while (token !== undefined);
  expect(names).toEqual(['one', 'three', 'two']);
});

const policy = (Action = 'dynamodb:GetItem') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action, Resource: arn }],
  });

test('a policy has a revision that changes with its content only', async () => {
  const local = await withOrders();
  const ResourceArn = arn;
  await refused(local.client.getResourcePolicy({ ResourceArn }), 'PolicyNotFoundException');
  const first = await local.client.putResourcePolicy({ ResourceArn, Policy: policy() });
  const again = await local.client.putResourcePolicy({ ResourceArn, Policy: policy().replace(/,/g, ' , ') });
  expect(again.RevisionId).toBe(first.RevisionId);
  const second = await local.client.putResourcePolicy({ ResourceArn, Policy: policy('dynamodb:Query') });
  expect(second.RevisionId).not.toBe(first.RevisionId);
  expect(await local.client.getResourcePolicy({ ResourceArn })).toMatchObject({
    Policy: policy('dynamodb:Query'),
    RevisionId: second.RevisionId,
  });
  expect(await local.client.deleteResourcePolicy({ ResourceArn })).toMatchObject({ RevisionId: second.RevisionId });
  await local.client.deleteResourcePolicy({ ResourceArn });
  await refused(local.client.getResourcePolicy({ ResourceArn }), 'PolicyNotFoundException');
});

test('a policy that is not the expected one is neither replaced nor deleted', async () => {
  const local = await withOrders();
  const put = (ExpectedRevisionId?: string) =>
    local.client.putResourcePolicy({
      ResourceArn: arn,
      Policy: policy(),
      ...(ExpectedRevisionId && { ExpectedRevisionId }),
    });
  await refused(put('0123456789'), 'PolicyNotFoundException');
  const { RevisionId } = await put('NO_POLICY');
  await refused(put('NO_POLICY'), 'PolicyNotFoundException');
  await put(RevisionId);
  await refused(
    local.client.deleteResourcePolicy({ ResourceArn: arn, ExpectedRevisionId: '0123456789' }),
    'PolicyNotFoundException',
  );
  await refused(local.client.putResourcePolicy({ ResourceArn: arn, Policy: '{' }), 'ValidationException');
});

test("a table's policy opens it to another account, for what it names, and no further", async () => {
  const clock = new VirtualClock(startAt);
  const uninstall = installGlobals(clock, seededRandom(1));
  try {
    const aws = createWholeAws({ clock });
    const clientOf = (accessKeyId: string) =>
      new DynamoDB({
        region: 'us-east-1',
        maxAttempts: 1,
        requestHandler: inProcess(aws) as never,
        credentials: { accessKeyId, secretAccessKey: 'test' },
      });
    const [owner, other] = [clientOf(account), clientOf('111122223333')];
    await owner.createTable(tableInput(TableName));
    await clock.run(clock.now() + 10 * secondMs);
    await owner.putItem({ TableName, Item: { id: { S: 'a' } } });
    const read = () => other.getItem({ TableName: arn, Key: { id: { S: 'a' } } });
    await refused(read(), 'AccessDeniedException');
    await owner.putResourcePolicy({ ResourceArn: arn, Policy: policy() });
    expect((await read()).Item).toEqual({ id: { S: 'a' } });
    await refused(other.putItem({ TableName: arn, Item: { id: { S: 'b' } } }), 'AccessDeniedException');
    await refused(other.createBackup({ TableName: arn, BackupName: 'theirs' }), 'AccessDeniedException');
    const closed = JSON.parse(policy('dynamodb:DeleteTable'));
    closed.Statement[0].Effect = 'Deny';
    closed.Statement[0].Principal = '*';
    await owner.putResourcePolicy({ ResourceArn: arn, Policy: JSON.stringify(closed) });
    await refused(owner.deleteTable({ TableName }), 'AccessDeniedException');
  } finally {
    uninstall();
  }
});

test('a replica is CREATING first and ACTIVE later, with what was asked for', async () => {
  const local = await withOrders({ StreamSpecification: both });
  const { TableDescription } = await local.client.updateTable({
    TableName,
    ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1', TableClassOverride: 'STANDARD_INFREQUENT_ACCESS' } }],
  });
  expect(TableDescription).toMatchObject({
    TableStatus: 'UPDATING',
    GlobalTableVersion: '2019.11.21',
    MultiRegionConsistency: 'EVENTUAL',
    Replicas: [{ RegionName: 'eu-west-1', ReplicaStatus: 'CREATING' }],
  });
  await local.pass(120 * secondMs);
  expect((await describeTable(local)).Replicas).toEqual([
    {
      RegionName: 'eu-west-1',
      ReplicaStatus: 'ACTIVE',
      ReplicaTableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    },
  ]);
});

test('a table that was the source of a replica is not deleted for a day', async () => {
  const local = await withOrders({ StreamSpecification: both });
  await local.client.updateTable({ TableName, ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] });
  await local.pass(120 * secondMs);
  await local.client.updateTable({ TableName, ReplicaUpdates: [{ Delete: { RegionName: 'eu-west-1' } }] });
  await local.pass(120 * secondMs);
  expect(await describeTable(local)).not.toHaveProperty('Replicas');
  await refused(local.client.deleteTable({ TableName }), 'ValidationException');
  await local.pass(dayMs);
  await local.client.deleteTable({ TableName });
});

test.each<[string, Omit<UpdateTableCommandInput, 'TableName'>]>([
  ['in a Region that is not enabled', { ReplicaUpdates: [{ Create: { RegionName: 'me-south-1' } }] }],
  ['that is not there to be deleted', { ReplicaUpdates: [{ Delete: { RegionName: 'eu-west-1' } }] }],
  [
    'together with another change',
    { ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }], StreamSpecification: both },
  ],
  [
    'and another one in the same request',
    { ReplicaUpdates: ['eu-west-1', 'eu-west-2'].map((RegionName) => ({ Create: { RegionName } })) },
  ],
])('a replica %s is refused', async (_what, change) => {
  const local = await withOrders({ StreamSpecification: both });
  await refused(local.client.updateTable({ TableName, ...change }), 'ValidationException');
});

test('a Region that has a table of that name gets no replica', async () => {
  const local = await withOrders({ StreamSpecification: both });
  const there = new DynamoDB({ ...local.config, region: 'eu-west-1' });
  await there.createTable(tableInput(TableName));
  await refused(
    local.client.updateTable({ TableName, ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] }),
    'ValidationException',
  );
  await local.client.updateTable({ TableName, ReplicaUpdates: [{ Create: { RegionName: 'eu-west-2' } }] });
});

test('a replica in the own Region is refused with advice', async () => {
  const local = await withOrders({ StreamSpecification: both });
  await expect(
    local.client.updateTable({ TableName, ReplicaUpdates: [{ Create: { RegionName: 'us-east-1' } }] }),
  ).rejects.toThrow('Use CreateTable, DeleteTable, or UpdateTable as required.');
});

test('a table without a stream of both images gets no replica, unless it is to be strongly consistent', async () => {
  const local = await withOrders();
  const create = (RegionName: string) => ({ Create: { RegionName } });
  await refused(local.client.updateTable({ TableName, ReplicaUpdates: [create('eu-west-1')] }), 'ValidationException');
  await local.client.updateTable({
    TableName,
    ReplicaUpdates: [create('us-east-2'), create('us-west-2')],
    MultiRegionConsistency: 'STRONG',
  });
  await local.pass(120 * secondMs);
  const { MultiRegionConsistency, Replicas } = await describeTable(local);
  expect([MultiRegionConsistency, Replicas?.length]).toEqual(['STRONG', 2]);
});

test('warm throughput goes up and never down, for table and index', async () => {
  const local = await withOrders(byTeam);
  await update(local, { WarmThroughput: { ReadUnitsPerSecond: 20_000 } });
  expect((await describeTable(local)).WarmThroughput).toEqual({
    ReadUnitsPerSecond: 20_000,
    WriteUnitsPerSecond: 4000,
    Status: 'ACTIVE',
  });
  await refused(
    local.client.updateTable({ TableName, WarmThroughput: { ReadUnitsPerSecond: 19_999 } }),
    'ValidationException',
  );
  const WarmThroughput = { WriteUnitsPerSecond: 5000 };
  await update(local, { GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'by-team', WarmThroughput } }] });
  const { GlobalSecondaryIndexes } = await describeTable(local);
  expect(GlobalSecondaryIndexes?.[0]?.WarmThroughput).toMatchObject({ ...WarmThroughput, ReadUnitsPerSecond: 12_000 });
});

test('a stream that is enabled again has another ARN', async () => {
  const local = await withOrders({ StreamSpecification: both });
  const { LatestStreamArn } = await describeTable(local);
  await update(local, { StreamSpecification: { StreamEnabled: false } });
  expect(await describeTable(local)).toMatchObject({ LatestStreamArn });
  await update(local, { StreamSpecification: both });
  const after = await describeTable(local);
  expect(after.LatestStreamArn).not.toBe(LatestStreamArn);
  expect(after.LatestStreamArn).toBe(`${arn}/stream/${after.LatestStreamLabel}`);
});
