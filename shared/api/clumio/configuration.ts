import * as z from 'zod/mini';
import { auditKey } from '../../audit/memory.ts';
import { isUnread, type Setting, type TableSettings } from '../../settings/settings.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';

/**
 * What was captured of a table beside DynamoDB's own backup, in the words of seed 000; null where nothing was. Keys,
 * indexes and throughput are in DynamoDB's backup and come back with it: they are not kept here.
 */
export const configuration = z.object({
  pitr_status: z.nullable(z.boolean()),
  sse_specification: z.nullable(z.object({ kms_key_type: z.string(), kms_master_key_id: z.nullable(z.string()) })),
  stream_specification: z.nullable(z.object({ enabled: z.boolean(), view_type: z.nullable(z.string()) })),
  table_class: z.nullable(z.string()),
  tags: z.nullable(z.array(z.object({ key: z.string(), value: z.string() }))),
});

type Configuration = z.infer<typeof configuration>;

const unknown: Configuration = {
  pitr_status: null,
  sse_specification: null,
  stream_specification: null,
  table_class: null,
  tags: null,
};

/** Whose key it is tells the last audit; one that it has not looked at counts as the customer's. */
export async function configurationOf(
  { catalog }: World,
  target: Target,
  settings: TableSettings | undefined,
  keyArn: string | undefined,
): Promise<Configuration> {
  const { awsKey } = keyArn === undefined ? {} : ((await catalog.get(auditKey(target))) ?? {});
  const type = keyArn === awsKey ? 'AWS_MANAGED' : 'CUSTOMER_MANAGED';
  const sse = keyArn === undefined ? null : { kms_key_type: type, kms_master_key_id: keyArn };
  if (settings === undefined) return { ...unknown, sse_specification: sse };
  const { pointInTimeRecovery, stream, tableClass, tags } = settings;
  return {
    pitr_status: read(pointInTimeRecovery, (value) => value !== undefined),
    sse_specification: sse,
    stream_specification: read(stream, (value) => ({
      enabled: value !== undefined,
      view_type: value?.viewType ?? null,
    })),
    table_class: read(tableClass, (value) => value ?? 'STANDARD'),
    tags: read(tags, (value) => Object.entries(value ?? {}).map(([key, text]) => ({ key, value: text }))),
  };
}

/** Null for what could not be read; else what is said of the value, undefined where the table has none. */
function read<Value, Said>(setting: Setting<Value> | undefined, say: (value: Value | undefined) => Said): Said | null {
  return isUnread(setting) ? null : say(setting ?? undefined);
}
