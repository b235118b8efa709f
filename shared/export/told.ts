import type { ExportCompleted, ExportFailed, ExportPlanned, ExportStarted } from '../../events/export-events.ts';
import { iso } from '../clock.ts';
import { sentence } from '../restore/words.ts';
import { targetKey } from '../target.ts';
import type { Named } from '../task/ask.ts';
import { type Failure, failedFact, failureOf } from '../task/failed.ts';
import type { Fact } from '../world.ts';
import type { ExportPlan, ExportTask, PlannedExport } from './export-task.ts';
import { type Explained, extentOf, folderOf } from './plan.ts';

const few = <Any>(list: Any[]): Any[] => list.slice(0, 50);

const ofAPlan = ({ target, table, bucket, prefix, type }: ExportPlan) => ({
  ...target,
  table: table.name,
  bucket: bucket.name,
  ...(prefix !== undefined && { prefix }),
  type,
});

const ofATask = ({ id, requestId, plan, requester, reason, exportArn = '' }: PlannedExport) => ({
  task: id,
  requestId,
  ...ofAPlan(plan),
  exportArn,
  requester: requester.name,
  reason,
});

const what = ({ table, target }: ExportPlan): string => `${table.name} (${targetKey(target)})`;

export function started(task: PlannedExport): Fact<typeof ExportStarted> {
  const { plan, requester, reason, notices = [] } = task;
  const said = `AWS is exporting ${what(plan)}, ${extentOf(plan)}, to ${folderOf(plan)}; asked by ${requester.name} (${requester.kind}): ${reason}`;
  return {
    ...ofATask(task),
    id: `${task.id}/started`,
    at: iso(task.startedAt ?? 0),
    notices: few(notices),
    sentence: [sentence(said), ...notices].join(' '),
  };
}

export function completed(task: PlannedExport): Fact<typeof ExportCompleted> {
  const { plan, acceptedAt, endedAt = acceptedAt, exported, verifying } = task;
  const { manifest = '', items = 0, billedBytes = 0, exportTime } = exported ?? {};
  const { window } = plan.call;
  const seconds = Math.max(0, (endedAt - acceptedAt) / 1000);
  const read = verifying && { files: verifying.files, items: verifying.items, bytes: verifying.bytes };
  const checked = read ? ` ${read.files} files (${read.bytes} bytes) were read back and are as the manifests say.` : '';
  return {
    ...ofATask(task),
    id: `${task.id}/completed`,
    at: iso(endedAt),
    tableId: plan.table.id,
    manifest,
    items,
    ...(read && { bytes: read.bytes, verification: read }),
    billedBytes,
    seconds,
    ...(exportTime !== undefined && { exportTime: iso(exportTime) }),
    ...(window && { window: { from: iso(window.from), until: iso(window.until) } }),
    sentence: `${what(plan)} is exported after ${Math.round(seconds)} s: ${items} items, ${billedBytes} bytes billed, s3://${plan.bucket.name}/${manifest}.${checked}`,
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

export function planned({ id, requestId }: Named, at: number, explained: Explained): Fact<typeof ExportPlanned> {
  const { plan, steps, notices } = explained;
  return {
    id: `${id}/planned/${at}`,
    at: iso(at),
    task: id,
    requestId,
    ...ofAPlan(plan),
    steps: few(steps),
    notices: few(notices),
    sentence: `An export of ${what(plan)} would: ${steps.join(' ')} Nothing was begun.`,
  };
}
