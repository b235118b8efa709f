import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { LeaseLost } from '../lease.ts';
import { backupFrom, ledgerOf } from '../ledger.ts';
import { parseRunId } from '../names.ts';
import { documentedPerSecond } from '../quota-rates.ts';
import type { Invocation, World } from '../world.ts';
import { activeRuns, admit } from './admission.ts';
import { Capturing } from './capturing.ts';
import { type Driving, driving, isDone, isExpired, isStopped } from './context.ts';
import { hasEnded } from './entries.ts';
import { endRun, tellEnd } from './finish.ts';
import { begin, leave, renewLease, takeOver, takeRun } from './lease.ts';
import { pump } from './pump.ts';
import { select } from './select.ts';
import { rememberThrown, throwAgain } from './thrown.ts';
import { lookAtAll, watch } from './watch.ts';

/** What became of the run in this invocation: `none` when it is over, unknown, or somebody else's. */
export type Drove = 'none' | 'waiting' | 'left' | 'ended';

/** A run that must wait is looked at again so much later. */
const waitMs = 60_000;

/** Lambda invokes a function that threw again after one minute, and after two more. */
const afterRetriesMs = 240_000;

/**
 * Goes on with a run from whatever the catalog and AWS say about it, until it has ended or this invocation must; then
 * the run is handed on to the next one. May be killed anywhere.
 */
export async function drive(world: World, id: string, invocation: Invocation): Promise<Drove> {
  const lease = await takeRun(world, parseRunId(id), invocation);
  if (lease === undefined) {
    await throwAgain(world, parseRunId(id), invocation);
    return 'none';
  }
  world.logger.appendKeys({ run: id });
  const driven = driving(world, lease, invocation);
  try {
    if (driven.run.state === 'RUNNING') await takeOver(driven);
    else if (driven.run.state === 'QUEUED' && !(await mayBegin(driven))) {
      await leave(driven, world.clock.now() + waitMs);
      return 'waiting';
    }
    if (driven.run.state !== 'RUNNING') {
      await tellEnd(driven);
      return 'ended';
    }
    return await goOn(driven);
  } catch (error) {
    if (!(error instanceof LeaseLost)) {
      // Lambda's own retries go first. Where this fails, too, the lease runs out.
      await leave(driven, world.clock.now() + afterRetriesMs).catch(() => {});
      throw error;
    }
    world.logger.warn('another driver has taken over');
    return 'none';
  }
}

async function mayBegin(driven: Driving): Promise<boolean> {
  const { world, run } = driven;
  const isQueue = run.overlap === 'queue';
  if (isQueue && (await activeRuns(world, run)).some(({ stamp }) => stamp < run.stamp)) return false;
  if (!(await admit(world, run))) return false;
  await begin(driven);
  return true;
}

async function goOn(driven: Driving): Promise<Drove> {
  const { world } = driven;
  world.metrics.addDimension('plan', driven.run.plan);
  await loadLedger(driven);
  const capturing = Capturing.begin(driven);
  if (capturing !== undefined) driven.capturing = capturing;
  const isOver = { yet: false };
  const renewing = driven.lease.renewWhile(
    () => !isOver.yet && driven.failure === undefined,
    () => renewLease(driven),
  );
  const beside = Promise.all([guard(driven, renewing), guard(driven, telling(driven, isOver))]);
  do {
    await Promise.all([select, pump, watch].map((part) => guard(driven, part(driven))));
    await Promise.all(driven.attempts);
    // Whoever made a second backup of a name of ours: it is found before the run ends.
    if (isDone(driven) && !isStopped(driven) && !isExpired(driven)) await guard(driven, lookAtAll(driven));
  } while (!isDone(driven) && !isStopped(driven));
  isOver.yet = true;
  await beside;
  if (driven.failure === undefined) await guard(driven, driven.announcer.flush());
  count(driven);
  if (driven.failure !== undefined) {
    await capturing?.stop();
    throw driven.failure;
  }

  const isEnd = isDone(driven);
  if (isEnd) await endRun(driven);
  else await leave(driven, world.clock.now());
  await capturing?.finish().catch(async (error: unknown) => {
    if (isEnd) await rememberThrown(world, driven.run, driven.invocation, error);
    throw error;
  });
  return isEnd ? 'ended' : 'left';
}

/** A part that throws stops the others; what it threw is thrown when all have come to rest. */
async function guard(driven: Driving, part: Promise<unknown>): Promise<void> {
  try {
    await part;
  } catch (error) {
    driven.failure ??= error;
  }
}

/** What earlier drivers did. Their last ends may not have been told. */
async function loadLedger(driven: Driving): Promise<void> {
  const { world, run, entries, announcer } = driven;
  for await (const item of world.catalog.query(ledgerOf(run))) {
    const entry = entries.merge(backupFrom(item));
    const isTold = !run.isDoubtful && (entry.endedAt ?? 0) < run.announcedUntil;
    if (hasEnded(entry) && !isTold) announcer.tell(entry);
  }
  driven.isLedgerRead = true;
}

async function telling(driven: Driving, isOver: { yet: boolean }): Promise<void> {
  while (!isOver.yet && driven.failure === undefined) {
    await driven.world.clock.sleep(1000);
    await driven.announcer.flush();
  }
}

/** Nothing of what did not happen: a metric costs by the hour in which it is sent, whatever it says. */
function count({ world, announcer, entries, run }: Driving): void {
  const { metrics, clock } = world;
  const { AVAILABLE: completed, FAILED: failed } = announcer.counts;
  if (completed > 0) metrics.addMetric('BackupCompleted', MetricUnit.Count, completed);
  if (failed > 0) metrics.addMetric('BackupFailed', MetricUnit.Count, failed);
  const made = entries.tables().flatMap(({ createdAt }) => createdAt ?? []);
  if (made.length > 1) {
    const seconds = Math.max(1, (Math.max(...made) - Math.min(...made)) / 1000);
    const share = (made.length - 1) / seconds / documentedPerSecond.CreateBackup;
    metrics.addMetric('QuotaShare', MetricUnit.Percent, Math.min(100, share * 100));
  }
  world.logger.info('run driven', { completed, failed, tables: made.length, at: clock.now(), state: run.state });
}
