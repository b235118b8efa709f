import type { BackupDeleted, BackupVanished } from '../../events/backup-events.ts';
import type { RetentionBlocked, RetentionChanged, RetentionCompleted } from '../../events/retention-events.ts';
import { iso } from '../clock.ts';
import { backupName, runId } from '../names.ts';
import type { Backup } from '../run.ts';
import { type Target, targetKey } from '../target.ts';
import type { Fact } from '../world.ts';
import { contentAt } from './rules.ts';

/** A plan in a target: what one item, one lease and one judgement belong to. */
export interface PlanInTarget {
  plan: string;
  target: Target;
}

const ofABackup = (installation: string, backup: Backup, state: string) => ({
  id: [installation, runId(backup), backup.tableId, ...(backup.isDuplicate ? [backup.backupArn] : []), state].join('/'),
  run: runId(backup),
  plan: backup.plan,
  ...backup.target,
  table: backup.tableName,
  tableId: backup.tableId,
  backupArn: backup.backupArn ?? '',
  backupName: backupName(installation, backup, backup.tableId),
  createdAt: iso(contentAt(backup)),
});

/** Told of a backup in DELETED, after the write; told again after a crash, with the same id. */
export function deleted(installation: string, backup: Backup): Fact<typeof BackupDeleted> {
  const reason = backup.deletedBecause ?? 'It expired.';
  return {
    ...ofABackup(installation, backup, 'DELETED'),
    at: iso(backup.deletedAt ?? contentAt(backup)),
    reason,
    sentence: `Retention of plan ${backup.plan} deleted the backup of ${backup.tableName} from ${iso(contentAt(backup))}. ${reason}`,
  };
}

/** Told when AWS does not know a backup of ours that we did not delete. */
export function vanished(installation: string, backup: Backup, now: number): Fact<typeof BackupVanished> {
  const from = iso(contentAt(backup));
  return {
    ...ofABackup(installation, backup, 'VANISHED'),
    at: iso(now),
    sentence: `The backup of ${backup.tableName} from ${from} (plan ${backup.plan}) is not at AWS any more, and Tablekeep did not delete it. Find out who did: look for DeleteBackup in CloudTrail.`,
  };
}

const ofAPlan = ({ plan, target }: PlanInTarget) => ({ plan, account: target.account, region: target.region });

export function completed(
  of: PlanInTarget,
  startedAt: number,
  now: number,
  counts: { kept: number; deleted: number; failed: number; throttled: number },
): Fact<typeof RetentionCompleted> {
  return {
    ...ofAPlan(of),
    ...counts,
    id: `${targetKey(of.target)}/${of.plan}/retention/${startedAt}`,
    at: iso(now),
    sentence: `Retention of plan ${of.plan} in ${targetKey(of.target)} kept ${counts.kept} and deleted ${counts.deleted} backups; ${counts.failed} could not be deleted.`,
  };
}

export function blocked(
  of: PlanInTarget,
  startedAt: number,
  now: number,
  { due, budget }: { due: number; budget: number },
): Fact<typeof RetentionBlocked> {
  return {
    ...ofAPlan(of),
    due,
    budget,
    id: `${targetKey(of.target)}/${of.plan}/blocked/${startedAt}`,
    at: iso(now),
    sentence: `Retention of plan ${of.plan} in ${targetKey(of.target)} would delete ${due} backups, and may delete ${budget} in one run. The rest waits for the next runs. If this is what you want, invoke apply-retention with {"plan":"${of.plan}","confirm":true}; if not, correct keep in plans.yml and deploy, or put a hold on what must stay.`,
  };
}

export function changed(
  of: PlanInTarget,
  now: number,
  { actsAt, wouldDelete }: { actsAt: number; wouldDelete: number },
): Fact<typeof RetentionChanged> {
  return {
    ...ofAPlan(of),
    actsAt: iso(actsAt),
    wouldDelete,
    id: `${targetKey(of.target)}/${of.plan}/changed/${actsAt}`,
    at: iso(now),
    sentence: `The keep of plan ${of.plan} has become stricter: from ${iso(actsAt)} it will delete ${wouldDelete} backups in ${targetKey(of.target)} that stayed before. If that is not what you want, correct plans.yml and deploy before then.`,
  };
}
