import { AwsError, type Call } from '../service.ts';
import { inUse, invalid, invalidParameters } from './errors.ts';
import { tableOf } from './lookup.ts';
import type { KinesisDestination, Operations, Table, World } from './state.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_gettingstarted.html: "up to two" */
const mostDestinations = 2;
const state = 'Table is not in a valid state to';

/** Where a table's changes go in Kinesis. The settings are here; nothing is sent. */
export function kinesisDestinationOperations(world: World): Operations {
  return {
    EnableKinesisStreamingDestination: (call) => enable(world, call),
    DisableKinesisStreamingDestination: (call) => disable(world, call),
    UpdateKinesisStreamingDestination: (call) => update(world, call),
    DescribeKinesisStreamingDestination: (call) => {
      const table = tableOf(world, call);
      return {
        TableName: table.name,
        KinesisDataStreamDestinations: table.kinesis.map(({ streamArn, status, precision }) => ({
          StreamArn: streamArn,
          DestinationStatus: status,
          ApproximateCreationDateTimePrecision: precision,
        })),
      };
    },
  };
}

interface Configuration {
  ApproximateCreationDateTimePrecision?: string;
}

function enable(world: World, call: Call) {
  const table = activeTable(world, call);
  const streamArn = streamOf(world, call);
  const known = table.kinesis.find((destination) => destination.streamArn === streamArn);
  if (known !== undefined && known.status !== 'DISABLED') {
    const rule = 'KinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.';
    throw invalid(`${state} enable Kinesis Streaming Destination: ${rule}`);
  }
  if (table.kinesis.filter(({ status }) => status !== 'DISABLED').length >= mostDestinations) {
    const message = `A table can have at most ${mostDestinations} Kinesis streaming destinations: ${table.name}`;
    throw new AwsError('LimitExceededException', message);
  }
  const { ApproximateCreationDateTimePrecision = 'MILLISECOND' } = (call.input.EnableKinesisStreamingConfiguration ??
    {}) as Configuration;
  const destination: KinesisDestination = {
    streamArn,
    status: 'ENABLING',
    precision: ApproximateCreationDateTimePrecision,
  };
  table.kinesis = [...table.kinesis.filter((other) => other !== known), destination];
  later(world, destination, 'ACTIVE');
  return answer(table, destination, 'EnableKinesisStreamingConfiguration');
}

function disable(world: World, call: Call) {
  const table = activeTable(world, call);
  const destination = active(table, call, 'disable', 'DISABLE');
  destination.status = 'DISABLING';
  later(world, destination, 'DISABLED');
  return answer(table, destination, 'EnableKinesisStreamingConfiguration');
}

function update(world: World, call: Call) {
  const table = activeTable(world, call);
  const destination = active(table, call, 'update', 'UPDATE');
  const { ApproximateCreationDateTimePrecision: wanted } = (call.input.UpdateKinesisStreamingConfiguration ??
    {}) as Configuration;
  if (wanted === undefined) throw invalidParameters('ApproximateCreationDateTimePrecision must be specified');
  if (wanted === destination.precision) throw invalid(`Invalid Request: Precision is already set to ${wanted}`);
  Object.assign(destination, { status: 'UPDATING', precision: wanted });
  later(world, destination, 'ACTIVE');
  return answer(table, destination, 'UpdateKinesisStreamingConfiguration');
}

function activeTable(world: World, call: Call): Table {
  const table = tableOf(world, call);
  if (table.status === 'ACTIVE' || table.status === 'UPDATING') return table;
  throw inUse(`Table is ${table.status}: ${table.name}`);
}

/** Of the table's own account and Region, and there; what DynamoDB says otherwise is inferred. */
function streamOf({ settings }: World, call: Call): string {
  const arn = String(call.input.StreamArn);
  const [, , service, region, account, resource = ''] = arn.split(':');
  if (service !== 'kinesis' || !resource.startsWith('stream/')) throw invalid(`Invalid Kinesis stream ARN: ${arn}`);
  if (region !== call.region || account !== call.account) {
    throw invalid('The Kinesis stream must be in the account and Region of the table');
  }
  if (settings.streams?.isActive(arn) === false) {
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Kinesis stream: ${arn} not found`);
  }
  return arn;
}

function active(table: Table, call: Call, verb: string, operation: string): KinesisDestination {
  const found = table.kinesis.find(({ streamArn }) => streamArn === call.input.StreamArn);
  if (found?.status === 'ACTIVE') return found;
  const rule = `KinesisStreamingDestination must be ACTIVE to perform ${operation} operation.`;
  throw invalid(`${state} ${verb} Kinesis Streaming Destination: ${rule}`);
}

function later({ core, settings }: World, destination: KinesisDestination, status: 'ACTIVE' | 'DISABLED'): void {
  core.clock.at(core.clock.now() + settings.settingMs, () => {
    destination.status = status;
  });
}

const answer = ({ name }: Table, { streamArn, status, precision }: KinesisDestination, member: string) => ({
  TableName: name,
  StreamArn: streamArn,
  DestinationStatus: status,
  [member]: { ApproximateCreationDateTimePrecision: precision },
});
