import { iso } from '../clock.ts';
import { sentence } from '../restore/words.ts';
import type { SettingName, TableSettings } from '../settings/settings.ts';
import type { Target } from '../target.ts';
import type { Named, Refusal } from './ask.ts';
import type { Settled } from './put-settings.ts';
import type { Task, TaskKind } from './task.ts';

/** Events hold so much of a list. */
export const few = <Any>(list: Any[]): Any[] => list.slice(0, 50);

/** What is said of a task on its way and of one that has ended. */
export const askedBy = ({ id, requestId, requester, reason }: Task) => ({
  task: id,
  requestId,
  requester: requester.name,
  reason,
});

/** What the event of a dry run says, whatever the kind of task. */
export const plannedFact = (
  { id, requestId }: Named,
  at: number,
  { steps, notices }: { steps: string[]; notices: string[] },
) => ({
  id: `${id}/planned/${at}`,
  at: iso(at),
  task: id,
  requestId,
  steps: few(steps),
  notices: few(notices),
});

/** What the event that AWS has begun says; `said`: with what. */
export function startedFact(task: Task & { startedAt?: number; notices?: string[] }, said: string) {
  const { id, requester, reason, startedAt = 0, notices = [] } = task;
  return {
    ...askedBy(task),
    id: `${id}/started`,
    at: iso(startedAt),
    notices: few(notices),
    sentence: [sentence(`${said}; asked by ${requester.name} (${requester.kind}): ${reason}`), ...notices].join(' '),
  };
}

/** What every event that a task has come to its end says. */
export function completedFact(task: Task) {
  const { id, acceptedAt, endedAt = acceptedAt } = task;
  const seconds = Math.max(0, (endedAt - acceptedAt) / 1000);
  return { ...askedBy(task), id: `${id}/completed`, at: iso(endedAt), seconds };
}

/** What became of settings; that an older table's scaling was taken away is no setting of this one. */
export function outcomesOf({ plan, settled = {} }: WithOutcomes) {
  const all = Object.entries(settled) as [SettingName, Settled][];
  const putBack = all.filter(([setting, { outcome }]) => outcome === 'putBack' && plan.settings[setting] !== null);
  const failed = all.filter(([, { outcome }]) => outcome === 'notPutBack');
  return {
    putBack: putBack.map(([setting]) => setting),
    notPutBack: [...plan.notPutBack, ...failed.map(([setting, { reason = '' }]) => ({ setting, reason }))],
  };
}

interface WithOutcomes {
  plan: { settings: TableSettings; notPutBack: { setting: SettingName; reason: string }[] };
  settled?: Partial<Record<SettingName, Settled>>;
}

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
    mistakes: few(mistakes),
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
