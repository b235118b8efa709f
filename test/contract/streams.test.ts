import type { StreamViewType } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { callJson, streams } from './json-client.ts';
import { dropTable, makeTable } from './made.ts';
import { eventually, rule } from './rule.ts';

interface StreamRecord {
  eventName: string;
  dynamodb: Record<string, unknown> & { SequenceNumber: string };
}
interface Page {
  Records: StreamRecord[];
  NextShardIterator?: string;
}

const call = <Answer>(operation: string, input: Record<string, unknown>) =>
  callJson(streams, operation, input) as Promise<Answer>;

async function withStream(StreamViewType: StreamViewType) {
  const { name } = await makeTable({ StreamSpecification: { StreamEnabled: true, StreamViewType } });
  const { Table } = await dynamodb.describeTable({ TableName: name });
  return { name, arn: Table?.LatestStreamArn ?? '' };
}

interface Described {
  StreamDescription: { StreamStatus: string; StreamViewType: string; TableName: string; Shards: { ShardId: string }[] };
}
const describe = async (arn: string) => (await call<Described>('DescribeStream', { StreamArn: arn })).StreamDescription;

async function iterator(arn: string, more: Record<string, unknown> = { ShardIteratorType: 'TRIM_HORIZON' }) {
  const ShardId = (await describe(arn)).Shards[0]?.ShardId;
  const input = { StreamArn: arn, ShardId, ...more };
  return (await call<{ ShardIterator: string }>('GetShardIterator', input)).ShardIterator;
}

/** All that is in the first shard as soon as there are so many. */
const records = (arn: string, count: number) =>
  eventually(
    async () => (await call<Page>('GetRecords', { ShardIterator: await iterator(arn) })).Records,
    (seen) => seen.length >= count,
  );

const Key = { id: { S: 'Fred' } };
const named = { ...Key, name: { S: 'Fred' } };

async function life(TableName: string) {
  await dynamodb.putItem({ TableName, Item: Key });
  await dynamodb.putItem({ TableName, Item: Key });
  await dynamodb.transactWriteItems({ TransactItems: [{ Put: { TableName, Item: named } }] });
  await dynamodb.deleteItem({ TableName, Key });
}

rule('a stream has what was written, in its order, and nothing of a write that changes nothing', async () => {
  const { name, arn } = await withStream('NEW_AND_OLD_IMAGES');
  await life(name);
  const seen = await records(arn, 3);
  expect(
    seen.map(({ eventName, dynamodb: { Keys, OldImage, NewImage, SizeBytes } }) => [
      eventName,
      Keys,
      OldImage,
      NewImage,
      SizeBytes,
    ]),
  ).toEqual([
    ['INSERT', Key, undefined, Key, 12],
    ['MODIFY', Key, Key, named, 26],
    ['REMOVE', Key, named, undefined, 20],
  ]);
});

const images: [StreamViewType, string[]][] = [
  ['KEYS_ONLY', []],
  ['NEW_IMAGE', ['NewImage']],
  ['OLD_IMAGE', ['OldImage']],
];
for (const [viewType, expected] of images) {
  rule(`a stream of ${viewType} shows of a change ${expected[0] ?? 'the keys only'}`, async () => {
    const { name, arn } = await withStream(viewType);
    await life(name);
    const change = (await records(arn, 3))[1]?.dynamodb ?? {};
    expect(Object.keys(change).filter((member) => member.endsWith('Image'))).toEqual(expected);
  });
}

rule('a stream is listed and described', async () => {
  const { name, arn } = await withStream('NEW_IMAGE');
  const { Streams } = await call<{ Streams: { StreamArn: string }[] }>('ListStreams', { TableName: name });
  expect(Streams.map(({ StreamArn }) => StreamArn)).toEqual([arn]);
  expect(await describe(arn)).toMatchObject({
    TableName: name,
    StreamViewType: 'NEW_IMAGE',
    StreamStatus: expect.stringMatching(/^ENABL/),
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
});

rule('an iterator goes on where the last page ended, or where it is told to begin', async () => {
  const { name, arn } = await withStream('KEYS_ONLY');
  const latest = await iterator(arn, { ShardIteratorType: 'LATEST' });
  await life(name);
  const [first, second, third] = await records(arn, 3);
  const page = await call<Page>('GetRecords', { ShardIterator: await iterator(arn), Limit: 2 });
  expect(page.Records).toEqual([first, second]);
  const rest = await call<Page>('GetRecords', { ShardIterator: page.NextShardIterator });
  expect(rest.Records).toEqual([third]);
  expect((await call<Page>('GetRecords', { ShardIterator: latest })).Records).toHaveLength(3);
  const SequenceNumber = second?.dynamodb.SequenceNumber;
  const from = async (ShardIteratorType: string) => {
    const ShardIterator = await iterator(arn, { ShardIteratorType, SequenceNumber });
    return (await call<Page>('GetRecords', { ShardIterator })).Records;
  };
  expect(await from('AT_SEQUENCE_NUMBER')).toEqual([second, third]);
  expect(await from('AFTER_SEQUENCE_NUMBER')).toEqual([third]);
});

rule('a stream that is switched off, or whose table is gone, is read to its end', async () => {
  const { name, arn } = await withStream('KEYS_ONLY');
  await life(name);
  expect(await records(arn, 3)).toHaveLength(3);
  await dropTable(name);
  await eventually(
    () => describe(arn),
    ({ StreamStatus }) => StreamStatus === 'DISABLED',
  );
  const page = await call<Page>('GetRecords', { ShardIterator: await iterator(arn) });
  expect([page.Records.length, page.NextShardIterator]).toEqual([3, undefined]);
});

rule('a stream that does not exist is a ResourceNotFoundException', async () => {
  const { arn } = await withStream('KEYS_ONLY');
  await expect(describe(arn.replace(/\d{4}-.*$/, '2000-01-01T00:00:00.000'))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
