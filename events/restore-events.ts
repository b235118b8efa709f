import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, region, tableName } from './contract.ts';
import { few, taskFailed } from './task-events.ts';

const count = z.number().check(z.int(), z.nonnegative());

const ofATask = { task: z.string().check(z.minLength(1)), requestId: z.string(), account, region, table: tableName };
/** A backup, or a table at an instant. */
const source = z.object({
  backupArn: z.optional(z.string()),
  tableArn: z.optional(z.string()),
  at: z.optional(instant),
});

export const RestorePlanned = fact(
  'Restore Planned',
  { sentBy: 'restore', heardBy: 'who asked', when: 'a Restore Requested with dryRun has been looked at' },
  {
    ...ofATask,
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
    steps: z.array(z.string()).check(few),
    notices: z.array(z.string()).check(few),
  },
);

export const RestoreStarted = fact(
  'Restore Started',
  { sentBy: 'restore', heardBy: 'who asked', when: 'AWS is making the table' },
  {
    ...ofATask,
    tableId: z.string(),
    source,
    requester: z.string(),
    reason: z.string(),
    /** What whoever asked should know before it is done, as that a TTL will delete items. */
    notices: z.array(z.string()).check(few),
  },
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
    requester: z.string(),
    reason: z.string(),
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
