import { errorText, kindOf } from '../errors.ts';
import { backupFrom, backupKey, deletedKeptSeconds } from '../ledger.ts';
import type { Backup } from '../run.ts';
import type { World } from '../world.ts';

/**
 * What came of one delete: done; kept, since somebody put a hold or a pin on it; throttled, or its slot missed, and to be
 * tried again; left in DELETING for a later driver; or refused for good and back in AVAILABLE.
 */
export type Outcome =
  | { outcome: 'deleted'; backup: Backup }
  | { outcome: 'kept' }
  | { outcome: 'throttled' | 'missed' | 'later'; backup: Backup }
  | { outcome: 'refused'; error: Error };

/**
 * Deletes a backup in two steps, so that a hold or pin and a delete can never both win; the second is made in that slot.
 * A request that is signed after `notAfter` does not leave: what it goes by may have changed while this process stood still.
 */
export async function deleteBackup(
  world: World,
  expired: Backup,
  reason: string,
  slot: number,
  notAfter: () => number,
  toldUntil = 0,
): Promise<Outcome> {
  const backup = await startDeleting(world, expired, reason);
  if (backup === undefined) return { outcome: 'kept' };
  const send = () => world.dynamodb(backup.target, 'retain').deleteBackup(backup.backupArn ?? '', notAfter());
  try {
    if (!(await world.quotas.inSlot(backup.target, 'DeleteBackup', slot, send))) return { outcome: 'missed', backup };
  } catch (error) {
    const kind = kindOf(error);
    if (kind === 'throttle') return { outcome: 'throttled', backup };
    if (kind === 'credentials') world.renewCredentials(backup.target, 'retain');
    if (kind === 'refused') {
      await takeBack(world, backup);
      return { outcome: 'refused', error: refusal(backup, error) };
    }
    if (kind === 'fenced' && expired.state !== 'DELETING') await takeBack(world, backup);
    // Gone is done. What is busy, or may or may not have been done, stays in DELETING.
    if (kind !== 'gone') return { outcome: 'later', backup };
  }
  return { outcome: 'deleted', backup: await recordDeleted(world, backup, toldUntil) };
}

/**
 * Undefined when it is not AVAILABLE any more, or somebody needs it. What was begun before is written down again, so that
 * `deletingAt` is when its latest delete began.
 */
async function startDeleting(world: World, backup: Backup, reason: string): Promise<Backup | undefined> {
  const isBegun = backup.state === 'DELETING';
  const started = await world.catalog.update(backupKey(backup), {
    update: 'SET #state = :deleting, deletingAt = :now, deletedBecause = :reason',
    condition: isBegun
      ? '#state = :deleting AND backupArn = :arn'
      : '#state = :available AND backupArn = :arn AND attribute_not_exists(#hold) AND attribute_not_exists(pins)',
    names: { '#state': 'state', ...(!isBegun && { '#hold': 'hold' }) },
    values: {
      ':deleting': 'DELETING',
      ...(!isBegun && { ':available': 'AVAILABLE' }),
      ':now': world.clock.now(),
      ':reason': reason,
      ':arn': backup.backupArn,
    },
  });
  return started.done ? backupFrom(started.item) : undefined;
}

/**
 * AWS does not have it any more, by a delete of ours. Never before `toldUntil`, whatever our clock says: whoever goes on
 * tells what was deleted since then.
 */
export async function recordDeleted(world: World, backup: Backup, toldUntil = 0): Promise<Backup> {
  const now = Math.max(world.clock.now(), toldUntil);
  const recorded = await world.catalog.update(backupKey(backup), {
    update: 'SET #state = :deleted, deletedAt = :now, #ttl = :ttl',
    condition: '#state = :deleting',
    names: { '#state': 'state', '#ttl': 'ttl' },
    values: {
      ':deleted': 'DELETED',
      ':deleting': 'DELETING',
      ':now': now,
      ':ttl': Math.ceil(now / 1000) + deletedKeptSeconds,
    },
  });
  const item = recorded.done ? recorded.item : recorded.found;
  return { ...backup, state: 'DELETED', deletedAt: Number(item?.deletedAt ?? now) };
}

/**
 * So long after it began, nothing can come of a delete any more: it leaves while its driver's lease lasts, which is less
 * than a minute, AWS refuses a signature that is older than five, and half a minute is for clocks.
 */
const settleMs = (1 + 5) * 60_000 + 35_000;

/** Whether a delete that was begun can still take effect. */
export function isUnsettled({ deletingAt = 0 }: Backup, now: number): boolean {
  return now < deletingAt + settleMs;
}

/** Undoes the first step: it is judged anew with the next run. False when another driver has begun it again. */
export async function takeBack(world: World, backup: Backup): Promise<boolean> {
  const { done } = await world.catalog.update(backupKey(backup), {
    update: 'SET #state = :available REMOVE deletingAt, deletedBecause',
    condition: '#state = :deleting AND deletingAt = :begunAt',
    names: { '#state': 'state' },
    values: { ':available': 'AVAILABLE', ':deleting': 'DELETING', ':begunAt': backup.deletingAt },
  });
  return done;
}

function refusal({ backupArn, tableName }: Backup, cause: unknown): Error {
  return new Error(`The backup ${backupArn} of ${tableName} could not be deleted: ${errorText(cause)}`, { cause });
}
