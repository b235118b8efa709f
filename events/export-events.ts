import * as z from 'zod/mini';
import { type DetailOf, fact, instant } from './contract.ts';
import { asker, count, ofATask, taskFailed, taskPlanned, taskStarted } from './task-events.ts';

const ofAnExport = {
  bucket: z.string(),
  prefix: z.optional(z.string()),
  type: z.enum(['full', 'incremental']),
};

export const ExportPlanned = taskPlanned('Export Planned', 'export', ofAnExport);

export const ExportStarted = taskStarted(
  'Export Started',
  { sentBy: 'export', when: 'AWS is writing the files' },
  { ...ofAnExport, exportArn: z.string() },
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
    ...ofAnExport,
    tableId: z.string(),
    exportArn: z.string(),
    ...asker,
    /** Key of the manifest's summary; that names the list of files. */
    manifest: z.string(),
    items: count,
    bytes: z.optional(
      count.check(z.meta({ description: 'Of the files, compressed; only of a request that says verify' })),
    ),
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
