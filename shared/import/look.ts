import type { ImportRequest } from '../../events/import-request.ts';
import type { ExportBucket } from '../export/buckets.ts';
import type { TableSettings } from '../settings/settings.ts';
import { newestCapture, settingsWithHash, structureKept } from '../settings/store.ts';
import { type Target, targetKey } from '../target.ts';
import { accountsOf, readable } from '../task/looking.ts';
import { importsFromS3, queueOf } from '../task/queue.ts';
import type { Mistake } from '../task/task.ts';
import type { World } from '../world.ts';
import type { FoundTable } from './calls.ts';
import { folderDifferences } from './folder.ts';
import { type Part, placeOfTable } from './parts.ts';
import { type FoundSource, findSource } from './source.ts';
import type { TableStructure } from './structure.ts';

/** What was found of what a request names. */
export interface Found {
  request: ImportRequest;
  mistakes: Mistake[];
  target: Target;
  allowed: ExportBucket[];
  /** Of those that are allowed. */
  bucket?: ExportBucket;
  source?: FoundSource;
  /** The table that has the name already. */
  taken?: FoundTable;
  known: KnownTable;
  /** The key that is named, or that the table had, where it can be looked at. */
  key?: FoundKey;
  queue: { running: number; waiting: number };
}

export interface FoundKey {
  field: string;
  arn: string;
  state: string;
  /** The one that AWS manages for DynamoDB: a table has it without naming it. */
  isOfAws?: true;
}

/** What is known of the table that was exported, beside its items. */
export interface KnownTable {
  structure?: TableStructure;
  settings?: TableSettings;
  /** Epoch ms; absent: of now. */
  capturedAt?: number;
}

/** Reads everything that the plan of an import is made of. Only reads. */
export async function look(world: World, request: ImportRequest): Promise<Found> {
  const { hub, options } = world;
  const target = { account: request.target.account ?? hub.account, region: request.target.region ?? hub.region };
  const allowed = options.exportBuckets;
  const found: Found = { request, mistakes: [], target, allowed, known: {}, queue: { running: 0, waiting: 0 } };
  const bucket = allowed.find(({ name }) => name === request.source.bucket);
  if (bucket !== undefined) found.bucket = bucket;
  const accounts = accountsOf(world);
  if (!accounts.includes(target.account)) {
    found.mistakes.push({
      field: 'target.account',
      problem: `The deployment knows only ${accounts.join(', ')}, not ${target.account}.`,
      remedy: 'Ask the Tablekeep of that account, or add the account to the targets of a plan and deploy.',
    });
    return found;
  }
  const taken = await readable(found.mistakes, { field: 'target.tableName', role: 'importing' }, () =>
    world.imports(target).describeTable(request.target.tableName),
  );
  if (taken !== undefined) found.taken = taken;
  if (bucket !== undefined) await lookAtSource(world, found, bucket);
  if (found.source !== undefined) found.known = await lookAtTable(world, found.source.full.table);
  await lookAtKey(world, found);
  found.queue = await queueOf(world, importsFromS3, target);
  return found;
}

/** S3 answers the same to whom it does not let in and to whom expects another owner. */
async function lookAtSource(world: World, found: Found, bucket: ExportBucket): Promise<void> {
  const objects = world.objects(found.target, 'import');
  try {
    const isThere = await objects.hasBucket(bucket);
    if (isThere === undefined) {
      const problem = `There is no bucket ${bucket.name}.`;
      found.mistakes.push({ field: 'source.bucket', problem, remedy: 'Name another one of exportBuckets.' });
      return;
    }
    const source = await findSource((key) => objects.open(bucket, key), bucket.name, found.request.source);
    if ('mistakes' in source) found.mistakes.push(...source.mistakes);
    else {
      found.source = source;
      const differences = await folderDifferences(objects, bucket, source.full);
      const remedy = 'Name another export, or export the table again.';
      found.mistakes.push(...differences.map((problem) => ({ field: 'source.export', problem, remedy })));
    }
  } catch (error) {
    if (!(error instanceof Error) || !/^AccessDenied/.test(error.name)) throw error;
    found.mistakes.push({
      field: 'source.bucket',
      problem: `The bucket ${bucket.name} belongs to another account than ${bucket.owner}, or does not let the importing role read.`,
      remedy: `Correct its owner in the deployment's parameter exportBuckets, or allow the role in the bucket's policy and the key's (docs/decisions/0008).`,
    });
  }
}

/** As it was captured; else as the living table is, where we may look at it. */
async function lookAtTable(world: World, table: Part['table']): Promise<KnownTable> {
  const { name, ...place } = placeOfTable(table);
  const capture = await newestCapture(world, place, table.id);
  const settings = capture && (await settingsWithHash(world, capture.hash));
  const known: KnownTable = { ...(settings && { settings, capturedAt: capture.capturedAt }) };
  const structure = await structureKept(world, place, table.id);
  if (structure !== undefined) return { ...known, structure };
  if (!accountsOf(world).includes(place.account)) return known;
  // Whoever may not look knows no more than before.
  const living = await readable([], { field: '', role: '' }, () => world.imports(place).structureOf(name));
  return living?.id === table.id ? { ...known, structure: living.structure } : known;
}

/** A key of another account may be used without being seen: AWS says when it cannot. */
async function lookAtKey(world: World, found: Found): Promise<void> {
  const { encryption } = found.request.target;
  const arn = encryption === undefined ? found.known.structure?.keyArn : encryption?.keyArn;
  if (arn === undefined) return;
  const [, , , region = found.target.region, account = found.target.account] = arn.split(':');
  if (account !== found.target.account || region !== found.target.region) return;
  const field = encryption === undefined ? 'target.encryption' : 'target.encryption.keyArn';
  const key = await readable(found.mistakes, { field, role: 'importing' }, () =>
    world.keys({ account, region }, 'import').describeKey(arn),
  );
  if (key !== undefined) found.key = { field, arn, ...key };
}

/** The catalog may not be anybody's target. */
export const isCatalog = ({ options, hub }: World, { target, request }: Found): boolean =>
  request.target.tableName === options.catalog && targetKey(target) === targetKey(hub);
