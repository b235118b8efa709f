import type { RestoreBody } from '../../shared/api/clumio/restore-body.ts';

/** One line of the table in docs/api.md: what a setting means that is given so. Tested line by line. */
export interface Row {
  field: string;
  /** As it stands in `target`; without it the field is absent. */
  given?: Partial<RestoreBody['target']>;
  means: string;
  /** In the words of Restore Requested. Left out there: as it was. */
  wanted: Record<string, unknown>;
}

const index = {
  index_name: 'by-date',
  key_schema: [{ attribute_name: 'date', key_type: 'HASH' as const }],
  projection: { projection_type: 'ALL' as const },
};
const units = { read_capacity_units: 5, write_capacity_units: 6 };
const asItWas = 'as the source has it';
/** Absent class is STANDARD, so it is in every request. */
const standard = { tableClass: null };

export const rows: Row[] = [
  { field: 'billing_mode', means: asItWas, wanted: {} },
  { field: 'billing_mode', given: { billing_mode: null }, means: asItWas, wanted: {} },
  { field: 'billing_mode', given: { billing_mode: '' }, means: asItWas, wanted: {} },
  {
    field: 'billing_mode',
    given: { billing_mode: 'PAY_PER_REQUEST' },
    means: 'this mode',
    wanted: { billingMode: 'PAY_PER_REQUEST' },
  },
  { field: 'provisioned_throughput', means: asItWas, wanted: {} },
  { field: 'provisioned_throughput', given: { provisioned_throughput: null }, means: asItWas, wanted: {} },
  {
    field: 'provisioned_throughput',
    given: { provisioned_throughput: units },
    means: 'this throughput; without billing_mode the table is PROVISIONED',
    wanted: { billingMode: 'PROVISIONED', provisionedThroughput: { read: 5, write: 6 } },
  },
  { field: 'global_secondary_indexes', means: 'all that the source has', wanted: {} },
  {
    field: 'global_secondary_indexes',
    given: { global_secondary_indexes: null },
    means: 'none',
    wanted: { globalSecondaryIndexes: null },
  },
  {
    field: 'global_secondary_indexes',
    given: { global_secondary_indexes: [] },
    means: 'none',
    wanted: { globalSecondaryIndexes: null },
  },
  {
    field: 'global_secondary_indexes',
    given: { global_secondary_indexes: [index] },
    means: 'those of that name. A restore cannot change keys and projections: they are the source’s, whatever is given',
    wanted: { globalSecondaryIndexes: ['by-date'] },
  },
  {
    field: 'global_secondary_indexes',
    given: { global_secondary_indexes: [{ ...index, provisioned_throughput: units }] },
    means: 'those, with this throughput',
    wanted: { globalSecondaryIndexes: [{ name: 'by-date', provisionedThroughput: { read: 5, write: 6 } }] },
  },
  { field: 'local_secondary_indexes', means: 'all that the source has', wanted: {} },
  {
    field: 'local_secondary_indexes',
    given: { local_secondary_indexes: null },
    means: 'none',
    wanted: { localSecondaryIndexes: null },
  },
  {
    field: 'local_secondary_indexes',
    given: { local_secondary_indexes: [] },
    means: 'none',
    wanted: { localSecondaryIndexes: null },
  },
  {
    field: 'local_secondary_indexes',
    given: { local_secondary_indexes: [index] },
    means: 'those of that name',
    wanted: { localSecondaryIndexes: ['by-date'] },
  },
  { field: 'pitr_status', means: 'as in the backup', wanted: {} },
  { field: 'pitr_status', given: { pitr_status: null }, means: 'as in the backup', wanted: {} },
  { field: 'pitr_status', given: { pitr_status: true }, means: 'on', wanted: { pointInTimeRecovery: true } },
  { field: 'pitr_status', given: { pitr_status: false }, means: 'off', wanted: { pointInTimeRecovery: false } },
  { field: 'sse_specification', means: asItWas, wanted: {} },
  {
    field: 'sse_specification',
    given: { sse_specification: null },
    means: 'the default encryption: a key that AWS owns',
    wanted: { encryption: null },
  },
  {
    field: 'sse_specification',
    given: { sse_specification: {} },
    means: 'the default encryption',
    wanted: { encryption: null },
  },
  {
    field: 'sse_specification.kms_master_key_id',
    given: { sse_specification: { kms_master_key_id: null } },
    means: 'the default encryption',
    wanted: { encryption: null },
  },
  {
    field: 'sse_specification.kms_master_key_id',
    given: { sse_specification: { kms_master_key_id: '' } },
    means: 'the default encryption',
    wanted: { encryption: null },
  },
  {
    field: 'sse_specification.kms_master_key_id',
    given: { sse_specification: { kms_master_key_id: 'alias/orders' } },
    means: 'this key: its id, ARN or alias',
    wanted: { encryption: { type: 'CUSTOMER_MANAGED', keyArn: 'alias/orders' } },
  },
  {
    field: 'sse_specification.kms_key_type',
    given: { sse_specification: { kms_key_type: 'DEFAULT' } },
    means: 'the default encryption',
    wanted: { encryption: null },
  },
  {
    field: 'sse_specification.kms_key_type',
    given: { sse_specification: { kms_key_type: 'AWS_MANAGED' } },
    means: 'the key that AWS manages in your account',
    wanted: { encryption: { type: 'AWS_MANAGED' } },
  },
  { field: 'stream_specification', means: 'as it was, unless the source lives: then none', wanted: {} },
  { field: 'stream_specification', given: { stream_specification: null }, means: 'none', wanted: { stream: null } },
  { field: 'stream_specification', given: { stream_specification: {} }, means: 'none', wanted: { stream: null } },
  {
    field: 'stream_specification.enabled',
    given: { stream_specification: { enabled: false, view_type: 'NEW_IMAGE' } },
    means: 'none',
    wanted: { stream: null },
  },
  {
    field: 'stream_specification.view_type',
    given: { stream_specification: { enabled: true, view_type: 'NEW_IMAGE' } },
    means: 'this stream',
    wanted: { stream: { viewType: 'NEW_IMAGE' } },
  },
  { field: 'table_class', means: 'STANDARD', wanted: standard },
  { field: 'table_class', given: { table_class: null }, means: 'STANDARD', wanted: standard },
  { field: 'table_class', given: { table_class: '' }, means: 'STANDARD', wanted: standard },
  {
    field: 'table_class',
    given: { table_class: 'STANDARD_INFREQUENT_ACCESS' },
    means: 'this class',
    wanted: { tableClass: 'STANDARD_INFREQUENT_ACCESS' },
  },
  { field: 'tags', means: asItWas, wanted: {} },
  { field: 'tags', given: { tags: null }, means: 'none', wanted: { tags: null } },
  { field: 'tags', given: { tags: [] }, means: 'none', wanted: { tags: null } },
  {
    field: 'tags',
    given: { tags: [{ key: 'team', value: 'shop' }, { key: 'empty' }] },
    means: 'these and no others',
    wanted: { tags: { team: 'shop', empty: '' } },
  },
  { field: 'replicas', means: 'as they were, unless the source lives: then none', wanted: {} },
  { field: 'replicas', given: { replicas: null }, means: 'none', wanted: { replicas: null } },
  { field: 'replicas', given: { replicas: [] }, means: 'none', wanted: { replicas: null } },
  {
    field: 'replicas',
    given: { replicas: [{ region_name: 'eu-central-1' }] },
    means: 'none: not applicable, says the document; ask for them at POST /v1/restores',
    wanted: { replicas: null },
  },
  { field: 'global_table_version', means: 'nothing', wanted: {} },
  { field: 'global_table_version', given: { global_table_version: null }, means: 'nothing', wanted: {} },
  { field: 'global_table_version', given: { global_table_version: '' }, means: 'nothing', wanted: {} },
  {
    field: 'global_table_version',
    given: { global_table_version: '2019.11.21' },
    means: 'nothing: it is the only version that AWS makes',
    wanted: {},
  },
];

