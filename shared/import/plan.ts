import { iso } from '../clock.ts';
import { clientToken } from '../export/token.ts';
import { targetKey } from '../target.ts';
import { importsFromS3 } from '../task/queue.ts';
import type { Mistake } from '../task/task.ts';
import type { World } from '../world.ts';
import type { MakeCall } from './calls.ts';
import type { ImportPlan } from './import-task.ts';
import { lockOf } from './lock.ts';
import { type Found, isCatalog } from './look.ts';
import { mistakesOfFound } from './mistakes.ts';
import { dataFolderOf, placeOfTable } from './parts.ts';
import { localIndexesOf, parametersOf } from './structure.ts';
import { wantedSettings } from './wanted-settings.ts';
import { type WantedStructure, wantedStructure } from './wanted-structure.ts';

/** What is answered beside the plan, and not kept: for people. */
export interface Explained {
  plan: ImportPlan;
  steps: string[];
  notices: string[];
}

/** The plan of an import, or everything that stands in its way at once. */
export function planImport(world: World, found: Found, taskId: string): Explained | { mistakes: Mistake[] } {
  const { request, source, bucket, known, target } = found;
  const mistakes = mistakesOfFound(found, isCatalog(world, found));
  if (source === undefined || bucket === undefined) return { mistakes };
  const { full, windows } = source;
  const place = placeOfTable(full.table);
  const wanted = wantedStructure(request.target, {
    ...(known.structure && { structure: known.structure }),
    ...(source.keys && { keys: source.keys }),
    isElsewhere: targetKey(place) !== targetKey(target),
    isKeyOfAws: found.key?.isOfAws,
    hasWindows: windows.length > 0,
  });
  if ('mistakes' in wanted) return { mistakes: [...mistakes, ...wanted.mistakes] };
  if (mistakes.length > 0) return { mistakes };
  const { structure } = wanted;
  const plan: ImportPlan = {
    target: { ...target, tableName: request.target.tableName },
    bucket,
    full,
    windows: source.which,
    windowCount: windows.length,
    records: windows.reduce((sum, { items }) => sum + items, 0),
    until: windows.at(-1)?.until ?? full.until,
    isCountKnown: windows.every(({ hasOld }) => hasOld),
    call: callOf(world, found, wanted, taskId),
    structure,
    ...wantedSettings(request.target, known.settings, { tableArn: full.table.arn, structure }),
  };
  return { plan, steps: stepsOf(plan), notices: noticesOf(found, plan) };
}

function callOf(
  world: World,
  { request, bucket, source, target }: Found,
  { structure, encryption }: WantedStructure,
  taskId: string,
): MakeCall {
  const { tableName } = request.target;
  const parameters = parametersOf(tableName, structure, encryption);
  const { account, region } = target;
  const [, partition = 'aws'] = source?.full.table.arn.split(':') ?? [];
  const tableArn = `arn:${partition}:dynamodb:${region}:${account}:table/${tableName}`;
  if (structure.localIndexes.length > 0) {
    const ResourcePolicy = lockOf(taskId, tableArn, world.importer(target));
    const input = { ...parameters, LocalSecondaryIndexes: localIndexesOf(structure), ResourcePolicy };
    return { operation: 'CreateTable', input };
  }
  return {
    operation: 'ImportTable',
    input: {
      ClientToken: clientToken(world.installation, taskId),
      S3BucketSource: {
        S3Bucket: bucket?.name,
        S3BucketOwner: bucket?.owner,
        S3KeyPrefix: source && dataFolderOf(source.full),
      },
      InputFormat: source?.full.format,
      InputCompressionType: 'GZIP',
      TableCreationParameters: parameters,
    },
  };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The files, in words. */
export function sourceOf({ bucket, full, windowCount, until }: ImportPlan): string {
  const windows = windowCount === 0 ? '' : ` and ${counted(windowCount, 'window')}`;
  return `s3://${bucket.name}/${full.manifest.replace(/\/manifest-summary\.json$/, '')}${windows}, as of ${iso(until)}`;
}

function stepsOf(plan: ImportPlan): string[] {
  const { target, full, windowCount, records, call, settings } = plan;
  const names = Object.entries(settings).flatMap(([name, value]) =>
    name === 'tableArn' || value === null ? [] : [name],
  );
  const where = `${target.tableName} in ${targetKey(target)}`;
  const isOurs = call.operation === 'CreateTable';
  return [
    `Wait for one of ${importsFromS3.atOnce} places in ${targetKey(target)}.`,
    isOurs
      ? `CreateTable: make ${where}, with its local indexes, and fill it with ${counted(full.items, 'item')} by our own writes.`
      : `ImportTable: make ${where} from ${counted(full.items, 'item')}.`,
    'Keep other writers out by a policy of the table.',
    ...(windowCount > 0 ? [`Apply ${counted(windowCount, 'window')} in order, ${counted(records, 'record')}.`] : []),
    'Count all items.',
    ...(names.length > 0 ? [`Put settings: ${names.join(', ')}.`] : []),
    'Let others write.',
  ];
}

function noticesOf({ known, queue }: Found, plan: ImportPlan): string[] {
  const { notPutBack, until } = plan;
  const isFull = queue.running + queue.waiting >= importsFromS3.atOnce;
  return [
    `The table becomes what ${placeOfTable(plan.full.table).name} was at ${iso(until)}.`,
    ...(known.settings === undefined
      ? ['The settings of that table were never captured: the new one has what the request says.']
      : [`Settings are as captured at ${iso(known.capturedAt ?? 0)}, where the request says nothing.`]),
    ...notPutBack.map(({ setting, reason }) => `${setting} will not be put back: ${reason}`),
    ...(isFull ? [`${queue.running} imports are running and ${queue.waiting} wait; it waits its turn.`] : []),
  ];
}
