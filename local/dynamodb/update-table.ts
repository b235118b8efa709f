import type { Call } from '../service.ts';
import { describeTable } from './describe.ts';
import type { Schema } from './dynalite.ts';
import { keyFor, type SseSpecification } from './encryption.ts';
import { inUse, invalid, invalidParameters } from './errors.ts';
import { tableOf } from './lookup.ts';
import { noThroughput } from './new-table.ts';
import { changeReplicas, type ReplicaUpdate } from './replicas.ts';
import type { OnDemandThroughput, Operations, Region, Table, Throughput, WarmThroughput, World } from './state.ts';
import { newStream, type StreamSpecification } from './stream.ts';
import { closeStream, openStream } from './stream-log.ts';
import { checkSimultaneous } from './tables.ts';
import { changeIndexes, type IndexUpdate } from './update-indexes.ts';
import { changeWarmThroughput } from './warm-throughput.ts';

interface UpdateTableInput {
  AttributeDefinitions?: Schema['AttributeDefinitions'];
  BillingMode?: string;
  ProvisionedThroughput?: Throughput;
  GlobalSecondaryIndexUpdates?: IndexUpdate[];
  StreamSpecification?: StreamSpecification;
  SSESpecification?: SseSpecification;
  TableClass?: string;
  DeletionProtectionEnabled?: boolean;
  OnDemandThroughput?: OnDemandThroughput;
  WarmThroughput?: WarmThroughput;
  ReplicaUpdates?: ReplicaUpdate[];
  MultiRegionConsistency?: string;
}

const unsupported = [
  'GlobalTableWitnessUpdates',
  'GlobalTableSettingsReplicationMode',
  'DisassociationProtectionEnabled',
  'VectorIndexUpdates',
];
/** Members that no other may accompany, and what DynamoDB calls them. */
const alone = {
  ReplicaUpdates: 'Replica',
  SSESpecification: 'Server-Side Encryption',
  TableClass: 'TableClass',
  DeletionProtectionEnabled: 'DeletionProtection',
};
const members = [
  'ProvisionedThroughput',
  'BillingMode',
  'StreamSpecification',
  'GlobalSecondaryIndexUpdates',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'OnDemandThroughput',
  'ReplicaUpdates',
  'WarmThroughput',
  'TableClass',
];

export function updateTableOperations(world: World): Operations {
  return { UpdateTable: (call) => updateTable(world, call) };
}

/** The new settings hold at once; the table is UPDATING for a while, during which nothing else may be changed. */
function updateTable(world: World, call: Call) {
  const { core, settings } = world;
  const region = world.region(call);
  checkMembers(call.input);
  const input = call.input as unknown as UpdateTableInput;
  const table = tableOf(world, call);
  if (table.status !== 'ACTIVE') {
    const doing = { CREATING: 'created', UPDATING: 'updated', DELETING: 'deleted' }[table.status];
    throw inUse(`Table is being ${doing}: ${table.name}`);
  }
  if (input.DeletionProtectionEnabled != null) {
    table.isProtected = input.DeletionProtectionEnabled;
    return { TableDescription: describeTable(table) };
  }
  checkSimultaneous(region, world);
  if (input.SSESpecification) changeKey(world, table, region, input.SSESpecification);
  changeCapacity(table, input, core.clock.now());
  changeStream(world, region, table, input.StreamSpecification);
  if (input.TableClass != null) table.tableClass = input.TableClass;
  changeWarmThroughput(table, table, 'table', input.WarmThroughput);
  const replicated = changeReplicas(world, region, table, input.ReplicaUpdates ?? [], input.MultiRegionConsistency);
  const indexed = changeIndexes(table, input.GlobalSecondaryIndexUpdates ?? [], input.AttributeDefinitions);
  const settled = () => [replicated, indexed].map((end) => end());

  table.status = 'UPDATING';
  const takesMs = input.ReplicaUpdates ? settings.replicaMs : settings.updateTableMs;
  core.clock.at(core.clock.now() + takesMs, () => {
    settled();
    table.status = 'ACTIVE';
  });
  return { TableDescription: describeTable(table) };
}

function checkMembers(input: Record<string, unknown>): void {
  for (const name of unsupported) if (input[name] != null) throw invalid(`${name} is not part of the local DynamoDB.`);
  const given = members.filter((name) => input[name] != null);
  if (given.length === 0) {
    const all = [
      ...members.slice(0, -1).map((name) => (name === 'StreamSpecification' ? 'UpdateStreamEnabled' : name)),
    ];
    throw invalid(`At least one of ${all.join(', ')} or TableClass is required`);
  }
  for (const [name, spoken] of Object.entries(alone)) {
    if (input[name] == null || given.length === 1) continue;
    throw invalidParameters(`${spoken} modification must be the only operation in the request`);
  }
  checkTogether(input as UpdateTableInput);
}

