import * as z from 'zod/mini';
import { type DetailOf, fact, instant } from './contract.ts';
import { asker, count, few, ofATask, taskFailed, taskPlanned, taskStarted } from './task-events.ts';

const ofAnImport = {
  /** The bucket and the manifest of the full export, and how many windows follow on it. */
  bucket: z.string(),
  manifest: z.string(),
  windows: count,
  /** The table becomes what the source was then. */
  until: instant,
};

export const ImportPlanned = taskPlanned('Import Planned', 'import', ofAnImport);

export const ImportStarted = taskStarted(
  'Import Started',
  { sentBy: 'import', when: 'the new table is being made' },
  {
    ...ofAnImport,
    tableId: z.string(),
    /** Absent: a table with local indexes, which ImportTable cannot make. */
    importArn: z.optional(z.string()),
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
    ...ofAnImport,
    tableId: z.string(),
    tableArn: z.string(),
    importArn: z.optional(z.string()),
    /** Whose data it was. */
    sourceTableArn: z.string(),
    ...asker,
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
