import type { ImportCompleted, ImportFailed, ImportPlanned, ImportStarted } from '../../events/import-events.ts';
import { iso } from '../clock.ts';
import { sentence } from '../restore/words.ts';
import type { SettingName } from '../settings/settings.ts';
import { targetKey } from '../target.ts';
import type { Named } from '../task/ask.ts';
import { type Failure, failedFact, failureOf } from '../task/failed.ts';
import type { Fact } from '../world.ts';
import { itemsExpected } from './expected.ts';
import type { ImportPlan, ImportTask, PlannedImport } from './import-task.ts';
import { type Explained, sourceOf } from './plan.ts';

const few = <Any>(list: Any[]): Any[] => list.slice(0, 50);

const ofAPlan = ({ target, bucket, full, windowCount, until }: ImportPlan) => ({
  account: target.account,
  region: target.region,
  table: target.tableName,
  bucket: bucket.name,
  manifest: full.manifest,
  windows: windowCount,
  until: iso(until),
});

const ofATask = ({ id, requestId, plan, tableId = '', importArn, requester, reason }: PlannedImport) => ({
  task: id,
  requestId,
  ...ofAPlan(plan),
  tableId,
  ...(importArn !== undefined && { importArn }),
  requester: requester.name,
  reason,
});

const what = ({ target }: ImportPlan): string => `${target.tableName} (${targetKey(target)})`;

export function started(task: PlannedImport): Fact<typeof ImportStarted> {
  const { plan, requester, reason, notices = [] } = task;
  const said = `The table ${what(plan)} is being made from ${sourceOf(plan)}; asked by ${requester.name} (${requester.kind}): ${reason}`;
  return {
    ...ofATask(task),
    id: `${task.id}/started`,
    at: iso(task.startedAt ?? 0),
    notices: few(notices),
    sentence: [sentence(said), ...notices].join(' '),
  };
}

export function completed(task: PlannedImport): Fact<typeof ImportCompleted> {
  const { plan, acceptedAt, endedAt = acceptedAt, items = 0, applying, differences = [], tableArn = '' } = task;
  const { put = 0, deleted = 0 } = applying ?? {};
  const seconds = Math.max(0, (endedAt - acceptedAt) / 1000);
  const expected = itemsExpected(task);
  const settled = Object.entries(task.settled ?? {});
  // That an older table's scaling was taken away is no setting of this one.
  const isNone = (setting: string) => plan.settings[setting as SettingName] === null;
  const putBack = settled.flatMap(([setting, { outcome }]) =>
    outcome === 'putBack' && !isNone(setting) ? [setting] : [],
  );
  const notPutBack = [
    ...plan.notPutBack,
    ...settled.flatMap(([setting, { outcome, reason = '' }]) =>
      outcome === 'notPutBack' ? [{ setting, reason }] : [],
    ),
  ];
  const isGood = differences.length === 0;
  const wrong = isGood ? '' : `NOT AS EXPECTED: ${differences.slice(0, 3).join('; ')}. `;
  const counted = expected === undefined ? `${items} items` : `${items} items, ${expected} by the files`;
  const windows = plan.windowCount === 0 ? '' : `; ${put} records put and ${deleted} deleted`;
  return {
    ...ofATask(task),
    id: `${task.id}/completed`,
    at: iso(endedAt),
    tableArn,
    sourceTableArn: plan.full.table.arn,
    items,
    ...(expected !== undefined && { itemsExpected: expected }),
    applied: { put, deleted },
    seconds,
    settingsPutBack: putBack,
    settingsNotPutBack: few(notPutBack),
    isAsExpected: isGood,
    differences: few(differences),
    sentence: `${wrong}${what(plan)} is made from ${sourceOf(plan)} after ${Math.round(seconds)} s: ${counted}${windows}.`,
  };
}

export const failed = (failure: Failure): Fact<typeof ImportFailed> => failedFact('import', failure);

export const failedTask = (task: ImportTask): Fact<typeof ImportFailed> =>
  failed({
    ...failureOf(task),
    ...(task.plan && { target: task.plan.target }),
    table: task.request.target.tableName,
  });

export function planned({ id, requestId }: Named, at: number, explained: Explained): Fact<typeof ImportPlanned> {
  const { plan, steps, notices } = explained;
  return {
    id: `${id}/planned/${at}`,
    at: iso(at),
    task: id,
    requestId,
    ...ofAPlan(plan),
    steps: few(steps),
    notices: few(notices),
    sentence: `An import of ${sourceOf(plan)} would: ${steps.join(' ')} Nothing was begun.`,
  };
}
