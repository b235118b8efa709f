import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, region, tableName } from './contract.ts';
import { few, taskFailed } from './task-events.ts';

const count = z.number().check(z.int(), z.nonnegative());

const ofATask = {
  task: z.string().check(z.minLength(1)),
  requestId: z.string(),
  account,
  region,
  table: tableName,
  bucket: z.string(),
  prefix: z.optional(z.string()),
  type: z.enum(['full', 'incremental']),
};

export const ExportPlanned = fact(
  'Export Planned',
  { sentBy: 'export', heardBy: 'who asked', when: 'an Export Requested with dryRun has been looked at' },
  { ...ofATask, steps: z.array(z.string()).check(few), notices: z.array(z.string()).check(few) },
);

export const ExportStarted = fact(
  'Export Started',
  { sentBy: 'export', heardBy: 'who asked', when: 'AWS is writing the files' },
  {
    ...ofATask,
    exportArn: z.string(),
    requester: z.string(),
    reason: z.string(),
    notices: z.array(z.string()).check(few),
  },
);

export const ExportCompleted = fact(
  'Export Completed',
  {
    sentBy: 'export',
    heardBy: 'whoever builds on exports',
    when: 'all files and manifests are in the bucket, and have been read back if the request says verify',
  },
  {
    ...ofATask,
    tableId: z.string(),
    exportArn: z.string(),
    requester: z.string(),
    reason: z.string(),
    /** Key of the manifest's summary; that names the list of files. */
    manifest: z.string(),
    items: count,
    /** Of the files, compressed; known when they were read back. */
    bytes: z.optional(count),
    billedBytes: count,
    /** From the request to the end. */
    seconds: z.number().check(z.nonnegative()),
    /** Of a full export: what the items were then. */
    exportTime: z.optional(instant),
    window: z.optional(z.object({ from: instant, until: instant })),
    /** What was read back and is as the manifests say. */
    verification: z.optional(z.object({ files: count, items: count, bytes: count })),
  },
);

export const ExportFailed = taskFailed('Export Failed', 'export', { bucket: z.optional(z.string()) });

export type ExportPlanned = DetailOf<typeof ExportPlanned>;
export type ExportStarted = DetailOf<typeof ExportStarted>;
export type ExportCompleted = DetailOf<typeof ExportCompleted>;
export type ExportFailed = DetailOf<typeof ExportFailed>;
