import type { RestoreRequest } from '../../../events/restore-request.ts';
import type { Mistake } from '../../task/task.ts';
import type { RestoreBody } from './restore-body.ts';

type Wanted = RestoreRequest['target'];
type Body = RestoreBody['target'];

/** What the document takes for "empty": absent, null, or a text without letters. */
const given = <Value>(value: Value | '' | null | undefined): value is Value =>
  value !== undefined && value !== null && value !== '';

/**
 * The settings of seed 000 as ours. Left out is as it was; null is none. Where the document says something else for
 * absent, null or empty, each line does what it says: the table of docs/api.md, and test/api/clumio-settings.test.ts.
 */
export function settingsOf(body: Body): Partial<Wanted> {
  return {
    ...billingOf(body),
    ...(body.global_secondary_indexes !== undefined && { globalSecondaryIndexes: globalsOf(body) }),
    ...(body.local_secondary_indexes !== undefined && { localSecondaryIndexes: localsOf(body) }),
    ...(given(body.pitr_status) && { pointInTimeRecovery: body.pitr_status }),
    ...(body.replicas !== undefined && { replicas: null }),
    ...(body.sse_specification !== undefined && { encryption: encryptionOf(body.sse_specification) }),
    ...(body.stream_specification !== undefined && { stream: streamOf(body.stream_specification) }),
    tableClass: given(body.table_class) ? body.table_class : null,
    ...(body.tags !== undefined && { tags: tagsOf(body.tags) }),
  };
}

/** Throughput alone means PROVISIONED; both empty is as the source has it. */
function billingOf({ billing_mode: mode, provisioned_throughput: units }: Body): Partial<Wanted> {
  return {
    ...(given(mode) ? { billingMode: mode } : given(units) && { billingMode: 'PROVISIONED' as const }),
    ...(given(units) && { provisionedThroughput: unitsOf(units) }),
  };
}

const unitsOf = (units: NonNullable<Body['provisioned_throughput']>) => ({
  read: units.read_capacity_units,
  write: units.write_capacity_units,
});

function globalsOf({ global_secondary_indexes: indexes }: Body): Wanted['globalSecondaryIndexes'] {
  if (!given(indexes) || indexes.length === 0) return null;
  return indexes.map(({ index_name: name, provisioned_throughput: units }) =>
    given(units) ? { name, provisionedThroughput: unitsOf(units) } : name,
  );
}

function localsOf({ local_secondary_indexes: indexes }: Body): Wanted['localSecondaryIndexes'] {
  return given(indexes) && indexes.length > 0 ? indexes.map(({ index_name }) => index_name) : null;
}

/** Without a key it is the default encryption; a key without a type is the customer's. */
function encryptionOf(sse: Body['sse_specification']): Wanted['encryption'] {
  const { kms_key_type: type, kms_master_key_id: key } = sse ?? {};
  if (type === 'AWS_MANAGED' || key === awsManaged) return { type: 'AWS_MANAGED' };
  return given(key) ? { type: 'CUSTOMER_MANAGED', keyArn: key } : null;
}

const awsManaged = 'alias/aws/dynamodb';

function streamOf(stream: Body['stream_specification']): Wanted['stream'] {
  const { enabled, view_type: viewType } = stream ?? {};
  return enabled !== false && given(viewType) ? { viewType } : null;
}

function tagsOf(tags: Body['tags']): Wanted['tags'] {
  return given(tags) && tags.length > 0 ? Object.fromEntries(tags.map(({ key, value }) => [key, value ?? ''])) : null;
}

interface Rule {
  field: string;
  isBroken: (body: RestoreBody) => boolean;
  problem: string;
  remedy: string;
}

const isIncomplete = (index: NonNullable<Body['local_secondary_indexes']>[number]): boolean => {
  const { projection_type: type, non_key_attributes: attributes } = index.projection;
  return given(type) && (type === 'INCLUDE') !== (given(attributes) && attributes.length > 0);
};
const projectionRule = {
  problem: 'non_key_attributes are for INCLUDE, which needs them.',
  remedy: 'Name them for INCLUDE, and leave them out for ALL and KEYS_ONLY.',
};

