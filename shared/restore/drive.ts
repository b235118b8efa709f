import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { RestoreCompleted, RestoreFailed } from '../../events/restore-events.ts';
import { PermanentError } from '../errors.ts';
import { pin, unpin } from '../holds.ts';
import { Driver, TaskLost } from '../task/driver.ts';
import { hasEnded, type TaskState, taskKey } from '../task/task.ts';
import type { Invocation, World } from '../world.ts';
import { fail, leftBehindOf, type PlannedTask, type Restoring, type Stage, write } from './context.ts';
import { leaveQueue, mayRun, needsPlace, ticket } from './queue.ts';
import { type RestoreTask, restoreFrom } from './restore-task.ts';
import { settle } from './settle.ts';
import { start } from './start.ts';
import { completed, failedTask } from './told.ts';
import { verify } from './verify.ts';
import { waitUntilActive } from './wait.ts';

/** Whoever waits in the queue is woken by who leaves it; this is for the case that nobody lived to do so. */
const queuedMs = 300_000;

/** Lambda invokes a function that threw again after one minute, and after two more. */
const afterRetriesMs = 240_000;

const stages: Record<Exclude<TaskState, 'COMPLETED' | 'FAILED'>, Stage> = {
  ACCEPTED: accept,
  QUEUED: queue,
  RESTORING: (restoring) => (restoring.task.startedAt === undefined ? start(restoring) : waitUntilActive(restoring)),
  SETTLING: settle,
  VERIFYING: verify,
};

/**
 * Goes on with a restore from whatever the catalog and AWS say about it, until it has ended or has to wait for longer
 * than `patienceMs`; then the heartbeat starts the next look. May be killed anywhere. Undefined when another drives it,
 * or it is over.
 */
export async function drive(
  world: World,
  id: string,
  invocation: Invocation,
  patienceMs: number,
): Promise<RestoreTask | undefined> {
  const driver = await Driver.take(world, id, invocation);
  if (driver === undefined) return undefined;
  const task = restoreFrom(driver.item);
  world.logger.appendKeys({ task: id });
  const patientUntil = world.clock.now() + patienceMs;
  const restoring: Restoring = { world, driver, task: task as PlannedTask, patientUntil };
  try {
    await driver.keepDuring(() => goOn(restoring));
    return restoring.task;
  } catch (error) {
    if (!(error instanceof TaskLost)) {
      // Lambda's own retries go first. Where this fails, too, the lease runs out.
      await driver.leave(world.clock.now() + afterRetriesMs).catch(() => {});
      throw error;
    }
    world.logger.warn('another driver has taken over');
    await giveBack(restoring);
    return undefined;
  }
}

/** Whoever was overtaken in the queue may have taken a place for a task that needs none any more. */
async function giveBack({ world, task }: Restoring): Promise<void> {
  if (task.plan === undefined) return;
  const now = await world.catalog.get(taskKey(task.id));
  if (!needsPlace(now?.state)) await leaveQueue(world, task.plan.target, ticket(task));
}

async function goOn(restoring: Restoring): Promise<void> {
  const { world, driver } = restoring;
  for (;;) {
    const { state } = restoring.task;
    if (state === 'COMPLETED' || state === 'FAILED') return end(restoring);
    const came = await stages[state](restoring).catch((error: unknown) => orForbidden(restoring, error));
    if (came !== 'next') return driver.leave(came);
    world.logger.info('restore came further', { state: restoring.task.state });
    if (driver.isEnding && !hasEnded(restoring.task)) return driver.leave(world.clock.now());
  }
}

/** A right that is missing does not come by trying again: the task ends with a sentence. */
function orForbidden(restoring: Restoring, error: unknown): Promise<'next'> {
  if (!(error instanceof Error) || !/^(AccessDenied|NotAuthorized)/.test(error.name)) throw error;
  const problem = `The restoring role may not: ${error.message}`;
  const remedy = 'Give it that right (serverless.yml, deploy/member-account.yml), and ask under a new requestId.';
  const mistakes = [{ field: '(rights)', problem, remedy }];
  return fail(restoring, error.name, mistakes, leftBehindOf(restoring.task));
}

async function accept(restoring: Restoring): Promise<'next'> {
  const { world, task } = restoring;
  const { pin: backup } = task.plan;
  if (backup !== undefined) {
    try {
      await pin(world.catalog, backup, task.id);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const remedy = 'Ask under a new requestId.';
      return fail(restoring, 'BackupGone', [{ field: 'source', problem: error.message, remedy }]);
    }
  }
  await write(restoring, { state: 'QUEUED' }, 'accepted');
  return 'next';
}

async function queue(restoring: Restoring): Promise<'next' | number> {
  const { world, task } = restoring;
  if (!(await mayRun(world, task.plan.target, ticket(task)))) return world.clock.now() + queuedMs;
  await write(restoring, { state: 'RESTORING' }, 'may start');
  return 'next';
}

/** The end is written; now it is told, and nothing holds the backup or a place any more. */
async function end({ world, driver, task }: Restoring): Promise<void> {
  if (task.plan !== undefined) {
    await leaveQueue(world, task.plan.target, ticket(task));
    await release(world, task);
  }
  count(world, task);
  if (task.state === 'COMPLETED') await world.facts.publish(RestoreCompleted, [completed(task, task.tableArn ?? '')]);
  else await world.facts.publish(RestoreFailed, [failedTask(task)]);
  await driver.end();
}

function count({ metrics }: World, { state, acceptedAt, endedAt = acceptedAt }: RestoreTask): void {
  metrics.addMetric(state === 'COMPLETED' ? 'RestoresCompleted' : 'RestoresFailed', MetricUnit.Count, 1);
  if (state === 'COMPLETED') metrics.addMetric('RestoreSeconds', MetricUnit.Seconds, (endedAt - acceptedAt) / 1000);
}

/** What is not AVAILABLE any more needs no pin. */
async function release({ catalog }: World, { id, plan }: PlannedTask): Promise<void> {
  if (plan.pin === undefined) return;
  try {
    await unpin(catalog, plan.pin, id);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
  }
}
