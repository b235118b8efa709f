import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { tableInput } from './dynamodb-local.ts';
import { startAt, startWhole } from './whole-aws.ts';

const secondMs = 1000;
const arn = 'arn:aws:kinesis:us-east-1:123456789012:stream/changes';
const changes = { StreamName: 'changes' };

test('a stream is CREATING, ACTIVE, DELETING and gone', async () => {
  const { caller, pass } = startWhole();
  const call = caller('kinesis');
  const summary = async () => (await call('DescribeStreamSummary', changes)).StreamDescriptionSummary;
  await call('CreateStream', { ...changes, ShardCount: 2 });
  expect(await summary()).toMatchObject({
    ...changes,
    StreamARN: arn,
    StreamStatus: 'CREATING',
    StreamCreationTimestamp: startAt / 1000,
    OpenShardCount: 2,
  });
  await expect(call('CreateStream', changes)).rejects.toMatchObject({ code: 'ResourceInUseException' });
  await pass(20 * secondMs);
  expect(await call('DescribeStream', { StreamARN: arn })).toMatchObject({
    StreamDescription: { StreamStatus: 'ACTIVE' },
  });
  expect(await call('ListStreams', {})).toMatchObject({ StreamNames: ['changes'], HasMoreStreams: false });
  await call('DeleteStream', changes);
  expect(await summary()).toMatchObject({ StreamStatus: 'DELETING' });
  await pass(20 * secondMs);
  await expect(summary()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('a table sends its changes only to a stream that is there', async () => {
  const { caller, pass, config } = startWhole();
  const tables = new DynamoDB(config);
  await tables.createTable(tableInput('orders'));
  await pass(10 * secondMs);
  const enable = () => tables.enableKinesisStreamingDestination({ TableName: 'orders', StreamArn: arn });
  await expect(enable()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await caller('kinesis')('CreateStream', changes);
  await expect(enable()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await pass(20 * secondMs);
  expect((await enable()).DestinationStatus).toBe('ENABLING');
});
