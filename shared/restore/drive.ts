import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { RestoreCompleted, RestoreFailed } from '../../events/restore-events.ts';
import { PermanentError } from '../errors.ts';
import { pin, unpin } from '../holds.ts';
import { backupKey } from '../ledger.ts';
import { type Course, driveTask, fail, write } from '../task/drive.ts';
import { leaveQueue, mayRun, needsPlace, restores, ticket } from '../task/queue.ts';
import { taskKey } from '../task/task.ts';
import type { Invocation, World } from '../world.ts';
import { leftBehindOf, type PlannedTask, type Restoring } from './context.ts';
import type { Pinned } from './found.ts';
import type { RestoreTask } from './restore-task.ts';
import { settle } from './settle.ts';
import { start } from './start.ts';
import { completed, failedTask } from './told.ts';
import { verify } from './verify.ts';
import { waitUntilActive } from './wait.ts';

/** Whoever waits in the queue is woken by who leaves it; this is for the case that nobody lived to do so. */
const queuedMs = 300_000;

/** AWS lists a backup as AVAILABLE before the run that watches it has looked again: so long it is waited for, so often. */
const watchedWithinMs = 300_000;
const againMs = 5000;

const course: Course<PlannedTask> = {
  stages: {
    ACCEPTED: accept,
    QUEUED: queue,
    RESTORING: (restoring) => (restoring.task.startedAt === undefined ? start(restoring) : waitUntilActive(restoring)),
    SETTLING: settle,
    VERIFYING: verify,
  },
  caught: orForbidden,
  end,
  giveBack,
};

/** Goes on with a restore: see `driveTask`. */
export const drive = (
  world: World,
  id: string,
  invocation: Invocation,
  patienceMs: number,
): Promise<RestoreTask | undefined> => driveTask(course, world, id, invocation, patienceMs);

/** Whoever was overtaken in the queue may have taken a place for a task that needs none any more. */
async function giveBack({ world, task }: Restoring): Promise<void> {
  if (task.plan === undefined) return;
  const now = await world.catalog.get(taskKey(task.id));
  if (!needsPlace(now?.state)) await leaveQueue(world, restores, task.plan.target, ticket(task));
}

/** A right that is missing does not come by trying again: the task ends with a sentence. */
function orForbidden(restoring: Restoring, error: unknown): Promise<'next'> {
  if (!(error instanceof Error) || !/^(AccessDenied|NotAuthorized)/.test(error.name)) throw error;
  const problem = `The restoring role may not: ${error.message}`;
  const remedy = 'Give it that right (serverless.yml, deploy/member-account.yml), and ask under a new requestId.';
  const mistakes = [{ field: '(rights)', problem, remedy }];
  return fail(restoring, error.name, mistakes, leftBehindOf(restoring.task));
}

async function accept(restoring: Restoring): Promise<'next' | number> {
  const { world, task } = restoring;
  const { pin: backup } = task.plan;
  if (backup !== undefined) {
    try {
      await pin(world.catalog, backup, task.id);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const now = world.clock.now();
      if (now < task.acceptedAt + watchedWithinMs && (await isWatched(world, backup))) return now + againMs;
      const remedy = 'Ask under a new requestId.';
      return fail(restoring, 'BackupGone', [{ field: 'source', problem: error.message, remedy }]);
    }
  }
  await write(restoring, { state: 'QUEUED' }, 'accepted');
  return 'next';
}

/** CREATING, or AVAILABLE since the pin was refused. */
async function isWatched({ catalog }: World, backup: Pinned): Promise<boolean> {
  const entry = await catalog.get(backupKey(backup));
  return entry?.state === 'CREATING' || entry?.state === 'AVAILABLE';
}

async function queue(restoring: Restoring): Promise<'next' | number> {
  const { world, task } = restoring;
  if (!(await mayRun(world, restores, task.plan.target, ticket(task)))) return world.clock.now() + queuedMs;
  await write(restoring, { state: 'RESTORING' }, 'may start');
  return 'next';
}

/** The end is written; now it is told, and nothing holds the backup or a place any more. */
async function end({ world, task }: Restoring): Promise<void> {
  if (task.plan !== undefined) {
    await leaveQueue(world, restores, task.plan.target, ticket(task));
    await release(world, task);
  }
  count(world, task);
  if (task.state === 'COMPLETED') await world.facts.publish(RestoreCompleted, [completed(task, task.tableArn ?? '')]);
  else await world.facts.publish(RestoreFailed, [failedTask(task)]);
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
