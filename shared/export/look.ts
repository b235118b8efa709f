import type { ExportRequest } from '../../events/export-request.ts';
import type { Window } from '../restore/calls.ts';
import type { Target } from '../target.ts';
import { accountsOf, readable } from '../task/looking.ts';
import { inSlots, withoutSlots } from '../task/paced.ts';
import { exportsToS3, queueOf } from '../task/queue.ts';
import type { Mistake } from '../task/task.ts';
import type { World } from '../world.ts';
import type { ExportBucket } from './buckets.ts';
import type { ExportedTable } from './calls.ts';
import { type Overlap, overlapOf, spanOf } from './overlap.ts';

/** What was found of what a request names. */
export interface Found {
  request: ExportRequest;
  /** Epoch ms. */
  now: number;
  mistakes: Mistake[];
  target: Target;
  tableName: string;
  table?: ExportedTable;
  /** Absent while recovery is off. */
  window?: Window;
  allowed: ExportBucket[];
  /** Of those that are allowed. */
  bucket?: ExportBucket;
  bucketState?: 'there' | 'missing';
  /** Of the key that is named, where it can be looked at. */
  keyState?: string;
  /** Another export of the same. */
  overlap?: Overlap;
  queue: { running: number; waiting: number };
}

/** Reads everything that the plan of an export is made of. Only reads. */
export async function look(world: World, request: ExportRequest, task: string): Promise<Found> {
  const { target, tableName } = placeOf(world, request);
  const allowed = world.options.exportBuckets;
  const queue = { running: 0, waiting: 0 };
  const found: Found = { request, now: world.clock.now(), mistakes: [], target, tableName, allowed, queue };
  const bucket = allowed.find(({ name }) => name === request.destination.bucket);
  if (bucket !== undefined) found.bucket = bucket;
  const accounts = accountsOf(world);
  if (!accounts.includes(target.account)) {
    found.mistakes.push({
      field: request.source.tableArn === undefined ? 'source.account' : 'source.tableArn',
      problem: `It belongs to the account ${target.account}, and the deployment knows only ${accounts.join(', ')}.`,
      remedy: 'Ask the Tablekeep of that account, or add the account to the targets of a plan and deploy.',
    });
    return found;
  }
  await lookAtTable(world, found);
  if (bucket !== undefined) await lookAtBucket(world, found, bucket);
  await lookAtKey(world, found);
  await lookForOverlap(world, found, task);
  found.queue = await queueOf(world, exportsToS3, target);
  return found;
}

/** As the ARN says, as the request says, or at home. */
function placeOf({ hub }: World, { source }: ExportRequest): { target: Target; tableName: string } {
  const [, , , region, account, resource] = source.tableArn?.split(':') ?? [];
  return {
    target: {
      account: account ?? source.account ?? hub.account,
      region: region ?? source.region ?? hub.region,
    },
    tableName: resource?.slice('table/'.length) ?? source.table ?? '',
  };
}

async function lookAtTable(world: World, found: Found): Promise<void> {
  const calls = world.exports(found.target);
  await readable(found.mistakes, { field: 'source', role: 'exporting' }, async () => {
    const table = await calls.describeTable(found.tableName);
    if (table === undefined) return;
    found.table = table;
    const paced = found.request.dryRun ? withoutSlots(world) : inSlots(world, found.target);
    const window = await paced('DescribeContinuousBackups', () => calls.recoveryWindow(found.tableName));
    if (window !== undefined) found.window = window;
  });
}

/** S3 answers the same to whom it does not let in and to whom expects another owner. */
async function lookAtBucket(world: World, found: Found, bucket: ExportBucket): Promise<void> {
  try {
    found.bucketState = (await world.objects(found.target).hasBucket(bucket)) ? 'there' : 'missing';
  } catch (error) {
    if (!(error instanceof Error) || !/^AccessDenied/.test(error.name)) throw error;
    found.mistakes.push({
      field: 'destination.bucket',
      problem: `The bucket ${bucket.name} belongs to another account than ${bucket.owner}, or does not let the exporting role in.`,
      remedy: `Correct its owner in the deployment's parameter exportBuckets, or allow the role in the bucket's policy (docs/decisions/0006).`,
    });
  }
}

async function lookForOverlap(world: World, found: Found, task: string): Promise<void> {
  const span = found.table && spanOf(found.request, found.table);
  const overlap = span && (await overlapOf(world, span, task));
  if (overlap !== undefined) found.overlap = overlap;
}

/** A key of another account may be used without being seen: AWS says when it cannot. */
async function lookAtKey(world: World, found: Found): Promise<void> {
  const { keyArn } = found.request.destination.encryption ?? {};
  if (keyArn === undefined) return;
  const [, , , region = found.target.region, account = found.target.account] = keyArn.split(':');
  if (account !== found.target.account) return;
  const field = { field: 'destination.encryption.keyArn', role: 'exporting' };
  const key = await readable(found.mistakes, field, () =>
    world.keys({ account, region }, 'export').describeKey(keyArn),
  );
  if (key !== undefined) found.keyState = key.state;
}
