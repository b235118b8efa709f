import * as z from 'zod/mini';
import { tableName } from '../../../events/contract.ts';
import { environmentId, uuid } from '../words.ts';

const maybe = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));
const oneOf = <const Names extends readonly string[]>(...names: Names) =>
  z.enum(names, `write ${names.map((name) => JSON.stringify(name)).join(' or ')}`);
/** Where the document says "if empty": absent, null or an empty text. */
const orEmpty = <const Names extends readonly string[]>(...names: Names) =>
  maybe(z.enum([...names, ''], `write ${names.map((name) => JSON.stringify(name)).join(' or ')}, or leave it out`));

const unitsWords = 'write a whole number above 0';
const units = z.int(unitsWords).check(z.positive(unitsWords), z.maximum(2 ** 31, unitsWords));
const throughput = z.strictObject(
  { read_capacity_units: units, write_capacity_units: units },
  'write {"read_capacity_units": 5, "write_capacity_units": 5}',
);
const override = z.strictObject({ read_capacity_units: maybe(units) }, 'write {"read_capacity_units": 5}');

const nameWords = 'write the name of an attribute: 1 to 255 characters';
const attribute = z.string(nameWords).check(z.minLength(1, nameWords), z.maxLength(255, nameWords));
const indexWords = 'write the name of an index: 3 to 255 letters, digits, _ . and -';
const indexName = z.string(indexWords).check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, indexWords));
const keysWords = 'write 1 or 2 keys, as in [{"attribute_name": "id", "key_type": "HASH"}]';
const keySchema = z
  .array(z.strictObject({ attribute_name: attribute, key_type: oneOf('HASH', 'RANGE') }, keysWords), keysWords)
  .check(z.minLength(1, keysWords), z.maxLength(2, keysWords));
const projection = z.strictObject(
  {
    non_key_attributes: maybe(z.array(attribute, 'write a list of attributes').check(z.maxLength(100))),
    projection_type: maybe(oneOf('ALL', 'KEYS_ONLY', 'INCLUDE')),
  },
  'write {"projection_type": "ALL"}',
);

const globalIndex = z.strictObject(
  { index_name: indexName, key_schema: keySchema, projection, provisioned_throughput: maybe(throughput) },
  'write an index, with index_name, key_schema and projection',
);
const localIndex = z.strictObject(
  { index_name: indexName, key_schema: keySchema, projection },
  'write an index, with index_name, key_schema and projection',
);
const keyWords = 'write the id, ARN or alias of a key, or null for the key that AWS owns';
const replica = z.strictObject({
  global_secondary_indexes: maybe(
    z.array(z.strictObject({ index_name: indexName, provisioned_throughput_override: maybe(override) })),
  ),
  kms_master_key_id: maybe(z.string(keyWords)),
  provisioned_throughput_override: maybe(override),
  region_name: z.string('write the name of a Region'),
});

const viewTypes = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
const timeWords = 'write a point in time in RFC 3339, as in 2026-01-31T02:00:00Z or 2026-01-31T03:00:00+01:00';

/** The body of seed 000, word for word. What absent, null and empty mean: docs/api.md, and restore-request.ts. */
export const restoreBody = z.strictObject(
  {
    source: z.strictObject(
      {
        continuous_backup: maybe(
          z.strictObject(
            {
              table_id: uuid,
              timestamp: maybe(z.union([z.iso.datetime({ offset: true, error: timeWords }), z.literal('')], timeWords)),
              type: orEmpty('clumio_pitr', 'aws_pitr'),
              use_latest_restorable_time: maybe(z.boolean('write true or false, without quotes')),
            },
            'write {"table_id": …, "use_latest_restorable_time": true}',
          ),
        ),
        securevault_backup: maybe(z.strictObject({ backup_id: uuid }, 'write {"backup_id": …}')),
      },
      'write {"securevault_backup": {"backup_id": …}}, or continuous_backup',
    ),
    target: z.strictObject(
      {
        billing_mode: orEmpty('PROVISIONED', 'PAY_PER_REQUEST'),
        environment_id: environmentId,
        global_secondary_indexes: maybe(z.array(globalIndex).check(z.maxLength(20, 'name 20 indexes at most'))),
        global_table_version: orEmpty('2017.11.29', '2019.11.21'),
        local_secondary_indexes: maybe(z.array(localIndex).check(z.maxLength(5, 'name 5 indexes at most'))),
        pitr_status: maybe(z.boolean('write true or false, without quotes, or null')),
        provisioned_throughput: maybe(throughput),
        replicas: maybe(z.array(replica)),
        sse_specification: maybe(
          z.strictObject(
            {
              kms_key_type: orEmpty('DEFAULT', 'AWS_MANAGED', 'CUSTOMER_MANAGED'),
              kms_master_key_id: maybe(z.string(keyWords).check(z.maxLength(2048, keyWords))),
            },
            'write {"kms_master_key_id": …}',
          ),
        ),
        stream_specification: maybe(
          z.strictObject(
            { enabled: maybe(z.boolean('write true or false, without quotes')), view_type: orEmpty(...viewTypes) },
            'write {"enabled": true, "view_type": "NEW_AND_OLD_IMAGES"}',
          ),
        ),
        table_class: orEmpty('STANDARD', 'STANDARD_INFREQUENT_ACCESS'),
        table_name: tableName,
        tags: maybe(
          z
            .array(
              z.strictObject(
                {
                  key: z.string().check(z.minLength(1, 'write 1 to 128 characters'), z.maxLength(128)),
                  value: maybe(z.string().check(z.maxLength(256, 'write 256 characters at most'))),
                },
                'write a tag, as in {"key": "team", "value": "shop"}',
              ),
            )
            .check(z.maxLength(50, 'a table has 50 tags at most')),
        ),
      },
      'write an object with environment_id and table_name',
    ),
  },
  'write an object with source and target',
);

export type RestoreBody = z.infer<typeof restoreBody>;
