import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { tableInput } from './dynamodb-local.ts';
import { zip } from './lambda-package.ts';
import { account, startWhole } from './whole-aws.ts';

const secondMs = 1000;
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const readStreams = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map(
  (name) => `dynamodb:${name}`,
);

/** A table with a stream and a function whose role may do `actions`. */
async function withStream(actions = readStreams) {
  const whole = startWhole();
  const { aws, config, pass } = whole;
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  const { arn } = aws.iam.putRole({
    account,
    name: 'reader',
    trust,
    policies: { all: { Version: '2012-10-17', Statement } },
  });
  const lambda = new Lambda(config);
  await lambda.createFunction({
    FunctionName: 'indexer',
    Role: arn,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Code: { ZipFile: zip({ 'index.js': 'exports.handler = async () => {};' }) },
  });
  const tables = new DynamoDB(config);
  const { TableDescription } = await tables.createTable(
    tableInput('orders', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }),
  );
  await pass(10 * secondMs);
  return { ...whole, lambda, tables, EventSourceArn: TableDescription?.LatestStreamArn ?? '' };
}

const wanted = { FunctionName: 'indexer', StartingPosition: 'LATEST' as const, BatchSize: 25 };

test('a mapping is Creating, Enabled, changed, Disabled and gone', async () => {
  const { lambda, pass, EventSourceArn } = await withStream();
  const made = await lambda.createEventSourceMapping({ ...wanted, EventSourceArn });
  expect(made).toMatchObject({
    State: 'Creating',
    BatchSize: 25,
    MaximumRetryAttempts: -1,
    StartingPosition: 'LATEST',
    EventSourceArn,
    FunctionArn: `arn:aws:lambda:us-east-1:${account}:function:indexer`,
  });
  const { UUID } = made;
  const stateOf = async () => (await lambda.getEventSourceMapping({ UUID })).State;
  await pass(10 * secondMs);
  expect(await stateOf()).toBe('Enabled');
  expect(await lambda.updateEventSourceMapping({ UUID, BatchSize: 50, Enabled: false })).toMatchObject({
    State: 'Disabling',
    BatchSize: 50,
  });
  await expect(lambda.updateEventSourceMapping({ UUID, BatchSize: 1 })).rejects.toMatchObject({
    name: 'ResourceInUseException',
  });
  await pass(10 * secondMs);
  expect(await stateOf()).toBe('Disabled');
  expect((await lambda.deleteEventSourceMapping({ UUID })).State).toBe('Deleting');
  await pass(10 * secondMs);
  await expect(stateOf()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('mappings are listed by stream and by function', async () => {
  const { lambda, EventSourceArn } = await withStream();
  const { UUID } = await lambda.createEventSourceMapping({ ...wanted, EventSourceArn, Enabled: false });
  const list = async (input: { EventSourceArn?: string; FunctionName?: string }) =>
    (await lambda.listEventSourceMappings(input)).EventSourceMappings?.map((mapping) => mapping.UUID);
  expect(await list({ EventSourceArn })).toEqual([UUID]);
  expect(await list({ FunctionName: 'indexer' })).toEqual([UUID]);
  expect(await list({})).toEqual([UUID]);
  expect(await list({ EventSourceArn: `${EventSourceArn}0` })).toEqual([]);
});

test('a mapping outlives its table and names a stream that is no more', async () => {
  const { lambda, tables, pass, EventSourceArn } = await withStream();
  await lambda.createEventSourceMapping({ ...wanted, EventSourceArn });
  await tables.deleteTable({ TableName: 'orders' });
  await pass(20 * secondMs);
  expect((await lambda.listEventSourceMappings({ EventSourceArn })).EventSourceMappings).toHaveLength(1);
  const again = { ...wanted, EventSourceArn: EventSourceArn.replace(/stream\/.*/, 'stream/2026-01-01T00:00:00.000') };
  await expect(lambda.createEventSourceMapping(again)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
});

test('the same function is not mapped to a stream twice', async () => {
  const { lambda, EventSourceArn } = await withStream();
  const { UUID } = await lambda.createEventSourceMapping({ ...wanted, EventSourceArn });
  await expect(lambda.createEventSourceMapping({ ...wanted, EventSourceArn })).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: expect.stringContaining(UUID ?? ''),
  });
});

test.each(readStreams)('a role without %s cannot be the reader of a stream', async (action) => {
  const { lambda, EventSourceArn } = await withStream(readStreams.filter((other) => other !== action));
  await expect(lambda.createEventSourceMapping({ ...wanted, EventSourceArn })).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('Cannot access stream'),
  });
});
