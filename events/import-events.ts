import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, region, tableName } from './contract.ts';
import { few, taskFailed } from './task-events.ts';

const count = z.number().check(z.int(), z.nonnegative());

const ofATask = {
  task: z.string().check(z.minLength(1)),
  requestId: z.string(),
  /** Where the new table is. */
  account,
  region,
  table: tableName,
  /** The bucket and the manifest of the full export, and how many windows follow on it. */
  bucket: z.string(),
  manifest: z.string(),
  windows: count,
  /** The table becomes what the source was then. */
  until: instant,
};

export const ImportPlanned = fact(
  'Import Planned',
  { sentBy: 'import', heardBy: 'who asked', when: 'an Import Requested with dryRun has been looked at' },
  { ...ofATask, steps: z.array(z.string()).check(few), notices: z.array(z.string()).check(few) },
);

export const ImportStarted = fact(
  'Import Started',
  { sentBy: 'import', heardBy: 'who asked', when: 'the new table is being made' },
  {
    ...ofATask,
    tableId: z.string(),
    /** Absent: a table with local indexes, which ImportTable cannot make. */
    importArn: z.optional(z.string()),
    requester: z.string(),
    reason: z.string(),
    notices: z.array(z.string()).check(few),
  },
);

export const ImportCompleted = fact(
  'Import Completed',
  {
    sentBy: 'import',
    heardBy: 'people',
    when: 'the new table has everything, its items are counted, and others may write to it',
  },
  {
    ...ofATask,
    tableId: z.string(),
    tableArn: z.string(),
    importArn: z.optional(z.string()),
    /** Whose data it was. */
    sourceTableArn: z.string(),
    requester: z.string(),
    reason: z.string(),
    /** By a scan of the whole table at the end. */
    items: count,
    /** By the files; absent when windows without old images do not tell new items from changed ones. */
    itemsExpected: z.optional(count),
    /** Of the windows: records that were put, and that were deleted. */
    applied: z.object({ put: count, deleted: count }),
    /** From the request to the end. */
    seconds: z.number().check(z.nonnegative()),
    settingsPutBack: z.array(z.string()),
    settingsNotPutBack: z.array(z.object({ setting: z.string(), reason: z.string() })).check(few),
    isAsExpected: z.boolean(),
    differences: z.array(z.string()).check(few),
  },
);

export const ImportFailed = taskFailed('Import Failed', 'import', {});

export type ImportPlanned = DetailOf<typeof ImportPlanned>;
export type ImportStarted = DetailOf<typeof ImportStarted>;
export type ImportCompleted = DetailOf<typeof ImportCompleted>;
export type ImportFailed = DetailOf<typeof ImportFailed>;