/** What the document forbids to say together. */
const rules: Rule[] = [
  {
    field: 'source',
    isBroken: ({ source }) => given(source.continuous_backup) === given(source.securevault_backup),
    problem: 'Exactly one of continuous_backup and securevault_backup says what to restore.',
    remedy: 'Give one of them, and leave the other out.',
  },
  {
    field: 'source.continuous_backup',
    isBroken: ({ source: { continuous_backup: point } }) =>
      given(point) && given(point.timestamp) === (point.use_latest_restorable_time === true),
    problem: 'Exactly one of timestamp and use_latest_restorable_time says which point in time.',
    remedy: 'Give a timestamp, or use_latest_restorable_time: true.',
  },
  {
    field: 'source.continuous_backup.type',
    isBroken: ({ source }) => source.continuous_backup?.type === 'clumio_pitr',
    problem: 'There is no clumio_pitr here: points in time are those of DynamoDB.',
    remedy: 'Give aws_pitr, or leave it out.',
  },
  {
    field: 'target.global_table_version',
    isBroken: ({ target }) => target.global_table_version === '2017.11.29',
    problem: 'AWS makes no global tables of version 2017.11.29 any more.',
    remedy: 'Give 2019.11.21, or leave it out.',
  },
  {
    field: 'target.global_secondary_indexes',
    isBroken: ({ target }) => (target.global_secondary_indexes ?? []).some(isIncomplete),
    ...projectionRule,
  },
  {
    field: 'target.local_secondary_indexes',
    isBroken: ({ target }) => (target.local_secondary_indexes ?? []).some(isIncomplete),
    ...projectionRule,
  },
  {
    field: 'target.sse_specification.kms_master_key_id',
    isBroken: ({ target: { sse_specification: sse } }) =>
      sse?.kms_key_type === 'CUSTOMER_MANAGED' && !given(sse.kms_master_key_id),
    problem: 'CUSTOMER_MANAGED needs a key.',
    remedy: 'Give the id, the ARN or the alias of a key in the Region of the environment.',
  },
  {
    field: 'target.sse_specification.kms_master_key_id',
    isBroken: ({ target: { sse_specification: sse } }) =>
      sse?.kms_key_type === 'DEFAULT' && given(sse.kms_master_key_id),
    problem: 'The default encryption has no key of yours.',
    remedy: 'Leave the key out, or give CUSTOMER_MANAGED.',
  },
  {
    field: 'target.stream_specification.view_type',
    isBroken: ({ target: { stream_specification: stream } }) => stream?.enabled === true && !given(stream.view_type),
    problem: 'A stream that is enabled needs a view type.',
    remedy: 'Give KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES.',
  },
  {
    field: 'target.tags',
    isBroken: ({ target: { tags } }) => new Set((tags ?? []).map(({ key }) => key)).size < (tags ?? []).length,
    problem: 'A key is there twice.',
    remedy: 'Give each key once.',
  },
];

/** All that is wrong with a body beside its form. */
export const contradictionsOf = (body: RestoreBody): Mistake[] =>
  rules.filter(({ isBroken }) => isBroken(body)).map(({ field, problem, remedy }) => ({ field, problem, remedy }));

const words: [ours: string, theirs: string][] = [
  ['source.pointInTime.at', 'source.continuous_backup.timestamp'],
  ['target.tableName', 'target.table_name'],
  ['target.billingMode', 'target.billing_mode'],
  ['target.provisionedThroughput', 'target.provisioned_throughput'],
  ['target.globalSecondaryIndexes', 'target.global_secondary_indexes'],
  ['target.localSecondaryIndexes', 'target.local_secondary_indexes'],
  ['target.encryption.keyArn', 'target.sse_specification.kms_master_key_id'],
  ['target.encryption', 'target.sse_specification'],
  ['target.stream', 'target.stream_specification'],
  ['target.tableClass', 'target.table_class'],
  ['target.pointInTimeRecovery', 'target.pitr_status'],
  ['target.account', 'target.environment_id'],
  ['target.region', 'target.environment_id'],
];

/** Where a mistake of our request is in theirs. */
export function fieldOf(field: string): string {
  const [ours, theirs] = words.find(([name]) => field === name || field.startsWith(`${name}.`)) ?? [field, field];
  return `${theirs}${field.slice(ours.length)}`;
}
