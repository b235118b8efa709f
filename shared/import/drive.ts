import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { ImportCompleted, ImportFailed } from '../../events/import-events.ts';
import { type Course, driveTask, fail, write } from '../task/drive.ts';
import { importsFromS3, leaveQueue, mayRun, needsPlace, ticket } from '../task/queue.ts';
import { taskKey } from '../task/task.ts';
import type { Invocation, World } from '../world.ts';
import { apply } from './apply.ts';
import { leftBehindOf } from './context.ts';
import { verify } from './count.ts';
import type { Importing, ImportTask, PlannedImport } from './import-task.ts';
import { settle } from './settle.ts';
import { start } from './start.ts';
import { completed, failedTask } from './told.ts';
import { waitUntilMade } from './wait.ts';

/** Whoever waits in the queue is woken by who leaves it; this is for the case that nobody lived to do so. */
const queuedMs = 300_000;

const course: Course<PlannedImport> = {
  stages: {
    async ACCEPTED(importing) {
      await write(importing, { state: 'QUEUED' }, 'accepted');
      return 'next';
    },
    async QUEUED(importing) {
      const { world, task } = importing;
      if (!(await mayRun(world, importsFromS3, task.plan.target, ticket(task)))) return world.clock.now() + queuedMs;
      await write(importing, { state: 'IMPORTING' }, 'may start');
      return 'next';
    },
    IMPORTING: (importing) => (importing.task.tableId === undefined ? start(importing) : waitUntilMade(importing)),
    APPLYING: apply,
    VERIFYING: verify,
    SETTLING: settle,
  },
  caught: orForbidden,
  end,
  /** Whoever was overtaken in the queue may have taken a place for a task that needs none any more. */
  async giveBack({ world, task }) {
    if (task.plan === undefined) return;
    const now = await world.catalog.get(taskKey(task.id));
    if (!needsPlace(now?.state)) await leaveQueue(world, importsFromS3, task.plan.target, ticket(task));
  },
};

/** Goes on with an import: see `driveTask`. */
export const drive = (
  world: World,
  id: string,
  invocation: Invocation,
  patienceMs: number,
): Promise<ImportTask | undefined> => driveTask(course, world, id, invocation, patienceMs);

/** A right that is missing does not come by trying again: the task ends with a sentence. */
function orForbidden(importing: Importing, error: unknown): Promise<'next'> {
  if (!(error instanceof Error) || !/^(AccessDenied|NotAuthorized)/.test(error.name)) throw error;
  const problem = `The importing role may not: ${error.message}`;
  const remedy = 'Give it that right (serverless.yml, deploy/member-account.yml), and ask under a new requestId.';
  return fail(importing, error.name, [{ field: '(rights)', problem, remedy }], leftBehindOf(importing.task));
}

/** The end is written; now it is told, and its place is free. */
async function end({ world, task }: Importing): Promise<void> {
  const { metrics, facts } = world;
  if (task.plan !== undefined) await leaveQueue(world, importsFromS3, task.plan.target, ticket(task));
  const isDone = task.state === 'COMPLETED';
  metrics.addMetric(isDone ? 'ImportsCompleted' : 'ImportsFailed', MetricUnit.Count, 1);
  if (isDone) await facts.publish(ImportCompleted, [completed(task)]);
  else await facts.publish(ImportFailed, [failedTask(task)]);
}
