import * as z from 'zod/mini';
import { instant } from '../../events/contract.ts';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.nonnegative());

/** A key attribute of the table: what a reader needs to apply records, and to make the table anew. */
const keyAttribute = z.object({ name: text, kind: z.enum(['HASH', 'RANGE']), type: z.enum(['S', 'N', 'B']) });

/** What the full export and every window of a chain say alike. */
const everyLink = {
  version: z.literal(1),
  /** Of Tablekeep, and its exports of plans.yml. */
  installation: text,
  plan: text,
  /** Partition key first. `id` tells the table from another one of its name. */
  table: z.object({
    arn: text,
    id: text,
    name: text,
    keys: z.array(keyAttribute).check(z.minLength(1), z.maxLength(2)),
  }),
  /** Id of the full export that the chain begins with: the last part of its ARN. */
  chain: text,
  exportArn: text,
  /** Key of the export's manifest-summary.json, in the bucket that this object is in. */
  manifest: text,
  format: z.enum(['DYNAMODB_JSON', 'ION']),
  /** Whoever has applied everything up to and with this object has the table as it was then. */
  until: instant,
  items: count,
  billedBytes: count,
  /** When AWS had written it, as we saw it. */
  completedAt: instant,
};

/** The first object of a chain, `0.json`: all items as they were at `until`. */
export const FullLink = z.object({
  ...everyLink,
  type: z.literal('full'),
  n: z.literal(0),
  previous: z.null(),
});

/** Each further one: what became of items from `from` (inclusive) to `until` (exclusive). `from` is the `until` before. */
export const WindowLink = z.object({
  ...everyLink,
  type: z.literal('incremental'),
  n: z.number().check(z.int(), z.positive()),
  from: instant,
  view: z.enum(['NEW_IMAGE', 'NEW_AND_OLD_IMAGES']),
  /** Key of the object before this one. */
  previous: text,
});

/**
 * What stands in the bucket beside the data, one object for each export of a chain, never written over
 * (docs/decisions/0007): enough to put the chain together without anything else.
 */
export const ChainLink = z.discriminatedUnion('type', [FullLink, WindowLink]);
export type ChainLink = z.infer<typeof ChainLink>;

/** `<prefix>/chain/<full export>/`, where the objects of a chain are; the prefix is that of its exports. */
export function chainFolder(prefix: string, fullExport: string): string {
  return `${prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`}chain/${fullExport}/`;
}

/** `<prefix>/chain/<full export>/<n>.json` */
export function linkKey(prefix: string, fullExport: string, n: number): string {
  return `${chainFolder(prefix, fullExport)}${n}.json`;
}

/** The last part of an export's ARN: `01693685827463-2d8752fd`. */
export function exportIdOf(exportArn: string): string {
  return exportArn.split('/').at(-1) ?? '';
}
