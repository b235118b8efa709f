import type { BackupCompleted, BackupFailed, BackupSkipped } from '../../events/backup-events.ts';
import type { RunCompleted, RunFailed, RunRequested, RunSkipped } from '../../events/run-events.ts';
import { iso } from '../clock.ts';
import { backupName, runId } from '../names.ts';
import type { Backup, Outcome, Run } from '../run.ts';
import { nextFiring, parseSchedule } from '../schedule.ts';
import { targetKey } from '../target.ts';
import type { Fact, World } from '../world.ts';

type Teller = Pick<World, 'installation' | 'plans'>;
type NamedRun = Pick<Run, 'target' | 'plan' | 'stamp' | 'scheduledAt'>;

const ofARun = (run: NamedRun) => ({ run: runId(run), plan: run.plan, ...run.target });

const ofATable = ({ installation }: Teller, backup: Backup, state: string) => ({
  ...ofARun({ ...backup, scheduledAt: 0 }),
  id: [installation, runId(backup), backup.tableId, state].join('/'),
  at: iso(backup.endedAt ?? 0),
  table: backup.tableName,
  tableId: backup.tableId,
});

export function completed(teller: Teller, backup: Backup): Fact<typeof BackupCompleted> {
  const { tableName, backupArn = '', createdAt = 0, endedAt = 0, sizeBytes, settings } = backup;
  return {
    ...ofATable(teller, backup, 'AVAILABLE'),
    backupArn,
    backupName: backupName(teller.installation, backup, backup.tableId),
    requestedAt: iso(createdAt),
    availableAt: iso(endedAt),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(settings && { settings: { hash: settings.hash, capturedAt: iso(settings.capturedAt) } }),
    sentence: `The backup of ${tableName} from ${iso(createdAt)} (plan ${backup.plan}) is AVAILABLE.`,
  };
}

export function failed(teller: Teller, backup: Backup): Fact<typeof BackupFailed> {
  const nextRunAt = nextRunOf(teller, backup);
  const next = nextRunAt === undefined ? 'No further run is planned.' : `The next run is at ${nextRunAt}.`;
  const error = backup.error ?? 'It was not AVAILABLE by the deadline.';
  return {
    ...ofATable(teller, backup, 'FAILED'),
    error,
    ...(nextRunAt !== undefined && { nextRunAt }),
    sentence: `${backup.tableName} has no backup from run ${runId(backup)}: ${error} ${next}`,
  };
}

export function skipped(teller: Teller, backup: Backup): Fact<typeof BackupSkipped> {
  const reason = backup.error ?? 'The table was deleted before its backup was taken.';
  return {
    ...ofATable(teller, backup, 'SKIPPED'),
    reason,
    sentence: `${backup.tableName} was left out of run ${runId(backup)}: ${reason}`,
  };
}

function nextRunOf({ plans }: Teller, backup: Backup): string | undefined {
  const plan = plans.get(backup.plan);
  if (plan === undefined || !plan.enabled) return undefined;
  const at = nextFiring(parseSchedule(plan.schedule, plan.timezone), backup.endedAt ?? 0);
  return at === undefined ? undefined : iso(at);
}

/** `state` makes the id: a run that was requested and then skipped tells two facts. */
const ofARunIn = ({ installation }: Teller, run: NamedRun, state: string, at: number) => ({
  ...ofARun(run),
  id: [installation, runId(run), state].join('/'),
  at: iso(at),
  scheduledAt: iso(run.scheduledAt),
});

export function runRequested(teller: Teller, run: NamedRun, at: number): Fact<typeof RunRequested> {
  return {
    ...ofARunIn(teller, run, 'REQUESTED', at),
    sentence: `A run of plan ${run.plan} in ${targetKey(run.target)} may begin.`,
  };
}

const whySkipped = {
  late: 'the firing came later than startWithin allows',
  overlap: 'the run before it is not done yet, and the plan says overlap: skip',
  disabled: 'the plan is disabled',
  cancelled: 'somebody cancelled it before it began',
};

export function runSkipped(
  teller: Teller,
  run: NamedRun & Pick<Run, 'cancelled'>,
  at: number,
  reason: keyof typeof whySkipped,
): Fact<typeof RunSkipped> {
  const why = run.cancelled ? `${run.cancelled.by} cancelled it (${run.cancelled.reason}).` : `${whySkipped[reason]}.`;
  return {
    ...ofARunIn(teller, run, 'SKIPPED', at),
    reason,
    sentence: `The run ${runId(run)} was skipped: ${why}`,
  };
}

export function runFailed(
  teller: Teller,
  run: NamedRun,
  at: number,
  error: string,
  counts = { completed: 0, failed: 0, skipped: 0 },
): Fact<typeof RunFailed> {
  const { completed, failed, skipped } = counts;
  return {
    ...ofARunIn(teller, run, 'FAILED', at),
    error,
    completed,
    failed,
    skipped,
    sentence: `The run ${runId(run)} failed: ${error} It has taken ${completed} backups.`,
  };
}

export function runCompleted(teller: Teller, run: Run, outcome: Outcome): Fact<typeof RunCompleted> {
  const { startedAt = run.scheduledAt, endedAt = startedAt } = run;
  const { completed, failed, skipped, failedTables } = outcome;
  const names =
    failedTables.length === 0 ? '' : ` (${failedTables.join(', ')}${failed > failedTables.length ? ', …' : ''})`;
  return {
    ...ofARunIn(teller, run, 'COMPLETED', endedAt),
    // The clocks of two drivers may disagree.
    seconds: Math.max(0, (endedAt - startedAt) / 1000),
    tables: completed + failed + skipped,
    completed,
    failed,
    skipped,
    throttled: run.throttled,
    failedTables,
    sentence: `The run ${runId(run)} has ended: ${completed} backups completed, ${failed} failed${names}, ${skipped} skipped.`,
  };
}
