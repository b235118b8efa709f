import { RestoreStarted } from '../../events/restore-events.ts';
import { fail, restUntilNextLook, write } from '../task/drive.ts';
import { leaveQueue, restores, ticket } from '../task/queue.ts';
import { failWithout, leftBehindOf, ownTable, type Restoring } from './context.ts';
import { started } from './told.ts';

/** So long after the call DescribeTable may not know the table: API_RestoreTableFromBackup of AWS's reference. */
const unknownMs = 120_000;
/** 95 % of restores take less than an hour; after two days a person must look. */
const longestMs = 48 * 3_600_000;

/** Waits until the table is ACTIVE: in this process for a while, then by the heartbeat. */
export async function waitUntilActive(restoring: Restoring): Promise<'next' | number> {
  const { world } = restoring;
  if (restoring.task.isStartTold !== true) {
    await world.facts.publish(RestoreStarted, [started(restoring.task)]);
    await write(restoring, { isStartTold: true });
  }
  const { startedAt = 0 } = restoring.task;
  for (;;) {
    const table = await ownTable(restoring);
    const now = world.clock.now();
    if (table === 'another' || (table === 'gone' && now > startedAt + unknownMs)) return failWithout(restoring, table);
    if (table !== 'gone' && table.status === 'ACTIVE') return active(restoring, table);
    if (now > startedAt + longestMs) return failSlow(restoring);
    const dueAt = await restUntilNextLook(restoring, startedAt);
    if (dueAt !== undefined) return dueAt;
  }
}

async function active(restoring: Restoring, { arn }: { arn: string }): Promise<'next'> {
  const { world, task } = restoring;
  // Its place is free before the state says so: whoever goes on frees it once more.
  await leaveQueue(world, restores, task.plan.target, ticket(task));
  await write(restoring, { state: 'SETTLING', activeAt: world.clock.now(), tableArn: arn }, 'the table is ACTIVE');
  return 'next';
}

function failSlow(restoring: Restoring): Promise<'next'> {
  const problem = 'The table is not ACTIVE after two days.';
  const remedy = 'Ask AWS about it.';
  const mistakes = [{ field: 'target.tableName', problem, remedy }];
  return fail(restoring, 'NotActive', mistakes, leftBehindOf(restoring.task));
}
