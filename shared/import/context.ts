import { targetKey } from '../target.ts';
import { fail } from '../task/drive.ts';
import type { FoundTable } from './calls.ts';
import type { Importing, PlannedImport } from './import-task.ts';

/** The table that this task made; a word when it is gone or another has its name. */
export async function ownTable({ world, task }: Importing): Promise<FoundTable | 'gone' | 'another'> {
  const { target } = task.plan;
  const table = await world.imports(target).describeTable(target.tableName);
  if (table === undefined) return 'gone';
  return table.id === task.tableId ? table : 'another';
}

/** The end of a task whose table is not there any more: nothing is touched. */
export function failWithout(importing: Importing, found: 'gone' | 'another'): Promise<'next'> {
  const { plan, tableId } = importing.task;
  const { tableName } = plan.target;
  const problem =
    found === 'gone'
      ? `The table ${tableName} that was being filled (${tableId}) is not there any more: somebody deleted it.`
      : `Another table has the name ${tableName} now: somebody deleted the one that was being filled (${tableId}). It was not touched.`;
  const remedy = 'Ask for the import again, under a new requestId.';
  return fail(importing, found === 'gone' ? 'TableGone' : 'TableReplaced', [
    { field: 'target.tableName', problem, remedy },
  ]);
}

/** What a person has to look after when it ends with its table half-finished. */
export function leftBehindOf({ plan, tableId, lockedAt }: PlannedImport): string {
  if (tableId === undefined) return '';
  const isLocked = lockedAt !== undefined || plan.call.operation === 'CreateTable';
  const policy = isLocked ? ' Its policy keeps everybody else from writing.' : '';
  return `The table ${plan.target.tableName} (${tableId}) in ${targetKey(plan.target)} stays, unfinished: delete it and ask again.${policy}`;
}
