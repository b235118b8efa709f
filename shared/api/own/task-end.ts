import type { PlannedExport } from '../../export/export-task.ts';
import { completed as exported } from '../../export/told.ts';
import type { PlannedImport } from '../../import/import-task.ts';
import { completed as imported } from '../../import/told.ts';
import type { RestorePlan } from '../../restore/plan.ts';
import type { RestoreTask } from '../../restore/restore-task.ts';
import { completed as restored } from '../../restore/told.ts';
import type { Task } from '../../task/task.ts';

type AnyTask = (RestoreTask & { plan: RestorePlan }) | PlannedExport | PlannedImport;

/** What the event of its end says: the same words, whoever reads them where. Undefined until it has ended well. */
export function endOf(task: Task): object | undefined {
  if (task.state !== 'COMPLETED') return undefined;
  const ended = task as AnyTask;
  if (ended.kind === 'restore') return restored(ended, ended.tableArn ?? '');
  return ended.kind === 'export' ? exported(ended) : imported(ended);
}
