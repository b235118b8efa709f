import type { RestoreCompleted, RestoreFailed, RestorePlanned, RestoreStarted } from '../../events/restore-events.ts';
import { iso } from '../clock.ts';
import { targetKey } from '../target.ts';
import { type Failure, failedFact, failureOf } from '../task/failed.ts';
import type { Fact } from '../world.ts';
import { type Explained, type PlannedSource, type RestorePlan, sourceInWords } from './plan.ts';
import type { RestoreTask } from './restore-task.ts';
import { counted, sentence } from './words.ts';

type PlannedTask = RestoreTask & { plan: RestorePlan };

const few = <Any>(list: Any[]): Any[] => list.slice(0, 50);

const ofATask = ({ id, requestId, plan }: PlannedTask) => {
  const { tableName: table, ...place } = plan.target;
  return { task: id, requestId, ...place, table };
};

const source = (planned: PlannedSource) =>
  planned.kind === 'backup' ? { backupArn: planned.backupArn } : { tableArn: planned.tableArn, at: iso(planned.at) };

const where = ({ plan }: PlannedTask) => `${plan.target.tableName} (${targetKey(plan.target)})`;
const who = ({ requester, reason }: RestoreTask) => `asked by ${requester.name} (${requester.kind}): ${reason}`;

export function started(task: PlannedTask): Fact<typeof RestoreStarted> {
  return {
    ...ofATask(task),
    id: `${task.id}/started`,
    at: iso(task.startedAt ?? 0),
    tableId: task.tableId ?? '',
    source: source(task.plan.source),
    requester: task.requester.name,
    reason: task.reason,
    notices: few(task.notices ?? []),
    sentence: [
      sentence(`AWS is making ${where(task)} from ${sourceInWords(task.plan.source)}; ${who(task)}`),
      ...(task.notices ?? []),
    ].join(' '),
  };
}

export function completed(task: PlannedTask, tableArn: string): Fact<typeof RestoreCompleted> {
  const { endedAt = 0, activeAt = 0, acceptedAt, verification } = task;
  const seconds = Math.max(0, (endedAt - acceptedAt) / 1000);
  const settled = Object.entries(task.settled ?? {});
  const putBack = settled.filter(([, { outcome }]) => outcome === 'putBack').map(([setting]) => setting);
  const notPutBack = notPutBackOf(task);
  const differences = verification?.differences ?? [];
  const isGood = verification?.isAsExpected === true;
  const rest = [
    `${counted(putBack.length, 'setting')} put back`,
    ...(notPutBack.length > 0
      ? [`${notPutBack.length} not: ${notPutBack.map(({ setting }) => setting).join(', ')}`]
      : []),
  ].join(', ');
  const stream = task.streamArn === undefined ? '' : ` Its stream is new: ${task.streamArn}.`;
  return {
    ...ofATask(task),
    id: `${task.id}/completed`,
    at: iso(endedAt),
    tableId: task.tableId ?? '',
    tableArn,
    source: source(task.plan.source),
    requester: task.requester.name,
    reason: task.reason,
    seconds,
    secondsUntilActive: Math.max(0, (activeAt - acceptedAt) / 1000),
    settingsPutBack: putBack,
    settingsNotPutBack: few(notPutBack),
    ...(task.streamArn !== undefined && { streamArn: task.streamArn }),
    verification: {
      isAsExpected: isGood,
      differences: few(differences),
      settings: verification?.settings ?? { expected: 0, restored: 0 },
      ...(verification?.sample && { sample: verification.sample }),
      ...(verification?.count && { count: verification.count }),
    },
    sentence: `${isGood ? '' : `NOT AS EXPECTED: ${differences.slice(0, 3).join('; ')}. `}${where(task)} is back from ${sourceInWords(task.plan.source)} after ${Math.round(seconds)} s; ${rest}.${stream}`,
  };
}

function notPutBackOf({ plan, settled = {} }: PlannedTask): { setting: string; reason: string }[] {
  const failed = Object.entries(settled)
    .filter(([, { outcome }]) => outcome === 'notPutBack')
    .map(([setting, { reason = '' }]) => ({ setting, reason }));
  return [...plan.notPutBack, ...failed];
}

export const failed = (failure: Failure): Fact<typeof RestoreFailed> => failedFact('restore', failure);

export const failedTask = (task: RestoreTask): Fact<typeof RestoreFailed> =>
  failed({
    ...failureOf(task),
    ...(task.plan && { target: task.plan.target }),
    table: task.plan?.target.tableName ?? task.request.target.tableName,
  });

export function planned(id: string, requestId: string, at: number, explained: Explained): Fact<typeof RestorePlanned> {
  const { plan, steps, notices, backup } = explained;
  const { tableName: table, ...place } = plan.target;
  return {
    id: `${id}/planned/${at}`,
    at: iso(at),
    task: id,
    requestId,
    ...place,
    table,
    source: source(plan.source),
    ...(backup && { backup }),
    steps: few(steps),
    notices: few(notices),
    sentence: `A restore to ${table} would: ${steps.join(' ')} ${[...notices, 'Nothing was begun.'].join(' ')}`,
  };
}
