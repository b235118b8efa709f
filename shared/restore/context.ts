import { targetKey } from '../target.ts';
import { type Driving, fail } from '../task/drive.ts';
import type { LivingTable } from './calls.ts';
import type { RestorePlan } from './plan.ts';
import type { RestoreTask } from './restore-task.ts';

export type PlannedTask = RestoreTask & { plan: RestorePlan };

/** A restore while this process drives it. */
export type Restoring = Driving<PlannedTask>;

/** The table that this task made; a sentence when it is gone or another has its name. */
export async function ownTable(restoring: Restoring): Promise<LivingTable | 'gone' | 'another'> {
  const { plan, tableId } = restoring.task;
  const table = await restoring.world.restores(plan.target).describeTable(plan.target.tableName);
  if (table === undefined) return 'gone';
  return table.id === tableId ? table : 'another';
}

/** The end of a task whose table is not there any more: nothing is touched. */
export function failWithout(restoring: Restoring, found: 'gone' | 'another'): Promise<'next'> {
  const { plan, tableId } = restoring.task;
  const { tableName } = plan.target;
  const problem =
    found === 'gone'
      ? `The table ${tableName} that AWS was making (${tableId}) is not there any more: somebody deleted it, or AWS gave it up.`
      : `Another table has the name ${tableName} now: somebody deleted the one that AWS was making (${tableId}). It was not touched.`;
  const remedy = 'Ask for the restore again, under a new requestId.';
  return fail(restoring, found === 'gone' ? 'TableGone' : 'TableReplaced', [
    { field: 'target.tableName', problem, remedy },
  ]);
}

/** What a person has to look after when it ends with its table half-finished. */
export function leftBehindOf({ plan, tableId }: PlannedTask): string {
  if (tableId === undefined) return '';
  return `The table ${plan.target.tableName} (${tableId}) in ${targetKey(plan.target)} stays: finish it by hand, or delete it and ask again.`;
}
