import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { callJson, kinesis } from './json-client.ts';
import { afterwards, makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

/** A stream of one shard that is ACTIVE; its ARN. */
async function makeStream(): Promise<string> {
  const StreamName = newName();
  await callJson(kinesis, 'CreateStream', { StreamName, ShardCount: 1 });
  afterwards(() => callJson(kinesis, 'DeleteStream', { StreamName }));
  const { StreamDescriptionSummary } = await eventually(
    () => callJson(kinesis, 'DescribeStreamSummary', { StreamName }),
    (seen) => (seen.StreamDescriptionSummary as { StreamStatus?: string }).StreamStatus === 'ACTIVE',
  );
  return (StreamDescriptionSummary as { StreamARN: string }).StreamARN;
}

const destinationOf = async (TableName: string) =>
  (await dynamodb.describeKinesisStreamingDestination({ TableName })).KinesisDataStreamDestinations?.[0];

const whenDestinationIs = (TableName: string, status: string) =>
  eventually(
    () => destinationOf(TableName),
    (seen) => seen?.DestinationStatus === status,
  );

rule("a table's destination is ENABLING, ACTIVE, DISABLING and DISABLED", async () => {
  const { name: TableName } = await makeTable();
  const asked = { TableName, StreamArn: await makeStream() };
  expect(await destinationOf(TableName)).toBeUndefined();
  expect(await dynamodb.enableKinesisStreamingDestination(asked)).toMatchObject({
    ...asked,
    DestinationStatus: 'ENABLING',
  });
  await whenDestinationIs(TableName, 'ACTIVE');
  expect(await dynamodb.disableKinesisStreamingDestination(asked)).toMatchObject({
    ...asked,
    DestinationStatus: 'DISABLING',
  });
  await whenDestinationIs(TableName, 'DISABLED');
});

rule('a destination that is on is not switched on again', async () => {
  const { name: TableName } = await makeTable();
  const asked = { TableName, StreamArn: await makeStream() };
  await dynamodb.enableKinesisStreamingDestination(asked);
  await whenDestinationIs(TableName, 'ACTIVE');
  await expect(dynamodb.enableKinesisStreamingDestination(asked)).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      'Table is not in a valid state to enable Kinesis Streaming Destination: KinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.',
  });
});

rule('a destination that is not on is not switched off', async () => {
  const { name: TableName } = await makeTable();
  await expect(
    dynamodb.disableKinesisStreamingDestination({ TableName, StreamArn: await makeStream() }),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      'Table is not in a valid state to disable Kinesis Streaming Destination: KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.',
  });
});

rule("a destination's precision can be changed", async () => {
  const { name: TableName } = await makeTable();
  const asked = { TableName, StreamArn: await makeStream() };
  await dynamodb.enableKinesisStreamingDestination(asked);
  await whenDestinationIs(TableName, 'ACTIVE');
  const precision = { ApproximateCreationDateTimePrecision: 'MICROSECOND' as const };
  await dynamodb.updateKinesisStreamingDestination({ ...asked, UpdateKinesisStreamingConfiguration: precision });
  await eventually(
    () => destinationOf(TableName),
    (seen) => seen?.DestinationStatus === 'ACTIVE' && seen.ApproximateCreationDateTimePrecision === 'MICROSECOND',
  );
});

rule('a table that does not exist has no destinations', async () => {
  await expect(destinationOf(newName())).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
