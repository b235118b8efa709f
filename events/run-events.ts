import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, planName, region, runId } from './contract.ts';

const ofARun = { run: runId, plan: planName, account, region };
const count = z.number().check(z.int(), z.nonnegative());

export const RunRequested = fact(
  'Run Requested',
  { sentBy: 'start-run', heardBy: 'take-backups', when: 'a run has been written to the catalog and may begin' },
  { ...ofARun, scheduledAt: instant },
);

export const RunCompleted = fact(
  'Run Completed',
  {
    sentBy: 'take-backups',
    heardBy: 'apply-retention; people, when something failed',
    when: 'every selected table of a run has ended',
  },
  {
    ...ofARun,
    scheduledAt: instant,
    seconds: z.number().check(z.nonnegative()),
    tables: count,
    completed: count,
    failed: count,
    skipped: count,
    throttled: count,
    /** Names of at most ten tables that failed; the ledger and the `Backup Failed` events have all. */
    failedTables: z.array(z.string()).check(z.maxLength(10)),
  },
);

export const RunFailed = fact(
  'Run Failed',
  {
    sentBy: 'start-run, take-backups',
    heardBy: 'people',
    when: 'a run could not select its tables: plan unknown, role not assumable, listing refused',
  },
  { ...ofARun, scheduledAt: instant, error: z.string(), completed: count, failed: count, skipped: count },
);

export const RunSkipped = fact(
  'Run Skipped',
  {
    sentBy: 'start-run, take-backups',
    heardBy: '',
    when: 'a firing came later than startWithin, the run before it was not done and the plan says overlap: skip, or somebody cancelled it',
  },
  { ...ofARun, scheduledAt: instant, reason: z.enum(['late', 'overlap', 'disabled', 'cancelled']) },
);

export const WorkDue = fact(
  'Work Due',
  {
    sentBy: 'heartbeat, and whoever drives it when his time is over',
    heardBy: 'take-backups, apply-retention, audit, restore, export, import',
    when: 'a run, a retention, an audit or a task has to be gone on with',
  },
  { work: z.enum(['run', 'retention', 'audit', 'task']), key: z.string().check(z.minLength(1)) },
);

export type RunRequested = DetailOf<typeof RunRequested>;
export type RunCompleted = DetailOf<typeof RunCompleted>;
export type RunFailed = DetailOf<typeof RunFailed>;
export type RunSkipped = DetailOf<typeof RunSkipped>;
export type WorkDue = DetailOf<typeof WorkDue>;
