import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, planName, region, tableName } from './contract.ts';

const ofATable = { plan: planName, account, region, table: tableName, tableId: z.string() };
const count = z.number().check(z.int(), z.nonnegative());

export const BackupOverdue = fact(
  'Backup Overdue',
  {
    sentBy: 'audit',
    heardBy: '(counted in Protection Changed)',
    when: "a table's newest AVAILABLE backup has become older than the plan's rpo; once, until it is well again",
  },
  { ...ofATable, newestAt: z.optional(instant), rpoSeconds: z.number(), overdueSeconds: z.number() },
);

export const BackupProtected = fact(
  'Backup Protected',
  {
    sentBy: 'audit',
    heardBy: '(counted in Protection Changed)',
    when: 'a table that was overdue has a backup within its rpo again',
  },
  { ...ofATable, newestAt: instant },
);

export const BackupAtRisk = fact(
  'Backup At Risk',
  {
    sentBy: 'audit',
    heardBy: '(counted in Protection Changed)',
    when: "a table's customer key is disabled or about to be deleted: its backups could not be restored",
  },
  { account, region, table: tableName, keyArn: z.string(), keyState: z.string(), deletionAt: z.optional(instant) },
);

/** How many, and the first few by name. */
const some = z.object({ count, named: z.array(z.string()).check(z.maxLength(10)) });

export const ProtectionChanged = fact(
  'Protection Changed',
  {
    sentBy: 'audit, apply-retention',
    heardBy: 'people',
    when: 'tables of a target have become overdue, well again or at risk, exports are behind or well again, or backups have vanished or are not recognised: one for all that was found together',
  },
  {
    account,
    region,
    overdue: some,
    protected: some,
    vanished: some,
    unrecognised: some,
    atRisk: some,
    exportsOverdue: z.optional(some),
    exportsCaughtUp: z.optional(some),
  },
);

export const DeliveryFailed = fact(
  'Delivery Failed',
  {
    sentBy: 'audit',
    heardBy: '(counted in Dead Letters Found)',
    when: 'a dead-letter queue held an event or a firing that could not be delivered',
  },
  { queue: z.string(), error: z.string(), deadLetter: z.string().check(z.maxLength(100_000)) },
);

export const DeadLettersFound = fact(
  'Dead Letters Found',
  { sentBy: 'audit', heardBy: 'people', when: 'dead-letter queues were not empty: one for all that was in them' },
  some.shape,
);

export const WorkStalled = fact(
  'Work Stalled',
  {
    sentBy: 'audit',
    heardBy: 'people',
    when: 'a run has not ended an hour after its deadline, or a run, retention, audit or task has been due for an hour: one for all that was found together, once until it goes on',
  },
  some.shape,
);

export const ProtectionReport = fact(
  'Protection Report',
  { sentBy: 'audit', heardBy: 'people', when: 'once a day, per target' },
  {
    account,
    region,
    tables: count,
    protected: count,
    overdue: count,
    waiting: count,
    inNoPlan: count,
    optedOut: count,
    oldest: z.optional(z.object({ table: tableName, plan: planName, newestAt: instant })),
    completedToday: count,
    failedToday: count,
    deletedToday: count,
    /** Whose backups stay, as there are no rules for them. */
    plansNotDeployed: z.array(planName),
    targetsNotDeployed: z.array(z.string()),
  },
);

export type BackupOverdue = DetailOf<typeof BackupOverdue>;
export type BackupProtected = DetailOf<typeof BackupProtected>;
export type BackupAtRisk = DetailOf<typeof BackupAtRisk>;
export type ProtectionChanged = DetailOf<typeof ProtectionChanged>;
export type DeadLettersFound = DetailOf<typeof DeadLettersFound>;
export type DeliveryFailed = DetailOf<typeof DeliveryFailed>;
export type WorkStalled = DetailOf<typeof WorkStalled>;
export type ProtectionReport = DetailOf<typeof ProtectionReport>;