const sources: [given: string, means: string][] = [
  ['continuous_backup absent or null', 'not set: securevault_backup must be'],
  ['securevault_backup absent or null', 'not set: continuous_backup must be'],
  ['continuous_backup.type absent, null or ""', 'aws_pitr'],
  ['continuous_backup.type clumio_pitr', '400: points in time are those of DynamoDB'],
  ['continuous_backup.timestamp absent, null or ""', 'not set: use_latest_restorable_time must be true'],
  ['continuous_backup.use_latest_restorable_time absent, null or false', 'not set: timestamp must be'],
];

const shown = ({ field, given }: Row): string => {
  if (given === undefined) return 'absent';
  const [name = '', inner] = field.split('.');
  const value = (given as Record<string, unknown>)[name];
  const shownValue =
    inner === undefined || Object.keys(value as object).length > 1 ? value : (value as Record<string, unknown>)[inner];
  return `\`${JSON.stringify(shownValue)}\``;
};

/** Lines of Markdown. */
export function settingsTable(): string[] {
  return [
    '| in `target` | given as | means |',
    '|---|---|---|',
    ...rows.map((row) => `| ${row.field} | ${shown(row)} | ${row.means} |`),
    '',
    '| in `source` | means |',
    '|---|---|',
    ...sources.map(([given, means]) => `| ${given} | ${means} |`),
  ];
}
