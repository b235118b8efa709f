import { AwsError } from '../../local/service.ts';
import type { Deployed } from './deployed.ts';
import { leaveScalingBehind } from './restores.ts';
import { hub, member } from './two-nights.ts';

const minute = 60_000;
const home = { account: hub, region: 'us-east-1' };

/**
 * At home and in a member account, a table with every setting comes back from its export by ImportTable, and one with a
 * local index by writes. After the restores and exports, whose tables and buckets they need.
 */
export async function imports(deployed: Deployed): Promise<void> {
  await importIn(deployed, home, 'hub-archive');
  await importIn(deployed, member, 'member-archive');
}

async function importIn(deployed: Deployed, place: typeof home, bucket: string): Promise<void> {
  const { aws, clock, whenDone, invoke } = deployed;
  const ask = <Answer = unknown>(service: string, operation: string, input: object): Promise<Answer> => {
    const caller = aws.iam.caller(place.account);
    const call = { service, operation, input: input as Record<string, unknown>, caller, ...place };
    return whenDone(aws.core.call(call)) as Promise<Answer>;
  };
  const pass = (ms: number) => clock.run(clock.now() + ms).then(() => {});
  const exported = async (table: string): Promise<string> => {
    const { ExportDescription } = await ask<{ ExportDescription: { ExportArn: string } }>(
      'dynamodb',
      'ExportTableToPointInTime',
      {
        TableArn: `arn:aws:dynamodb:${place.region}:${place.account}:table/${table}`,
        S3Bucket: bucket,
        S3Prefix: table,
      },
    );
    await pass(30 * minute);
    return `${table}/AWSDynamoDB/${ExportDescription.ExportArn.split('/').at(-1)}`;
  };

  await invoke('StartDashrun', { tables: ['everything'], reason: 'its settings are captured', target: place });
  await sortedTable(ask, pass);
  await leaveScalingBehind(ask, pass, 'sorted-again');
  const { KeyMetadata } = await ask<{ KeyMetadata: { Arn: string } }>('kms', 'CreateKey', {});
  const [everything, sorted] = [await exported('everything'), await exported('sorted')];
  // The answer that says that the token is known makes the function look for its import.
  let isFirst = true;
  const restore = aws.intercept(async (one, perform) => {
    const answer = await perform();
    if (one.operation !== 'ImportTable' || !isFirst) return answer;
    isFirst = false;
    throw new AwsError('ImportConflictException', 'The token is in use.');
  });
  await ask('dynamodb', 'DeleteTable', { TableName: 'table-2' });
  await pass(minute);
  await invoke('Import', {
    source: { bucket, export: everything },
    target: {
      tableName: 'table-2',
      ...place,
      encryption: { type: 'CUSTOMER_MANAGED', keyArn: KeyMetadata.Arn },
      stream: { viewType: 'KEYS_ONLY' },
      timeToLive: { attribute: 'expires' },
    },
    reason: 'every right is used',
  });
  // A run that meets with it leaves it out.
  await invoke('StartDashrun', { plan: 'few', reason: 'a table is being imported' });
  await pass(60 * minute);
  await invoke('Import', {
    source: { bucket, export: sorted },
    target: { tableName: 'sorted-again', ...place },
    reason: 'every right is used',
  });
  await pass(60 * minute);
  restore();
}

/** With a local index, which ImportTable cannot make. */
async function sortedTable(
  ask: (service: string, operation: string, input: object) => Promise<unknown>,
  pass: (ms: number) => Promise<void>,
): Promise<void> {
  const attributes = { id: 'S', at: 'N', name: 'S' };
  const keys = (sort: string) => [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
  await ask('dynamodb', 'CreateTable', {
    TableName: 'sorted',
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
    AttributeDefinitions: Object.entries(attributes).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keys('at'),
    LocalSecondaryIndexes: [
      { IndexName: 'by-name', KeySchema: keys('name'), Projection: { ProjectionType: 'KEYS_ONLY' } },
    ],
  });
  await pass(30_000);
  await ask('dynamodb', 'UpdateContinuousBackups', {
    TableName: 'sorted',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  await ask('dynamodb', 'PutItem', {
    TableName: 'sorted',
    Item: { id: { S: 'a' }, at: { N: '1' }, name: { S: 'x' } },
  });
  await pass(1000);
}