function checkTogether({
  ProvisionedThroughput,
  StreamSpecification,
  GlobalSecondaryIndexUpdates,
}: UpdateTableInput): void {
  const isIndexed = GlobalSecondaryIndexUpdates?.some(({ Create, Delete }) => Create ?? Delete);
  if (StreamSpecification && ProvisionedThroughput) {
    throw invalidParameters('You cannot modify stream status while updating table IOPS');
  }
  if (isIndexed && ProvisionedThroughput) {
    throw invalidParameters('You cannot create or delete index while updating table IOPS');
  }
  if (isIndexed && StreamSpecification) {
    throw invalidParameters('You cannot create or delete index while changing stream status');
  }
}

function changeKey(
  world: World,
  table: Table,
  region: ReturnType<World['region']>,
  specification: SseSpecification,
): void {
  const keyArn = keyFor(world, region, specification);
  if (keyArn === table.keyArn) {
    throw invalidParameters(
      keyArn === undefined
        ? 'Table is already encrypted by default'
        : 'Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key',
    );
  }
  if (keyArn === undefined) delete table.keyArn;
  else table.keyArn = keyArn;
}

function changeCapacity(table: Table, input: UpdateTableInput, now: number): void {
  const { BillingMode, ProvisionedThroughput: wanted, OnDemandThroughput } = input;
  const isOnDemand = BillingMode == null ? table.isOnDemand : BillingMode === 'PAY_PER_REQUEST';
  if (wanted && isOnDemand) {
    const both = 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified';
    throw invalidParameters(`${both} when BillingMode is PAY_PER_REQUEST`);
  }
  if (BillingMode === 'PROVISIONED' && !wanted) {
    throw invalidParameters('ProvisionedThroughput must be specified when BillingMode is PROVISIONED');
  }
  if (wanted) checkDifferent(table.throughput, wanted);
  if (table.isOnDemand && !isOnDemand) checkIndexCapacity(table, input.GlobalSecondaryIndexUpdates ?? []);
  if (isOnDemand && !table.isOnDemand) {
    table.onDemandSince = now;
    table.throughput = noThroughput;
    for (const index of table.globalIndexes) index.throughput = noThroughput;
  }
  table.isOnDemand = isOnDemand;
  if (wanted) table.throughput = wanted;
  if (OnDemandThroughput) table.onDemand = { ...table.onDemand, ...OnDemandThroughput };
}

/** Every index of a table that becomes provisioned must be told its capacity. */
function checkIndexCapacity(table: Table, updates: IndexUpdate[]): void {
  const told = new Set(updates.map(({ Update }) => Update?.ProvisionedThroughput && Update.IndexName));
  const silent = table.globalIndexes.find(({ IndexName }) => !told.has(IndexName));
  if (silent === undefined) return;
  throw invalidParameters(`ProvisionedThroughput must be specified for index: ${silent.IndexName}`);
}

function checkDifferent(current: Throughput, wanted: Throughput): void {
  const { ReadCapacityUnits: reads, WriteCapacityUnits: writes } = current;
  if (reads !== wanted.ReadCapacityUnits || writes !== wanted.WriteCapacityUnits) return;
  throw invalid(
    'The provisioned throughput for the table will not change. The requested value equals the current value. ' +
      `Current ReadCapacityUnits provisioned for the table: ${reads}. Requested ReadCapacityUnits: ${reads}. ` +
      `Current WriteCapacityUnits provisioned for the table: ${writes}. Requested WriteCapacityUnits: ${writes}. ` +
      'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
  );
}

function changeStream(world: World, region: Region, table: Table, specification?: StreamSpecification | null): void {
  if (specification == null) return;
  if (specification.StreamEnabled && table.stream) {
    throw invalid(`Table already has an enabled stream: TableName: ${table.name}`);
  }
  if (!specification.StreamEnabled && !table.stream) {
    throw invalid(`Table has no stream to disable: TableName: ${table.name}`);
  }
  const stream = newStream(world.core.clock.now(), specification);
  if (stream === undefined) {
    closeStream(region, table);
    delete table.stream;
  } else {
    table.stream = stream;
    table.streamLabel = stream.label;
    openStream(world, region, table);
  }
}
