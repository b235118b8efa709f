import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { BackupDeleted } from '../../events/backup-events.ts';
import { requestTimeoutMs } from '../aws/client.ts';
import type { Backup } from '../run.ts';
import type { World } from '../world.ts';
import { deleteBackup, type Outcome } from './delete.ts';
import { deleted, type PlanInTarget } from './facts.ts';
import type { WantedLease } from './lease.ts';

/** A backup that is to go, and why. */
export interface Expired {
  backup: Backup;
  reason: string;
}

/** What came of the deletes of one driver. */
export interface Deletes {
  deleted: number;
  /** Those that were deleted. */
  gone: Backup[];
  throttled: number;
  /** What AWS refused for good. */
  errors: Error[];
  /** False when some are left for a later driver. */
  isDone: boolean;
}

/** Deletes in leased slots, a second's worth at a time, and tells of each; stops when the invocation is about to end. */
export async function deleteAll(
  world: World,
  of: PlanInTarget,
  lease: WantedLease,
  expired: Expired[],
): Promise<Deletes> {
  const left = [...expired];
  const result: Deletes = { deleted: 0, gone: [], throttled: 0, errors: [], isDone: true };
  while (left.length > 0 && !lease.isEnding) {
    const slots = await world.quotas.leaseSlots(of.target, 'DeleteBackup', left.length, { writesBefore: 1 });
    const batch = left.splice(0, slots.length);
    const outcomes = await Promise.all(batch.map((one, index) => deleteInSlot(world, lease, one, slots[index] ?? 0)));
    const gone = outcomes.flatMap((one) => (one.outcome === 'deleted' ? [one.backup] : []));
    await tellDeleted(world, gone);
    result.gone.push(...gone);
    for (const [index, one] of outcomes.entries()) {
      const { reason } = batch[index] as Expired;
      if (one.outcome === 'deleted') result.deleted++;
      if (one.outcome === 'throttled') result.throttled++;
      if (one.outcome === 'refused') result.errors.push(one.error);
      if (one.outcome === 'later') result.isDone = false;
      if (one.outcome === 'missed' || one.outcome === 'throttled') left.push({ backup: one.backup, reason });
    }
    if (outcomes.some(({ outcome }) => outcome === 'throttled'))
      await world.quotas.throttled(of.target, 'DeleteBackup');
    lease.note({ announcedUntil: world.clock.now() });
  }
  return { ...result, isDone: result.isDone && left.length === 0 };
}

async function deleteInSlot(
  world: World,
  lease: WantedLease,
  { backup, reason }: Expired,
  slot: number,
): Promise<Outcome> {
  return deleteBackup(world, backup, reason, slot, () => lease.leaseUntil - requestTimeoutMs);
}

/** After the write, so that it is never told of what did not happen; again after a crash, with the same id. */
export async function tellDeleted(world: World, backups: Backup[]): Promise<void> {
  if (backups.length === 0) return;
  await world.facts.publish(
    BackupDeleted,
    backups.map((backup) => deleted(world.installation, backup)),
  );
  world.metrics.addMetric('BackupDeleted', MetricUnit.Count, backups.length);
}
