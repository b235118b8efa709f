import { ExportStarted } from '../../events/export-events.ts';
import { fail, restUntilNextLook, write } from '../task/drive.ts';
import { exportsToS3, leaveQueue, ticket } from '../task/queue.ts';
import type { FoundExport } from './calls.ts';
import type { Exporting, PlannedExport } from './export-task.ts';
import { folderOf } from './plan.ts';
import { started } from './told.ts';

/** So long after the call DescribeExport may not know it: its consistency is not documented. */
const unknownMs = 120_000;

/** Waits until AWS has written the files: in this process for a while, then by the heartbeat. */
export async function waitUntilWritten(exporting: Exporting): Promise<'next' | number> {
  const { world } = exporting;
  if (exporting.task.isStartTold !== true) {
    await world.facts.publish(ExportStarted, [started(exporting.task)]);
    await write(exporting, { isStartTold: true });
  }
  const { plan, exportArn = '', startedAt = 0 } = exporting.task;
  for (;;) {
    const found = await world.exports(plan.target).describeExport(exportArn);
    const now = world.clock.now();
    if (found?.status === 'COMPLETED') return written(exporting, found);
    if (found?.status === 'FAILED') return failAsAws(exporting, found);
    if (found === undefined && now > startedAt + unknownMs) return failUnknown(exporting);
    const dueAt = await restUntilNextLook(exporting, startedAt);
    if (dueAt !== undefined) return dueAt;
  }
}

async function written(exporting: Exporting, found: FoundExport): Promise<'next'> {
  const { world, task } = exporting;
  const { manifest = '', items, billedBytes, exportTime, tableId } = found;
  const exported = { manifest, items, billedBytes, tableId, ...(exportTime !== undefined && { exportTime }) };
  // Its place is free before the state says so: whoever goes on frees it once more.
  await leaveQueue(world, exportsToS3, task.plan.target, ticket(task));
  if (task.plan.isVerified) await write(exporting, { state: 'VERIFYING', exported }, 'the files are written');
  else await write(exporting, { state: 'COMPLETED', endedAt: world.clock.now(), exported }, 'the files are written');
  return 'next';
}

/** What AWS's failures mean, as far as they are known; S3NoSuchBucket was seen, the others follow it. */
const remedies: [RegExp, field: string, remedy: string][] = [
  [/NoSuchBucket/, 'destination.bucket', 'Make the bucket, or name another one of exportBuckets.'],
  [
    /AccessDenied|Forbidden/,
    'destination.bucket',
    "Allow the exporting role to write it, in the bucket's policy and the key's (docs/decisions/0006).",
  ],
  [/KMS/, 'destination.encryption.keyArn', "Make the key usable for the exporting role, in the bucket's Region."],
];

function failAsAws(exporting: Exporting, { failure, arn }: FoundExport): Promise<'next'> {
  const { code = 'Failed', message = '' } = failure ?? {};
  const [, field = 'destination', remedy = `Ask AWS about ${arn}.`] =
    remedies.find(([pattern]) => pattern.test(`${code} ${message}`)) ?? [];
  const problem = `AWS gave the export up: ${code}: ${message}.`;
  const mistakes = [{ field, problem, remedy: `${remedy} Then ask under a new requestId.` }];
  return fail(exporting, code, mistakes, leftBehindOf(exporting.task));
}

function failUnknown(exporting: Exporting): Promise<'next'> {
  const problem = `AWS does not know the export ${exporting.task.exportArn} that it began.`;
  const mistakes = [{ field: '(export)', problem, remedy: 'Ask AWS about it, or ask again under a new requestId.' }];
  return fail(exporting, 'ExportUnknown', mistakes, leftBehindOf(exporting.task));
}

/** What a person has to look after when it ends halfway. */
export function leftBehindOf({ plan, exportArn, recoveryEnabledAt }: PlannedExport): string {
  return [
    ...(exportArn === undefined ? [] : [`Files of ${exportArn} may be in ${folderOf(plan)}.`]),
    ...(recoveryEnabledAt === undefined ? [] : [`Point-in-time recovery of ${plan.table.name} stays on.`]),
  ].join(' ');
}
