import type { ExportCompleted, ExportFailed, ExportPlanned, ExportStarted } from '../../events/export-events.ts';
import { iso } from '../clock.ts';
import { targetKey } from '../target.ts';
import type { Named } from '../task/ask.ts';
import { completedFact, type Failure, failedFact, failureOf, plannedFact, startedFact } from '../task/told.ts';
import type { Fact } from '../world.ts';
import type { ExportPlan, ExportTask, PlannedExport } from './export-task.ts';
import { type Explained, extentOf, folderOf } from './plan.ts';

const ofAPlan = ({ target, table, bucket, prefix, type }: ExportPlan) => ({
  ...target,
  table: table.name,
  bucket: bucket.name,
  ...(prefix !== undefined && { prefix }),
  type,
});

const ofATask = ({ plan, exportArn = '' }: PlannedExport) => ({ ...ofAPlan(plan), exportArn });

const what = ({ table, target }: ExportPlan): string => `${table.name} (${targetKey(target)})`;

export function started(task: PlannedExport): Fact<typeof ExportStarted> {
  const { plan } = task;
  const said = `AWS is exporting ${what(plan)}, ${extentOf(plan)}, to ${folderOf(plan)}`;
  return { ...startedFact(task, said), ...ofATask(task) };
}

export function completed(task: PlannedExport): Fact<typeof ExportCompleted> {
  const { plan, exported, verifying } = task;
  const ended = completedFact(task);
  const { manifest = '', items = 0, billedBytes = 0, exportTime } = exported ?? {};
  const { window } = plan.call;
  const read = verifying && { files: verifying.files, items: verifying.items, bytes: verifying.bytes };
  const checked = read ? ` ${read.files} files (${read.bytes} bytes) were read back and are as the manifests say.` : '';
  return {
    ...ended,
    ...ofATask(task),
    tableId: plan.table.id,
    manifest,
    items,
    ...(read && { bytes: read.bytes, verification: read }),
    billedBytes,
    ...(exportTime !== undefined && { exportTime: iso(exportTime) }),
    ...(window && { window: { from: iso(window.from), until: iso(window.until) } }),
    sentence: `${what(plan)} is exported after ${Math.round(ended.seconds)} s: ${items} items, ${billedBytes} bytes billed, s3://${plan.bucket.name}/${manifest}.${checked}`,
  };
}

export const failed = ({ bucket, ...failure }: Failure & { bucket?: string }): Fact<typeof ExportFailed> => ({
  ...failedFact('export', failure),
  ...(bucket !== undefined && { bucket }),
});

export function failedTask(task: ExportTask): Fact<typeof ExportFailed> {
  const { plan, request } = task;
  const table = plan?.table.name ?? request.source.table ?? request.source.tableArn?.split('/')[1];
  return failed({
    ...failureOf(task),
    ...(plan && { target: plan.target }),
    ...(table !== undefined && { table }),
    bucket: request.destination.bucket,
  });
}

export const planned = (named: Named, at: number, explained: Explained): Fact<typeof ExportPlanned> => ({
  ...plannedFact(named, at, explained),
  ...ofAPlan(explained.plan),
  sentence: `An export of ${what(explained.plan)} would: ${explained.steps.join(' ')} Nothing was begun.`,
});
