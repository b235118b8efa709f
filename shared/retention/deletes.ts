import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { BackupDeleted } from '../../events/backup-events.ts';
import { requestTimeoutMs } from '../aws/client.ts';
import type { Backup } from '../run.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';
import { deleteBackup } from './delete.ts';
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

/** Deletes on their way. */
interface Deleting {
  world: World;
  target: Target;
  lease: WantedLease;
  left: Expired[];
  /** A second's worth each, and since when. */
  batches: Map<Promise<void>, number>;
  /** What was deleted before has been told. */
  toldUntil: number;
  result: Deletes;
  failure?: unknown;
}

/**
 * Deletes in leased slots, the next of which are leased while those before are used, and tells of each; stops when the
 * invocation is about to end.
 */
export async function deleteAll(
  world: World,
  of: PlanInTarget,
  lease: WantedLease,
  expired: Expired[],
  toldUntil = 0,
): Promise<Deletes> {
  const result: Deletes = { deleted: 0, gone: [], throttled: 0, errors: [], isDone: true };
  const left = [...expired];
  const deleting: Deleting = { world, target: of.target, lease, left, batches: new Map(), toldUntil, result };
  await beginAll(deleting).catch((error: unknown) => {
    deleting.failure ??= error;
  });
  await Promise.all(deleting.batches.keys());
  if (deleting.failure !== undefined) throw deleting.failure;
  return { ...result, isDone: result.isDone && deleting.left.length === 0 };
}

/** Until nothing is left, also of what has to be tried again. */
async function beginAll(deleting: Deleting): Promise<void> {
  const { world, target, lease, left, batches } = deleting;
  while (!lease.isEnding && deleting.failure === undefined) {
    if (left.length > 0) {
      const options = { until: lease.stopAt, writesBefore: 1 };
      begin(deleting, await world.quotas.leaseSlots(target, 'DeleteBackup', left.length, options));
    } else if (batches.size > 0) await Promise.race(batches.keys());
    else return;
  }
}

function begin(deleting: Deleting, slots: number[]): void {
  const { world, lease, left, batches } = deleting;
  const beganAt = Math.max(world.clock.now(), deleting.toldUntil);
  const batch = deleteBatch(deleting, left.splice(0, slots.length), slots, beganAt)
    .catch((error: unknown) => {
      deleting.failure ??= error;
    })
    .finally(() => {
      batches.delete(batch);
      // What a batch that is still on its way has deleted may not have been told.
      if (deleting.failure !== undefined) return;
      const announcedUntil = Math.min(Math.max(world.clock.now(), deleting.toldUntil), ...batches.values());
      deleting.toldUntil = announcedUntil;
      lease.note({ announcedUntil });
    });
  batches.set(batch, beganAt);
}

async function deleteBatch(deleting: Deleting, batch: Expired[], slots: number[], since: number): Promise<void> {
  const { world, target, lease, left, result } = deleting;
  const notAfter = () => lease.leaseUntil - requestTimeoutMs;
  const outcomes = await Promise.all(
    batch.map(({ backup, reason }, index) => deleteBackup(world, backup, reason, slots[index] ?? 0, notAfter, since)),
  );
  const gone = outcomes.flatMap((one) => (one.outcome === 'deleted' ? [one.backup] : []));
  await tellDeleted(world, gone);
  result.gone.push(...gone);
  result.deleted += gone.length;
  for (const [index, one] of outcomes.entries()) {
    const { reason } = batch[index] as Expired;
    if (one.outcome === 'throttled') result.throttled++;
    if (one.outcome === 'refused') result.errors.push(one.error);
    if (one.outcome === 'later') result.isDone = false;
    if (one.outcome === 'missed' || one.outcome === 'throttled') left.push({ backup: one.backup, reason });
  }
  if (outcomes.some(({ outcome }) => outcome === 'throttled')) await world.quotas.throttled(target, 'DeleteBackup');
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
