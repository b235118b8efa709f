import type { ImportCompleted, ImportFailed, ImportPlanned, ImportStarted } from '../../events/import-events.ts';
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
import { itemsExpected } from './expected.ts';
import type { ImportPlan, ImportTask, PlannedImport } from './import-task.ts';
import { type Explained, sourceOf } from './plan.ts';

const ofAPlan = ({ target, bucket, full, windowCount, until }: ImportPlan) => ({
  account: target.account,
  region: target.region,
  table: target.tableName,
  bucket: bucket.name,
  manifest: full.manifest,
  windows: windowCount,
  until: iso(until),
});

const ofATask = ({ plan, tableId = '', importArn }: PlannedImport) => ({
  ...ofAPlan(plan),
  tableId,
  ...(importArn !== undefined && { importArn }),
});

const what = ({ target }: ImportPlan): string => `${target.tableName} (${targetKey(target)})`;

export function started(task: PlannedImport): Fact<typeof ImportStarted> {
  const { plan } = task;
  return { ...startedFact(task, `The table ${what(plan)} is being made from ${sourceOf(plan)}`), ...ofATask(task) };
}

export function completed(task: PlannedImport): Fact<typeof ImportCompleted> {
  const { plan, items = 0, applying, differences = [], tableArn = '' } = task;
  const ended = completedFact(task);
  const { put = 0, deleted = 0 } = applying ?? {};
  const expected = itemsExpected(task);
  const { putBack, notPutBack } = outcomesOf(task);
  const isGood = differences.length === 0;
  const wrong = isGood ? '' : `NOT AS EXPECTED: ${differences.slice(0, 3).join('; ')}. `;
  const counted = expected === undefined ? `${items} items` : `${items} items, ${expected} by the files`;
  const windows = plan.windowCount === 0 ? '' : `; ${put} records put and ${deleted} deleted`;
  return {
    ...ended,
    ...ofATask(task),
    tableArn,
    sourceTableArn: plan.full.table.arn,
    items,
    ...(expected !== undefined && { itemsExpected: expected }),
    applied: { put, deleted },
    settingsPutBack: putBack,
    settingsNotPutBack: few(notPutBack),
    isAsExpected: isGood,
    differences: few(differences),
    sentence: `${wrong}${what(plan)} is made from ${sourceOf(plan)} after ${Math.round(ended.seconds)} s: ${counted}${windows}.`,
  };
}

export const failed = (failure: Failure): Fact<typeof ImportFailed> => failedFact('import', failure);

export const failedTask = (task: ImportTask): Fact<typeof ImportFailed> =>
  failed({
    ...failureOf(task),
    ...(task.plan && { target: task.plan.target }),
    table: task.request.target.tableName,
  });

export const planned = (named: Named, at: number, explained: Explained): Fact<typeof ImportPlanned> => ({
  ...plannedFact(named, at, explained),
  ...ofAPlan(explained.plan),
  sentence: `An import of ${sourceOf(explained.plan)} would: ${explained.steps.join(' ')} Nothing was begun.`,
});
