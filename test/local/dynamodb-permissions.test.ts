import { expect, test } from 'vitest';
import { dynamodb } from '../../local/dynamodb/dynamodb.ts';
import type { Permission } from '../../local/service.ts';
import { makeTable, startLocal } from './dynamodb-local.ts';

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
const backup = `${table}/backup/01769824800000-0000beef`;
const key = 'arn:aws:kms:us-east-1:123456789012:key/1';
const id = (value: string) => ({ id: { S: value } });
const leading = (...keys: string[]) => ({ context: { 'dynamodb:LeadingKeys': keys } });

async function permissions(operation: string, input: Record<string, unknown>): Promise<Permission[]> {
  const local = startLocal();
  await makeTable(local, 'orders');
  const account = '123456789012';
  const caller = { account, principalArn: 'root', arn: 'root' };
  const call = { service: 'dynamodb', operation, input, caller, account, region: 'us-east-1', requestId: '1' };
  return local.inside.permissions(call);
}

test.each([
  ['CreateBackup', { TableName: 'orders' }, table],
  ['CreateBackup', { TableName: table }, table],
  ['DescribeBackup', { BackupArn: backup }, backup],
  ['DeleteBackup', { BackupArn: backup }, backup],
  ['ListBackups', { TableName: 'orders' }, '*'],
  ['ListTables', {}, '*'],
  ['DescribeLimits', {}, '*'],
  ['DescribeEndpoints', {}, '*'],
  ['DescribeTable', { TableName: 'orders' }, table],
  ['UpdateTable', { TableName: 'orders' }, table],
  ['DeleteTable', { TableName: 'orders' }, table],
  ['DescribeTimeToLive', { TableName: 'orders' }, table],
  ['UpdateContinuousBackups', { TableName: 'orders' }, table],
  ['ListTagsOfResource', { ResourceArn: table }, table],
  ['TagResource', { ResourceArn: table }, table],
  ['PutResourcePolicy', { ResourceArn: table }, table],
  ['UpdateContributorInsights', { TableName: 'orders', IndexName: 'by-team' }, `${table}/index/by-team`],
  ['ListContributorInsights', {}, '*'],
  ['ExportTableToPointInTime', { TableArn: table }, table],
  [
    'DescribeExport',
    { ExportArn: `${table}/export/01769824800000-0000beef` },
    `${table}/export/01769824800000-0000beef`,
  ],
  ['ListExports', { TableArn: table }, '*'],
  ['ImportTable', { TableCreationParameters: { TableName: 'orders' } }, table],
  [
    'DescribeImport',
    { ImportArn: `${table}/import/01769824800000-0000beef` },
    `${table}/import/01769824800000-0000beef`,
  ],
  ['ListImports', {}, '*'],
  ['Scan', { TableName: 'orders' }, table],
  ['Query', { TableName: 'orders', IndexName: 'by-team' }, `${table}/index/by-team`],
])('%s %j needs the action of that name on %s', async (operation, input, resource) => {
  expect(await permissions(operation, input)).toEqual([{ action: `dynamodb:${operation}`, resource }]);
});

test.each([
  ['GetItem', { TableName: 'orders', Key: id('a') }],
  ['UpdateItem', { TableName: 'orders', Key: id('a') }],
  ['DeleteItem', { TableName: 'orders', Key: id('a') }],
  ['PutItem', { TableName: 'orders', Item: id('a') }],
  ['BatchGetItem', { RequestItems: { orders: { Keys: [id('a'), id('a')] } } }],
  [
    'BatchWriteItem',
    { RequestItems: { orders: [{ PutRequest: { Item: id('a') } }, { DeleteRequest: { Key: id('a') } }] } },
  ],
])('%s brings the partition keys for policies to compare', async (operation, input) => {
  expect(await permissions(operation, input)).toEqual([
    { action: `dynamodb:${operation}`, resource: table, ...leading('a') },
  ]);
});

test('a creator needs the rights to tags, policy and key, too', async () => {
  const input = { TableName: 'orders', Tags: [{}], ResourcePolicy: '{}', SSESpecification: { KMSMasterKeyId: key } };
  const needed = (await permissions('CreateTable', input)).map(({ action, resource }) => [action, resource]);
  expect(needed).toEqual([
    ['dynamodb:CreateTable', table],
    ['dynamodb:TagResource', table],
    ['dynamodb:PutResourcePolicy', table],
    ['kms:DescribeKey', key],
    ['kms:CreateGrant', key],
  ]);
});

const target = 'arn:aws:dynamodb:us-east-1:123456789012:table/again';
const onTarget = ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'];

