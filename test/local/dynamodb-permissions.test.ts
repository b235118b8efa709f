import { expect, test } from 'vitest';
import { dynamodb } from '../../local/dynamodb/dynamodb.ts';
import type { Permission } from '../../local/service.ts';
import { makeTable, startLocal } from './dynamodb-local.ts';

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
const backup = `${table}/backup/01769824800000-0000beef`;
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
  const key = 'arn:aws:kms:us-east-1:123456789012:key/1';
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

test('every operation needs something', () => {
  const { aws } = startLocal();
  const account = '123456789012';
  const caller = { account, principalArn: 'root', arn: 'root' };
  const service = dynamodb(aws.core);
  for (const operation of Object.keys(service.operations)) {
    const input = { TableName: 'orders', RequestItems: { orders: [] } };
    const call = { service: 'dynamodb', operation, input, caller, account, region: 'us-east-1', requestId: '1' };
    expect(service.permissions(call).map(({ action }) => action)).toContain(`dynamodb:${operation}`);
  }
});
