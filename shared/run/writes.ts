import { backupFrom, backupItem, backupKey, ttlOfRun } from '../ledger.ts';
import type { Backup } from '../run.ts';
import type { BackupSummary, Change, Written } from '../world.ts';
import type { Driving } from './context.ts';
import { type Entry, hasEnded } from './entries.ts';

/** How long a claim lasts. */
export const claimMs = 60_000;

const names = { '#state': 'state' };
/** Nobody has claimed it, or the attempt that we know of is the last one. */
const asWeKnowIt = ({ attempt }: Entry) =>
  attempt === 0 ? 'attribute_not_exists(pk)' : '#state IN (:starting, :creating) AND attempt = :attempt';

/** Takes the next attempt; false when the ledger says something else than we know, which we know then. */
export async function claim(driven: Driving, entry: Entry): Promise<boolean> {
  const leaseUntil = driven.world.clock.now() + claimMs;
  const { expiresAt } = driven.run;
  const isFirst = entry.attempt === 0;
  return step(driven, entry, {
    update: `SET #state = :starting, attempt = :next, leaseUntil = :leaseUntil, tableName = :tableName${expiresAt === undefined ? '' : ', expiresAt = :expiresAt'}`,
    condition: isFirst ? 'attribute_not_exists(pk)' : '#state = :starting AND attempt = :attempt',
    names,
    values: {
      ':starting': 'STARTING',
      ':next': entry.attempt + 1,
      ':leaseUntil': leaseUntil,
      ':tableName': entry.tableName,
      ...(expiresAt !== undefined && { ':expiresAt': expiresAt }),
      ...(!isFirst && { ':attempt': entry.attempt }),
    },
  });
}

/** AWS is making the backup. False when the claim is another's by now. */
export function record(
  driven: Driving,
  entry: Entry,
  made: { backupArn: string; createdAt: number },
): Promise<boolean> {
  return step(driven, entry, {
    update: 'SET #state = :creating, backupArn = :arn, createdAt = :createdAt REMOVE leaseUntil',
    condition: '#state = :starting AND attempt = :attempt',
    names,
    values: {
      ':creating': 'CREATING',
      ':starting': 'STARTING',
      ':arn': made.backupArn,
      ':createdAt': made.createdAt,
      ':attempt': entry.attempt,
    },
  });
}

/** The backup was seen AVAILABLE; an entry that did not know of it adopts it in the same write. */
export async function endAvailable(driven: Driving, entry: Entry, seen: BackupSummary): Promise<void> {
  const settings = entry.isDuplicate ? undefined : await driven.capturing?.of(entry.tableId);
  return end(driven, entry, (endedAt) => ({
    update: `SET #state = :available, backupArn = :arn, createdAt = :createdAt, endedAt = :endedAt${seen.sizeBytes === undefined ? '' : ', sizeBytes = :bytes'}${settings === undefined ? '' : ', settings = :settings'}${entry.facts === undefined ? '' : ', facts = :facts'} REMOVE leaseUntil`,
    condition:
      entry.backupArn === undefined
        ? '#state = :starting AND attempt = :attempt'
        : '#state = :creating AND backupArn = :arn',
    names,
    values: {
      ':available': 'AVAILABLE',
      ':arn': seen.backupArn,
      ':createdAt': seen.createdAt,
      ':endedAt': endedAt,
      ...(seen.sizeBytes !== undefined && { ':bytes': seen.sizeBytes }),
      ...(settings !== undefined && { ':settings': settings }),
      ...(entry.facts !== undefined && { ':facts': entry.facts }),
      ...(entry.backupArn === undefined
        ? { ':starting': 'STARTING', ':attempt': entry.attempt }
        : { ':creating': 'CREATING' }),
    },
  }));
}

/** The table has no backup from this run, for good. */
export function endWithout(driven: Driving, entry: Entry, state: 'FAILED' | 'SKIPPED', error: string): Promise<void> {
  return end(driven, entry, (endedAt) => ({
    update: `SET #state = :state, attempt = :attempt, tableName = :tableName, #error = :error, endedAt = :endedAt, #ttl = :ttl REMOVE leaseUntil${state === 'SKIPPED' ? ', backupArn' : ''}`,
    condition: asWeKnowIt(entry),
    names: { ...names, '#error': 'error', '#ttl': 'ttl' },
    values: {
      ':state': state,
      ':attempt': entry.attempt,
      ':tableName': entry.tableName,
      ':error': error.slice(0, 300),
      ':endedAt': endedAt,
      ':ttl': ttlOfRun(endedAt),
      ...(entry.attempt > 0 && { ':starting': 'STARTING', ':creating': 'CREATING' }),
    },
  }));
}

/**
 * A second backup of ours for one (run, table), or one of a table that was made anew in mid-run: it is written down
 * under its own key, so that retention may delete it.
 */
export async function recordDuplicate(driven: Driving, seen: BackupSummary): Promise<void> {
  const { target, plan, stamp, expiresAt } = driven.run;
  const { tableId, tableName, backupArn, createdAt, sizeBytes } = seen;
  const isAvailable = seen.status === 'AVAILABLE';
  const backup: Backup = {
    ...{ target, plan, stamp, tableId, tableName, backupArn, createdAt, isDuplicate: true, attempt: 1 },
    state: isAvailable ? 'AVAILABLE' : 'CREATING',
    ...(isAvailable && { endedAt: driven.world.clock.now() }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  const { catalog, logger } = driven.world;
  const written = await catalog.put(backupItem(backup), { condition: 'attribute_not_exists(pk)' });
  driven.entries.merge(stored(written) ?? backup);
  logger.warn('second backup of one run and table', { tableId, backupArn });
}

function end(driven: Driving, entry: Entry, change: (endedAt: number) => Change): Promise<void> {
  return driven.announcer.end(async (endedAt) => {
    await write(driven, entry, change(endedAt));
    // Refused, too: who wrote another end may not have lived to tell it.
    return hasEnded(entry) ? entry : undefined;
  });
}

/** A step on the way; where another has come to the end already, this is told here: who wrote it may not have lived to. */
async function step(driven: Driving, entry: Entry, change: Change): Promise<boolean> {
  const isDone = await write(driven, entry, change);
  if (!isDone && hasEnded(entry)) driven.announcer.tell(entry);
  return isDone;
}

async function write({ world, entries }: Driving, entry: Entry, change: Change): Promise<boolean> {
  const written = await world.catalog.update(backupKey(entry), change);
  const backup = stored(written);
  if (backup !== undefined) entries.merge(backup);
  return written.done;
}

function stored(written: Written): Backup | undefined {
  const item = written.done ? written.item : written.found;
  return item && backupFrom(item);
}
