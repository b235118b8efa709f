import { validatorOf } from './members.ts';
import { page } from './page.ts';
import { AwsError, type Call, type Core, type Service } from './service.ts';
import { perRegion } from './state.ts';

interface Stream {
  name: string;
  arn: string;
  status: 'CREATING' | 'ACTIVE' | 'DELETING';
  createdAt: number;
  shards: number;
  isOnDemand: boolean;
}

/** What DynamoDB asks of a stream that a table's changes are to go to. */
export interface Streams {
  isActive(arn: string): boolean;
}

export interface KinesisOptions {
  /** How long a stream is CREATING or DELETING; ten seconds, about what AWS takes. */
  changeMs?: number;
}

/**
 * Kinesis data streams as far as a table's destination needs them: made, described, listed, deleted; no records
 * (https://docs.aws.amazon.com/kinesis/latest/APIReference/).
 */
export function kinesis(core: Core, { changeMs = 10_000 }: KinesisOptions = {}): Service & { streams: Streams } {
  const stateOf = perRegion(() => new Map<string, Stream>());
  const arnOf = ({ account, region }: Call, name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`;
  const nameOf = ({ input }: Call) => String(input.StreamName ?? String(input.StreamARN).split('/')[1]);
  const existing = (call: Call): Stream => {
    const found = stateOf(call).get(nameOf(call));
    if (found !== undefined) return found;
    const message = `Stream ${nameOf(call)} under account ${call.account} not found.`;
    throw new AwsError('ResourceNotFoundException', message);
  };

  return {
    name: 'kinesis',
    protocol: 'json-1.1',
    targetPrefix: 'Kinesis_20131202',
    validate: validatorOf({ required: { CreateStream: ['StreamName'] } }),
    permissions: (call) => [
      {
        action: `kinesis:${call.operation}`,
        resource: call.operation === 'ListStreams' ? '*' : arnOf(call, nameOf(call)),
      },
    ],
    streams: {
      isActive(arn) {
        const [, , , region = '', account = '', resource = ''] = arn.split(':');
        return stateOf({ account, region }).get(resource.split('/')[1] ?? '')?.status === 'ACTIVE';
      },
    },
    operations: {
      CreateStream(call) {
        const streams = stateOf(call);
        const name = nameOf(call);
        if (streams.has(name)) {
          const message = `Stream ${name} under account ${call.account} already exists.`;
          throw new AwsError('ResourceInUseException', message);
        }
        const { StreamMode } = (call.input.StreamModeDetails ?? {}) as { StreamMode?: string };
        const isOnDemand = StreamMode === 'ON_DEMAND';
        const shards = Number(call.input.ShardCount ?? 4);
        const createdAt = core.clock.now();
        const stream: Stream = { name, arn: arnOf(call, name), status: 'CREATING', createdAt, shards, isOnDemand };
        streams.set(name, stream);
        core.clock.at(createdAt + changeMs, () => {
          if (stream.status === 'CREATING') stream.status = 'ACTIVE';
        });
      },
      DeleteStream(call) {
        const stream = existing(call);
        stream.status = 'DELETING';
        core.clock.at(core.clock.now() + changeMs, () => stateOf(call).delete(stream.name));
      },
      DescribeStream: (call) => ({
        StreamDescription: { ...described(existing(call)), Shards: [], HasMoreShards: false },
      }),
      DescribeStreamSummary: (call) => {
        const stream = existing(call);
        return { StreamDescriptionSummary: { ...described(stream), OpenShardCount: stream.shards } };
      },
      ListStreams: (call) => {
        const streams = [...stateOf(call).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
        const found = page(streams, call.input.Limit, call.input.NextToken);
        return {
          StreamNames: found.page.map(({ name }) => name),
          StreamSummaries: found.page.map(summary),
          HasMoreStreams: found.NextToken !== undefined,
          ...(found.NextToken !== undefined && { NextToken: found.NextToken }),
        };
      },
    },
  };
}

const summary = ({ name, arn, status, createdAt, isOnDemand }: Stream) => ({
  StreamName: name,
  StreamARN: arn,
  StreamStatus: status,
  StreamModeDetails: { StreamMode: isOnDemand ? 'ON_DEMAND' : 'PROVISIONED' },
  StreamCreationTimestamp: createdAt / 1000,
});

const described = (stream: Stream) => ({
  ...summary(stream),
  RetentionPeriodHours: 24,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: 'NONE',
});
