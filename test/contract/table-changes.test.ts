import type { UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { config, dynamodb } from './endpoint.ts';
import { makeTable, tableWithStatus } from './made.ts';
import { rule } from './rule.ts';

const update = async (TableName: string, change: Omit<UpdateTableCommandInput, 'TableName'>) => {
  await dynamodb.updateTable({ TableName, ...change });
  return tableWithStatus(TableName, 'ACTIVE');
};

const invalid = { name: 'ValidationException' };
const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const };

rule("a table's class can be changed", async () => {
  const { name } = await makeTable();
  const { TableClassSummary } = await update(name, { TableClass: 'STANDARD_INFREQUENT_ACCESS' });
  expect(TableClassSummary?.TableClass).toBe('STANDARD_INFREQUENT_ACCESS');
});

rule('a table on demand can be limited', async () => {
  const { name } = await makeTable();
  const OnDemandThroughput = { MaxReadRequestUnits: 50, MaxWriteRequestUnits: 20 };
  expect(await update(name, { OnDemandThroughput })).toMatchObject({ OnDemandThroughput });
});

rule('warm throughput goes up and never down', async () => {
  const { name } = await makeTable();
  const WarmThroughput = { ReadUnitsPerSecond: 13_000, WriteUnitsPerSecond: 4100 };
  expect((await update(name, { WarmThroughput })).WarmThroughput).toMatchObject(WarmThroughput);
  await expect(
    dynamodb.updateTable({ TableName: name, WarmThroughput: { ...WarmThroughput, ReadUnitsPerSecond: 12_500 } }),
  ).rejects.toMatchObject(invalid);
});

rule('a stream is not enabled twice, and none is not disabled', async () => {
  const { name } = await makeTable();
  const change = (StreamSpecification: Omit<typeof stream, 'StreamViewType'>) =>
    dynamodb.updateTable({ TableName: name, StreamSpecification });
  await expect(change({ StreamEnabled: false })).rejects.toMatchObject(invalid);
  await update(name, { StreamSpecification: stream });
  await expect(change(stream)).rejects.toMatchObject(invalid);
});

rule('a table is no replica of itself', async () => {
  const { name } = await makeTable({ StreamSpecification: stream });
  const ReplicaUpdates = [{ Create: { RegionName: config.region } }];
  await expect(dynamodb.updateTable({ TableName: name, ReplicaUpdates })).rejects.toMatchObject(invalid);
});

rule('a Region that does not exist gets no replica', async () => {
  const { name } = await makeTable({ StreamSpecification: stream });
  const ReplicaUpdates = [{ Create: { RegionName: 'eu-nowhere-9' } }];
  await expect(dynamodb.updateTable({ TableName: name, ReplicaUpdates })).rejects.toMatchObject(invalid);
});
