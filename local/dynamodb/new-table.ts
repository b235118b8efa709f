import type { Call } from '../service.ts';
import { type KeySchemaElement, ruleBroken, type Schema } from './dynalite.ts';
import { keyFor, type SseSpecification } from './encryption.ts';
import { invalid, invalidParameters } from './errors.ts';
import { Items } from './items.ts';
import { tableName } from './lookup.ts';
import { violation } from './model.ts';
import type { GlobalIndex, LocalIndex, OnDemandThroughput, Table, Throughput, WarmThroughput, World } from './state.ts';
import { newStream, type StreamSpecification } from './stream.ts';
import { checkTags, type Tag } from './tags.ts';

interface CreateTableInput {
  AttributeDefinitions: Schema['AttributeDefinitions'];
  KeySchema: KeySchemaElement[];
  LocalSecondaryIndexes?: LocalIndex[];
  GlobalSecondaryIndexes?: (LocalIndex & {
    ProvisionedThroughput?: Throughput;
    OnDemandThroughput?: OnDemandThroughput;
    WarmThroughput?: WarmThroughput;
  })[];
  BillingMode?: string;
  ProvisionedThroughput?: Throughput;
  StreamSpecification?: StreamSpecification;
  SSESpecification?: SseSpecification;
  Tags?: Tag[];
  TableClass?: string;
  DeletionProtectionEnabled?: boolean;
  ResourcePolicy?: string;
  OnDemandThroughput?: OnDemandThroughput;
  WarmThroughput?: WarmThroughput;
}

export const noThroughput: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

/** The table that a CreateTable asks for, as yet in nobody's list. */
export function newTable(world: World, call: Call): Table {
  check(call.input);
  const input = call.input as unknown as CreateTableInput;
  const { core, settings } = world;
  const region = world.region(call);
  const name = tableName(call);
  const createdAt = core.clock.now();
  const isOnDemand = input.BillingMode === 'PAY_PER_REQUEST';
  const tags = checkTags(input.Tags ?? []);
  const keyArn = keyFor(world, region, input.SSESpecification);
  const stream = newStream(createdAt, input.StreamSpecification);
  const localIndexes = (input.LocalSecondaryIndexes ?? []).map(plainIndex);
  const globalIndexes = (input.GlobalSecondaryIndexes ?? []).map((index) => newGlobalIndex(index, isOnDemand));

  return {
    name,
    id: core.random.uuid(),
    arn: region.arn(`table/${name}`),
    createdAt,
    status: 'CREATING',
    keys: input.KeySchema,
    attributes: input.AttributeDefinitions,
    localIndexes,
    globalIndexes,
    isOnDemand,
    ...(isOnDemand && { onDemandSince: createdAt }),
    throughput: input.ProvisionedThroughput ?? noThroughput,
    ...(input.OnDemandThroughput && { onDemand: input.OnDemandThroughput }),
    ...(stream && { stream, streamLabel: stream.label }),
    ...(keyArn !== undefined && { keyArn }),
    ...(input.TableClass != null && { tableClass: input.TableClass }),
    isProtected: input.DeletionProtectionEnabled === true,
    tags,
    ...(input.ResourcePolicy != null && {
      policy: policyText(input.ResourcePolicy),
      policyRevision: core.random.uuid(),
    }),
    ...(input.WarmThroughput && { warm: input.WarmThroughput }),
    kinesis: [],
    insights: new Map(),
    replicas: [],
    backupsFrom: createdAt + settings.createTableMs + settings.continuousBackupsMs,
    items: new Items(),
    indexRows: new Map([...localIndexes, ...globalIndexes].map(({ IndexName }) => [IndexName, new Items()])),
  };
}

/** Throws for what is no JSON. */
export function policyText(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw invalidParameters('Invalid policy document: This policy contains invalid Json');
  }
}

function plainIndex({ IndexName, KeySchema, Projection }: LocalIndex): LocalIndex {
  if (Projection.ProjectionType === 'INCLUDE' && (Projection.NonKeyAttributes ?? []).length === 0) {
    throw invalidParameters('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
  return { IndexName, KeySchema, Projection };
}

export function newGlobalIndex(
  index: LocalIndex & {
    ProvisionedThroughput?: Throughput;
    OnDemandThroughput?: OnDemandThroughput;
    WarmThroughput?: WarmThroughput;
  },
  isOnDemand: boolean,
): GlobalIndex {
  if (!isOnDemand && index.ProvisionedThroughput === undefined) {
    throw invalidParameters(`ProvisionedThroughput is not specified for index: ${index.IndexName}`);
  }
  return {
    ...plainIndex(index),
    throughput: index.ProvisionedThroughput ?? noThroughput,
    ...(index.OnDemandThroughput && { onDemand: index.OnDemandThroughput }),
    ...(index.WarmThroughput && { warm: index.WarmThroughput }),
    status: 'CREATING',
  };
}

/** Rules between the members; the model has checked each by itself. */
function check(input: Record<string, unknown>): void {
  for (const unsupported of ['GlobalTableSourceArn', 'GlobalTableSettingsReplicationMode', 'VectorIndexes']) {
    if (input[unsupported] != null) throw invalid(`${unsupported} is not part of the local DynamoDB.`);
  }
  const missing = ['AttributeDefinitions', 'KeySchema'].filter((name) => input[name] == null);
  if (missing.length > 0) {
    const paths = missing.map((name) => name.charAt(0).toLowerCase() + name.slice(1));
    const violations = paths.map((path) => violation(null, path, 'Member must not be null'));
    throw invalid(
      `${missing.length} validation error${missing.length > 1 ? 's' : ''} detected: ${violations.join('; ')}`,
    );
  }
  const { KeySchema, OnDemandThroughput, BillingMode } = input as unknown as CreateTableInput;
  if (KeySchema.length > 2) {
    const rule = 'Member must have length less than or equal to 2';
    throw invalid(`1 validation error detected: ${violation(KeySchema, 'keySchema', rule)}`);
  }
  const rule = ruleBroken('CreateTable', input);
  if (rule !== undefined) throw invalid(rule);
  if (OnDemandThroughput && BillingMode !== 'PAY_PER_REQUEST') {
    const limited = Object.keys(OnDemandThroughput)[0] ?? 'MaxReadRequestUnits';
    throw invalidParameters(
      `${limited} for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED`,
    );
  }
}
