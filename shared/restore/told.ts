import type { RestoreCompleted, RestoreFailed, RestorePlanned, RestoreStarted } from '../../events/restore-events.ts';
import { iso } from '../clock.ts';
import { targetKey } from '../target.ts';
import type { Named } from '../task/ask.ts';
import {
  completedFact,
  type Failure,
  failedFact,
  failureOf,
  few,
  outcomesOf,
  plannedFact,
  startedFact,
} from '../task/told.ts';
import type { Fact } from '../world.ts';
import { type Explained, type PlannedSource, type RestorePlan, sourceInWords } from './plan.ts';
import type { RestoreTask } from './restore-task.ts';
import { counted } from './words.ts';

type PlannedTask = RestoreTask & { plan: RestorePlan };

const placeOf = ({ plan, tableId = '' }: PlannedTask) => {
  const { tableName: table, ...place } = plan.target;
  return { ...place, table, tableId, source: source(plan.source) };
};

const source = (planned: PlannedSource) =>
  planned.kind === 'backup' ? { backupArn: planned.backupArn } : { tableArn: planned.tableArn, at: iso(planned.at) };

const where = ({ plan }: PlannedTask) => `${plan.target.tableName} (${targetKey(plan.target)})`;

export const started = (task: PlannedTask): Fact<typeof RestoreStarted> => ({
  ...startedFact(task, `AWS is making ${where(task)} from ${sourceInWords(task.plan.source)}`),
  ...placeOf(task),
});

export function completed(task: PlannedTask, tableArn: string): Fact<typeof RestoreCompleted> {
  const { activeAt = 0, acceptedAt, verification } = task;
  const ended = completedFact(task);
  const { putBack, notPutBack } = outcomesOf(task);
  const differences = verification?.differences ?? [];
  const isGood = verification?.isAsExpected === true;
  const rest = [
    `${counted(putBack.length, 'setting')} put back`,
    ...(notPutBack.length > 0
      ? [`${notPutBack.length} not: ${notPutBack.map(({ setting }) => setting).join(', ')}`]
      : []),
    ...(verification?.count
      ? [`${counted(verification.count.items, 'item')} counted (AWS said about ${verification.count.inBackupAbout})`]
      : []),
  ].join(', ');
  const stream = task.streamArn === undefined ? '' : ` Its stream is new: ${task.streamArn}.`;
  return {
    ...ended,
    ...placeOf(task),
    tableArn,
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
    sentence: `${isGood ? '' : `NOT AS EXPECTED: ${differences.slice(0, 3).join('; ')}. `}${where(task)} is back from ${sourceInWords(task.plan.source)} after ${Math.round(ended.seconds)} s; ${rest}.${stream}`,
  };
}

export const failed = (failure: Failure): Fact<typeof RestoreFailed> => failedFact('restore', failure);

export const failedTask = (task: RestoreTask): Fact<typeof RestoreFailed> =>
  failed({
    ...failureOf(task),
    ...(task.plan && { target: task.plan.target }),
    table: task.plan?.target.tableName ?? task.request.target.tableName,
  });

export function planned(named: Named, at: number, explained: Explained): Fact<typeof RestorePlanned> {
  const { plan, steps, notices, backup } = explained;
  const { tableName: table, ...place } = plan.target;
  return {
    ...plannedFact(named, at, explained),
    ...place,
    table,
    source: source(plan.source),
    ...(backup && { backup }),
    sentence: `A restore to ${table} would: ${steps.join(' ')} ${[...notices, 'Nothing was begun.'].join(' ')}`,
  };
}
