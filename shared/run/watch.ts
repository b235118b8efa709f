import { isOfAws, kindOf } from '../errors.ts';
import { pages } from '../pages.ts';
import type { BackupSummary } from '../world.ts';
import { type Driving, isDone, isExpired, isStopped, pause, stopAt } from './context.ts';
import { type Entry, hasEnded } from './entries.ts';
import { nextLookAt, type OpenWindow, type Window, windowsOf } from './windows.ts';
import { endAvailable, endWithout, record, recordDuplicate } from './writes.ts';

/** So few are asked for one by one. */
const stragglers = 4;

/** Our backups are never older than their run; five minutes are for clocks. */
const beforeRunMs = 300_000;

/**
 * Looks at AWS's list until every backup of the run was seen AVAILABLE or the deadline has come, and sees there what
 * became of requests without an answer. AWS sends no event when a backup is done.
 */
export async function watch(driven: Driving): Promise<void> {
  const { clock } = driven.world;
  const lookedAt = new Map<number, number>();
  while (!isStopped(driven) && !isDone(driven)) {
    if (isExpired(driven)) {
      await expire(driven);
      continue;
    }
    const open = driven.entries.open().filter(({ isBusy }) => !isBusy);
    const due = windowsOf(open).filter((window) => nextLookAt(window, lookedAt.get(window.from)) <= clock.now());
    for (const window of due) lookedAt.set(window.from, clock.now());
    if (due.length === 0) await pause(driven, 500);
    else if (open.every(({ backupArn }) => backupArn !== undefined) && open.length <= stragglers)
      await ask(driven, open);
    else for (const window of due) await lookInto(driven, window);
  }
}

/** The last of a window costs no more by itself, and ListBackups has the smallest quota of all. */
function lookInto(driven: Driving, { entries, ...window }: OpenWindow): Promise<unknown> {
  const isLast = entries.length === 1 && entries.every(({ backupArn }) => backupArn !== undefined);
  return isLast ? ask(driven, entries) : look(driven, window);
}

/** Looks at everything made since the run began; false when that could not be done. */
export function lookAtAll(driven: Driving): Promise<boolean> {
  const { scheduledAt } = driven.run;
  return look(driven, { from: scheduledAt - beforeRunMs, until: driven.world.clock.now() + beforeRunMs });
}

async function look(driven: Driving, { from, until }: Window): Promise<boolean> {
  const { quotas, dynamodb } = driven.world;
  const { target } = driven.run;
  const read = (after: string | undefined) => {
    const list = () => dynamodb(target, 'read').listBackups({ from, until, ...(after !== undefined && { after }) });
    return patiently(driven, () => quotas.pace(target, 'ListBackups', list, { until: stopAt(driven) }));
  };
  for await (const page of pages(read, (page) => page?.next)) {
    if (page === undefined) return false;
    for (const backup of page.backups) await see(driven, backup);
  }
  return true;
}

async function ask(driven: Driving, open: Entry[]): Promise<void> {
  const { quotas, dynamodb } = driven.world;
  const { target } = driven.run;
  for (const { backupArn = '' } of open) {
    const describe = () => dynamodb(target, 'read').describeBackup(backupArn);
    const backup = await patiently(driven, () =>
      quotas.pace(target, 'DescribeBackup', describe, { until: stopAt(driven) }),
    );
    if (backup !== undefined) await see(driven, backup);
  }
}

/** A look that fails is made again later; only the worker's own troubles are thrown. */
async function patiently<T>(driven: Driving, call: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!isOfAws(error)) throw error;
    if (kindOf(error) === 'credentials') driven.world.renewCredentials(driven.run.target, 'read');
    driven.world.logger.warn('backups could not be looked at', { error });
    return undefined;
  }
}

/** Compares one backup at AWS with what we know of it. Names that are not of this run are others'. */
async function see(driven: Driving, seen: BackupSummary): Promise<void> {
  const known = driven.entries.duplicate(seen.backupArn);
  if (known !== undefined) return seeAgain(driven, known, seen);
  const entry = driven.entries.named(seen.backupName);
  if (entry === undefined || entry.isBusy || seen.status === 'DELETED') return;
  if (seen.tableId !== entry.tableId) {
    await recordDuplicate(driven, seen);
    if (hasEnded(entry) || (entry.backupArn ?? seen.backupArn) !== seen.backupArn) return;
    await endWithout(driven, entry, 'SKIPPED', 'The table was deleted and made anew before its backup was taken.');
  } else if (entry.backupArn === undefined) {
    if (entry.state === 'STARTING') await adopt(driven, entry, seen);
  } else if (entry.backupArn === seen.backupArn) {
    await seeAgain(driven, entry, seen);
  } else {
    await recordDuplicate(driven, seen);
  }
}

async function seeAgain(driven: Driving, entry: Entry, seen: BackupSummary): Promise<void> {
  if (seen.status === 'AVAILABLE' && entry.state === 'CREATING') await endAvailable(driven, entry, seen);
}

/** A request of ours that got no answer, or whose sender died, did take effect. */
async function adopt(driven: Driving, entry: Entry, seen: BackupSummary): Promise<void> {
  if (seen.status === 'AVAILABLE') await endAvailable(driven, entry, seen);
  else await record(driven, entry, seen);
}

/** The deadline: a last look, then every table that has not ended has failed. */
async function expire(driven: Driving): Promise<void> {
  await lookAtAll(driven);
  driven.entries.leaveDuplicates();
  for (const entry of driven.entries.open()) {
    if (entry.isBusy) continue;
    await endWithout(driven, entry, 'FAILED', entry.error ?? 'It was not AVAILABLE by the deadline.');
  }
  if (!isDone(driven)) await pause(driven, 1000);
}
