import type { ExportRequest } from '../../events/export-request.ts';
import { iso } from '../clock.ts';
import { dollarsPerExportedGb } from '../plans/price.ts';
import { targetKey } from '../target.ts';
import { exportsToS3 } from '../task/queue.ts';
import type { Mistake } from '../task/task.ts';
import type { ExportBucket } from './buckets.ts';
import type { ExportCall, ExportedTable } from './calls.ts';
import type { ExportPlan } from './export-task.ts';
import { secondOf } from './instants.ts';
import type { Found } from './look.ts';
import { mistakesOfFound } from './mistakes.ts';
import { mistakeOfOverlap } from './overlap.ts';

/** What is answered beside the plan, and not kept: for people. */
export interface Explained {
  plan: ExportPlan;
  steps: string[];
  notices: string[];
  /** Of a full export of all items, about: AWS bills the table's size. */
  estimate?: { dollars: number };
}

/** The plan of an export, or everything that stands in its way at once. */
export function planExport(found: Found, clientToken: string): Explained | { mistakes: Mistake[] } {
  const { request, target, table, bucket, window, overlap } = found;
  const mistakes = mistakesOfFound(found);
  if (table === undefined || bucket === undefined) return { mistakes };
  const { prefix } = request.destination;
  const folder = { bucket, ...(prefix !== undefined && { prefix }) };
  if (overlap !== undefined) mistakes.push(mistakeOfOverlap(overlap, folderOf(folder)));
  if (mistakes.length > 0) return { mistakes };
  const plan: ExportPlan = {
    target,
    table: { name: table.name, id: table.id, arn: table.arn },
    ...folder,
    type: request.type ?? 'full',
    call: callOf(request, table, bucket, clientToken),
    enablesRecovery: window === undefined,
    isVerified: request.verify === true,
  };
  const dollars = Math.ceil((table.sizeBytes / 1024 ** 3) * dollarsPerExportedGb * 10_000) / 10_000;
  return {
    plan,
    steps: stepsOf(plan),
    notices: noticesOf(found, plan),
    ...(plan.type === 'full' && request.filter === undefined && { estimate: { dollars } }),
  };
}

function callOf(request: ExportRequest, { arn }: ExportedTable, bucket: ExportBucket, clientToken: string): ExportCall {
  const { destination, format, type = 'full', exportTime, window, view, filter } = request;
  const { encryption, prefix } = destination;
  return {
    input: {
      TableArn: arn,
      S3Bucket: bucket.name,
      S3BucketOwner: bucket.owner,
      ClientToken: clientToken,
      ExportFormat: format ?? 'DYNAMODB_JSON',
      ExportType: type === 'full' ? 'FULL_EXPORT' : 'INCREMENTAL_EXPORT',
      ...(prefix !== undefined && { S3Prefix: prefix }),
      ...(encryption && { S3SseAlgorithm: encryption.type }),
      ...(encryption?.keyArn !== undefined && { S3SseKmsKeyId: encryption.keyArn }),
      ...(view !== undefined && { IncrementalExportSpecification: { ExportViewType: view } }),
      ...(filter && { FilterSpecification: filterOf(filter) }),
    },
    ...(exportTime !== undefined && { exportTime: secondOf(exportTime) }),
    ...(window && { window: { from: secondOf(window.from), until: secondOf(window.until) } }),
  };
}

function filterOf({ keyCondition, filter, projection, names, values }: NonNullable<ExportRequest['filter']>) {
  return {
    ...(keyCondition !== undefined && { KeyConditionExpression: keyCondition }),
    ...(filter !== undefined && { FilterExpression: filter }),
    ...(projection !== undefined && { ProjectionExpression: projection }),
    ...(names && { ExpressionAttributeNames: names }),
    ...(values && { ExpressionAttributeValues: values }),
  };
}

/** `s3://exports/orders/AWSDynamoDB/` */
export const folderOf = ({ bucket, prefix = '' }: Pick<ExportPlan, 'bucket' | 'prefix'>): string =>
  `s3://${bucket.name}/${prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`}AWSDynamoDB/`;

/** What of the table is exported, in words. */
export function extentOf({ call }: ExportPlan): string {
  if (call.window) return `what changed from ${iso(call.window.from)} to ${iso(call.window.until)}`;
  return call.exportTime === undefined ? 'as it is when AWS begins' : `as of ${iso(call.exportTime)}`;
}

function stepsOf(plan: ExportPlan): string[] {
  const { table, target, enablesRecovery, isVerified } = plan;
  return [
    ...(enablesRecovery ? [`Switch point-in-time recovery of ${table.name} on, for good.`] : []),
    `Export ${table.name} (${targetKey(target)}), ${extentOf(plan)}, to ${folderOf(plan)}.`,
    ...(isVerified ? ['Read all files back, and compare them with the manifests.'] : []),
  ];
}

function noticesOf({ queue }: Found, { enablesRecovery }: ExportPlan): string[] {
  const isFull = queue.running + queue.waiting >= exportsToS3.atOnce;
  return [
    ...(enablesRecovery ? ['Point-in-time recovery stays on, and is billed by the size of the table.'] : []),
    ...(isFull ? [`${queue.running} exports are running and ${queue.waiting} wait; it waits its turn.`] : []),
  ];
}
