import { validatorOf } from '../members.ts';
import { AwsError, type Call, type Service } from '../service.ts';
import { errorType, invalid } from './errors.ts';
import type { World } from './state.ts';
import type { StreamLog } from './stream-log.ts';

/** A shard iterator is good for 15 minutes, a page of records has 1,000 of them and 1 MB at most. */
const iteratorMs = 15 * 60_000;
const mostRecords = 1000;
const mostBytes = 2 ** 20;
const longestPage = 100;

/**
 * DynamoDB Streams: what was written to a table, in one shard that never splits
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html).
 */
export function dynamodbStreams(world: World): Service {
  return {
    // Signed as `dynamodb`; told apart by the target.
    name: 'dynamodb-streams',
    protocol: 'json-1.0',
    targetPrefix: 'DynamoDBStreams_20120810',
    errorType,
    validate: validatorOf({
      required: {
        DescribeStream: ['StreamArn'],
        GetShardIterator: ['StreamArn', 'ShardId', 'ShardIteratorType'],
        GetRecords: ['ShardIterator'],
      },
      enums: { ShardIteratorType: ['TRIM_HORIZON', 'LATEST', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] },
    }),
    permissions: ({ operation, input }) => {
      const arn = input.StreamArn ?? String(input.ShardIterator ?? '').split('|')[0];
      return [{ action: `dynamodb:${operation}`, resource: operation === 'ListStreams' ? '*' : String(arn) }];
    },
    operations: {
      ListStreams: (call) => listStreams(world, call),
      DescribeStream: (call) => ({ StreamDescription: describe(streamOf(world, call, call.input.StreamArn)) }),
      GetShardIterator: (call) => ({ ShardIterator: iterator(world, call) }),
      GetRecords: (call) => getRecords(world, call),
    },
  };
}

function streamOf(world: World, call: Call, arn: unknown): StreamLog {
  const stream = world.region(call).streams.get(String(arn));
  if (stream !== undefined && !stream.isGone) return stream;
  throw new AwsError('ResourceNotFoundException', `Requested resource not found: Stream: ${String(arn)} not found`);
}

function listStreams(world: World, call: Call) {
  const { TableName, ExclusiveStartStreamArn: start, Limit = longestPage } = call.input;
  const found = [...world.region(call).streams.values()]
    .filter(
      ({ table, isGone }) => !isGone && (TableName == null || TableName === table.name || TableName === table.arn),
    )
    .filter(({ arn }) => start == null || arn > String(start))
    .sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const page = found.slice(0, Number(Limit));
  const last = found.length > page.length ? { LastEvaluatedStreamArn: page.at(-1)?.arn } : {};
  return {
    Streams: page.map(({ arn, table, label }) => ({ StreamArn: arn, TableName: table.name, StreamLabel: label })),
    ...last,
  };
}

function describe(stream: StreamLog) {
  const { arn, label, viewType, createdAt, shardId, table, isEnded } = stream;
  const [first] = stream.from(0n);
  const SequenceNumberRange = {
    StartingSequenceNumber: String(first?.sequence ?? stream.next),
    ...(isEnded && { EndingSequenceNumber: String(stream.next - 1n) }),
  };
  return {
    StreamArn: arn,
    StreamLabel: label,
    StreamStatus: isEnded ? 'DISABLED' : 'ENABLED',
    StreamViewType: viewType,
    CreationRequestDateTime: createdAt / 1000,
    TableName: table.name,
    KeySchema: table.keys,
    Shards: [{ ShardId: shardId, SequenceNumberRange }],
  };
}

function iterator(world: World, call: Call): string {
  const { StreamArn, ShardId, ShardIteratorType, SequenceNumber } = call.input;
  const stream = streamOf(world, call, StreamArn);
  if (ShardId !== stream.shardId) {
    const message = `Requested resource not found: Shard does not exist: ${String(ShardId)}`;
    throw new AwsError('ResourceNotFoundException', message);
  }
  if (ShardIteratorType === 'TRIM_HORIZON') return written(world, stream, 0n);
  if (ShardIteratorType === 'LATEST') return written(world, stream, stream.next);
  if (!/^\d+$/.test(String(SequenceNumber))) {
    throw invalid(`The parameter SequenceNumber is required for ShardIteratorType ${String(ShardIteratorType)}`);
  }
  const at = BigInt(String(SequenceNumber));
  return written(world, stream, ShardIteratorType === 'AT_SEQUENCE_NUMBER' ? at : at + 1n);
}

const written = ({ core }: World, { arn }: StreamLog, position: bigint): string =>
  `${arn}|1|${Buffer.from(`${position} ${core.clock.now()}`).toString('base64')}`;

function getRecords(world: World, call: Call) {
  const [arn = '', , token = ''] = String(call.input.ShardIterator).split('|');
  const [position = '', at] = Buffer.from(token, 'base64').toString().split(' ');
  if (!/^\d+$/.test(position) || at === undefined) throw invalid('Invalid ShardIterator');
  const stream = streamOf(world, call, arn);
  if (world.core.clock.now() > Number(at) + iteratorMs) {
    throw new AwsError('ExpiredIteratorException', 'The shard iterator has expired');
  }
  const limit = Number(call.input.Limit ?? mostRecords);
  if (!(limit >= 1 && limit <= mostRecords)) throw invalid(`Limit must be between 1 and ${mostRecords}`);
  let bytes = 0;
  const page = stream.from(BigInt(position)).filter(({ before, after }, index) => {
    bytes += (before?.bytes ?? 0) + (after?.bytes ?? 0);
    return index < limit && (index === 0 || bytes <= mostBytes);
  });
  const next = (page.at(-1)?.sequence ?? BigInt(position) - 1n) + 1n;
  return {
    Records: page.map((write) => stream.record(write, call.region)),
    // A shard that is closed, and read to its end, has no more.
    ...(!(stream.isEnded && next >= stream.next) && { NextShardIterator: written(world, stream, next) }),
  };
}
