import * as z from 'zod/mini';
import { type DetailOf, fact, instant } from './contract.ts';
import { asker, count, few, ofATask, taskFailed, taskPlanned, taskStarted } from './task-events.ts';

/** A backup, or a table at an instant. */
const source = z.object({
  backupArn: z.optional(z.string()),
  tableArn: z.optional(z.string()),
  at: z.optional(instant),
});

export const RestorePlanned = taskPlanned('Restore Planned', 'restore', {
  source,
  /** Of a restore from a backup, what AWS says of it. */
  backup: z.optional(
    z.object({
      backupArn: z.string(),
      type: z.enum(['USER', 'SYSTEM', 'AWS_BACKUP']),
      madeAt: instant,
      sizeBytes: z.optional(count),
      items: z.optional(count),
    }),
  ),
});

export const RestoreStarted = taskStarted(
  'Restore Started',
  { sentBy: 'restore', when: 'AWS is making the table' },
  { tableId: z.string(), source },
);

export const RestoreCompleted = fact(
  'Restore Completed',
  {
    sentBy: 'restore',
    heardBy: 'people',
    when: 'the table is ACTIVE, its settings are put back as far as AWS lets them, and it has been verified',
  },
  {
    ...ofATask,
    tableId: z.string(),
    tableArn: z.string(),
    source,
    ...asker,
    /** From the request to the end, and until the table was ACTIVE. */
    seconds: z.number().check(z.nonnegative()),
    secondsUntilActive: z.number().check(z.nonnegative()),
    settingsPutBack: z.array(z.string()).check(few),
    settingsNotPutBack: z.array(z.object({ setting: z.string(), reason: z.string() })).check(few),
    /** Of the new table; consumers of the old one must be told. */
    streamArn: z.optional(z.string()),
    verification: z.object({
      isAsExpected: z.boolean(),
      differences: z.array(z.string()).check(few),
      /** Parts of settings: a tag, an index's insights, a trigger. */
      settings: z.object({ expected: count, restored: count }),
      sample: z.optional(z.object({ asked: count, found: count })),
      count: z.optional(z.object({ items: count, inBackupAbout: z.optional(count) })),
    }),
  },
);

export const RestoreFailed = taskFailed('Restore Failed', 'restore', {});

export type RestorePlanned = DetailOf<typeof RestorePlanned>;
export type RestoreStarted = DetailOf<typeof RestoreStarted>;
export type RestoreCompleted = DetailOf<typeof RestoreCompleted>;
export type RestoreFailed = DetailOf<typeof RestoreFailed>;
