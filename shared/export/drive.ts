import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { ExportCompleted, ExportFailed } from '../../events/export-events.ts';
import { type Course, driveTask, fail, write } from '../task/drive.ts';
import { exportsToS3, leaveQueue, mayRun, needsPlace, ticket } from '../task/queue.ts';
import { type Mistake, taskKey } from '../task/task.ts';
import type { Invocation, World } from '../world.ts';
import type { Exporting, ExportTask, PlannedExport } from './export-task.ts';
import { claim, mistakeOfOverlap, spanOf } from './overlap.ts';
import { folderOf } from './plan.ts';
import { recover } from './recover.ts';
import { start } from './start.ts';
import { completed, failedTask } from './told.ts';
import { verify } from './verify.ts';
import { leftBehindOf, waitUntilWritten } from './wait.ts';

/** Whoever waits in the queue is woken by who leaves it; this is for the case that nobody lived to do so. */
const queuedMs = 300_000;

const course: Course<PlannedExport> = {
  stages: {
    async ACCEPTED(exporting) {
      const overlap = await claimed(exporting);
      if (overlap !== undefined) return fail(exporting, 'Refused', [overlap]);
      await write(exporting, { state: 'QUEUED' }, 'accepted');
      return 'next';
    },
    async QUEUED(exporting) {
      const { world, task } = exporting;
      if (!(await mayRun(world, exportsToS3, task.plan.target, ticket(task)))) return world.clock.now() + queuedMs;
      await write(exporting, { state: 'EXPORTING' }, 'may start');
      return 'next';
    },
    async EXPORTING(exporting) {
      if (exporting.task.exportArn !== undefined) return waitUntilWritten(exporting);
      const came = await recover(exporting);
      return came === 'next' ? start(exporting) : came;
    },
    VERIFYING: verify,
  },
  caught: orForbidden,
  end,
  /** Whoever was overtaken in the queue may have taken a place for a task that needs none any more. */
  async giveBack({ world, task }) {
    if (task.plan === undefined) return;
    const now = await world.catalog.get(taskKey(task.id));
    if (!needsPlace(now?.state)) await leaveQueue(world, exportsToS3, task.plan.target, ticket(task));
  },
};

/** Goes on with an export: see `driveTask`. */
export const drive = (
  world: World,
  id: string,
  invocation: Invocation,
  patienceMs: number,
): Promise<ExportTask | undefined> => driveTask(course, world, id, invocation, patienceMs);

/** Of two requests that came together, and overlap, one goes on. */
async function claimed({ world, task }: Exporting): Promise<Mistake | undefined> {
  const span = spanOf(task.request, task.plan.table);
  const overlap = span && (await claim(world, span, task.id));
  return overlap && mistakeOfOverlap(overlap, folderOf(task.plan));
}

/** A right that is missing does not come by trying again: the task ends with a sentence. */
function orForbidden(exporting: Exporting, error: unknown): Promise<'next'> {
  if (!(error instanceof Error) || !/^(AccessDenied|NotAuthorized)/.test(error.name)) throw error;
  const problem = `The exporting role may not: ${error.message}`;
  const remedy = 'Give it that right (serverless.yml, deploy/member-account.yml), and ask under a new requestId.';
  return fail(exporting, error.name, [{ field: '(rights)', problem, remedy }], leftBehindOf(exporting.task));
}

/** The end is written; now it is told, and its place is free. */
async function end({ world, task }: Exporting): Promise<void> {
  const { metrics, facts } = world;
  if (task.plan !== undefined) await leaveQueue(world, exportsToS3, task.plan.target, ticket(task));
  const isDone = task.state === 'COMPLETED';
  metrics.addMetric(isDone ? 'ExportsCompleted' : 'ExportsFailed', MetricUnit.Count, 1);
  if (isDone) await facts.publish(ExportCompleted, [completed(task)]);
  else await facts.publish(ExportFailed, [failedTask(task)]);
}
