import { iso } from '../clock.ts';
import type { Target } from '../target.ts';
import type { Refusal } from './ask.ts';
import type { Task, TaskKind } from './task.ts';

/** What was refused, or could not be brought to its end. */
export interface Failure extends Refusal {
  task?: string;
  target?: Target;
  table?: string;
}

const named: Record<TaskKind, { the: string; table: string }> = {
  restore: { the: 'The restore', table: 'of' },
  export: { the: 'The export', table: 'of' },
  import: { the: 'The import', table: 'to' },
};

/** What the event that a task has failed says, whatever its kind. */
export function failedFact(kind: TaskKind, failure: Failure) {
  const { id, task, requestId, target, table, at, code, mistakes, leftBehind, dryRun } = failure;
  return {
    id,
    at: iso(at),
    ...(task !== undefined && { task }),
    requestId,
    ...(target && { account: target.account, region: target.region }),
    ...(table !== undefined && { table }),
    code,
    mistakes: mistakes.slice(0, 50),
    leftBehind,
    ...(dryRun && { dryRun }),
    sentence: failure.sentence ?? sentenceOf(kind, failure),
  };
}

function sentenceOf(kind: TaskKind, { requestId, table, mistakes, leftBehind, dryRun }: Failure): string {
  const said = mistakes.slice(0, 5).map(({ field, problem, remedy }) => `${field}: ${problem} ${remedy}`);
  const more = mistakes.length > 5 ? [`And ${mistakes.length - 5} more.`] : [];
  const { the, table: of } = named[kind];
  const which = table === undefined ? the : `${the} ${of} ${table}`;
  const left = leftBehind === '' ? 'Nothing was begun.' : leftBehind;
  const came = dryRun ? 'would be refused' : 'failed';
  return [`${which} (request ${requestId}) ${came}.`, ...said, ...more, left].join(' ');
}

/** The failure of a task that has ended so. */
export function failureOf({ id, requestId, endedAt = 0, error }: Task): Failure {
  const { code = '', mistakes = [], leftBehind = '' } = error ?? {};
  return { id: `${id}/failed`, task: id, requestId, at: endedAt, code, mistakes, leftBehind };
}