test.each([
  ['RestoreTableFromBackup', { BackupArn: backup }, backup],
  ['RestoreTableToPointInTime', { SourceTableName: 'orders' }, table],
  ['RestoreTableToPointInTime', { SourceTableArn: table }, table],
])(
  '%s %j needs the right to its source, to the new table, and to all items there',
  async (operation, input, source) => {
    const needed = await permissions(operation, { TargetTableName: 'again', ...input });
    expect(needed.map(({ action, resource }) => [action, resource])).toEqual([
      [`dynamodb:${operation}`, source],
      [`dynamodb:${operation}`, target],
      ...onTarget.map((name) => [`dynamodb:${name}`, target]),
    ]);
  },
);

test('a restore under another key needs the right to use it', async () => {
  const SSESpecificationOverride = { KMSMasterKeyId: key };
  const input = { TargetTableName: 'again', BackupArn: backup, SSESpecificationOverride };
  const needed = (await permissions('RestoreTableFromBackup', input)).map(({ action, resource }) => [action, resource]);
  expect(needed.slice(-2)).toEqual([
    ['kms:DescribeKey', key],
    ['kms:CreateGrant', key],
  ]);
});

test('a transaction needs the rights of its parts, a check one of its own', async () => {
  const of = { TableName: 'orders' };
  const TransactItems = [
    { Put: { ...of, Item: id('a') } },
    { Update: { ...of, Key: id('b') }, Delete: null },
    { ConditionCheck: { TableName: table, Key: id('c') } },
  ];
  expect(await permissions('TransactWriteItems', { TransactItems })).toEqual([
    { action: 'dynamodb:PutItem', resource: table, ...leading('a') },
    { action: 'dynamodb:UpdateItem', resource: table, ...leading('b') },
    { action: 'dynamodb:ConditionCheckItem', resource: table, ...leading('c') },
  ]);
  const gets = { TransactItems: [{ Get: { ...of, Key: id('a') } }] };
  expect(await permissions('TransactGetItems', gets)).toEqual([
    { action: 'dynamodb:GetItem', resource: table, ...leading('a') },
  ]);
});

test.each([
  ['SELECT * FROM orders', 'Select', table],
  [`SELECT * FROM "orders"."by-team" WHERE team = 'a'`, 'Select', `${table}/index/by-team`],
  ["INSERT INTO orders VALUE {'id': 'a'}", 'Insert', table],
  ["UPDATE orders SET n = 1 WHERE id = 'a'", 'Update', table],
  ["DELETE FROM orders WHERE id = 'a'", 'Delete', table],
])('%s needs the right to PartiQL%s', async (Statement, kind, resource) => {
  const needed = [{ action: `dynamodb:PartiQL${kind}`, resource }];
  expect(await permissions('ExecuteStatement', { Statement })).toEqual(needed);
  expect(await permissions('BatchExecuteStatement', { Statements: [{ Statement }] })).toEqual(needed);
});

test('a Kinesis destination needs rights to the stream', async () => {
  const StreamArn = 'arn:aws:kinesis:us-east-1:123456789012:stream/changes';
  const needed = await permissions('EnableKinesisStreamingDestination', { TableName: 'orders', StreamArn });
  expect(needed.map(({ action, resource }) => [action, resource])).toEqual([
    ['dynamodb:EnableKinesisStreamingDestination', table],
    ['kinesis:ListStreams', '*'],
    ['kinesis:PutRecords', StreamArn],
    ['kinesis:DescribeStream', StreamArn],
  ]);
});

test('a new replica needs the rights to make and fill it in its Region, one that goes to delete it there', async () => {
  const there = table.replace('us-east-1', 'eu-west-1');
  const needed = async (update: object) =>
    (await permissions('UpdateTable', { TableName: 'orders', ReplicaUpdates: [update] })).map(
      ({ action, resource }) => `${action} ${resource}`,
    );
  expect(await needed({ Create: { RegionName: 'eu-west-1' } })).toEqual([
    `dynamodb:UpdateTable ${table}`,
    ...['CreateTable', 'CreateTableReplica', ...onTarget].map((name) => `dynamodb:${name} ${there}`),
  ]);
  expect(await needed({ Delete: { RegionName: 'eu-west-1' } })).toEqual([
    `dynamodb:UpdateTable ${table}`,
    `dynamodb:DeleteTable ${there}`,
    `dynamodb:DeleteTableReplica ${there}`,
  ]);
});

test('every operation needs something', () => {
  const { aws } = startLocal();
  const account = '123456789012';
  const caller = { account, principalArn: 'root', arn: 'root' };
  const service = dynamodb(aws.core);
  // What a transaction or a statement needs, it says itself.
  const inParts = /^Transact|ExecuteStatement$/;
  for (const operation of Object.keys(service.operations).filter((name) => !inParts.test(name))) {
    const input = { TableName: 'orders', RequestItems: { orders: [] } };
    const call = { service: 'dynamodb', operation, input, caller, account, region: 'us-east-1', requestId: '1' };
    expect(service.permissions(call).map(({ action }) => action)).toContain(`dynamodb:${operation}`);
  }
});
