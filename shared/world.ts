import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { Contract, DetailOf } from '../events/contract.ts';
import type { SettingsApi } from './aws/settings.ts';
import type { Clock, Random } from './clock.ts';
import type { ExportBucket } from './export/buckets.ts';
import type { ExportCalls } from './export/calls.ts';
import type { ImportCalls } from './import/calls.ts';
import type { Plan } from './plan.ts';
import type { ExportsPlan } from './plans/exports.ts';
import type { Quotas } from './quotas.ts';
import type { RestoreCalls } from './restore/calls.ts';
import type { Target } from './target.ts';

/** Everything a function needs from outside itself. Made in one place for Lambda, and by each test for itself. */
export interface World {
  clock: Clock;
  random: Random;
  installation: string;
  /** Where the service is deployed. */
  hub: Target;
  plans: ReadonlyMap<string, Plan>;
  exportPlans: ReadonlyMap<string, ExportsPlan>;
  options: Options;
  catalog: Catalog;
  /** A target's DynamoDB with the rights of one capability: our own role at home, an assumed role elsewhere. */
  dynamodb(target: Target, capability: Capability): DynamoDb;
  /** Signs in anew at the next `dynamodb` of that target and capability: AWS refused the session. */
  renewCredentials(target: Target, capability: Capability): void;
  /** The same for restoring; its capability is `restore`. */
  restores(target: Target): RestoreCalls;
  /** The same for exporting; its capability is `export`. */
  exports(target: Target): ExportCalls;
  /** The same for importing; its capability is `import`. */
  imports(target: Target): ImportCalls;
  /** ARN of the role that imports there: whom a table lets write while it is being filled. */
  importer(target: Target): string;
  /** The buckets that exports are written to, as the role of that capability in that target sees them. */
  objects(target: Target, capability?: 'export' | 'import'): Objects;
  /** What reads and puts back the settings of tables, with the rights of that capability: `read` reads only. */
  settingsApi(target: Target, capability: Capability): SettingsApi;
  quotas: Quotas;
  tagging(target: Target): Tagging;
  keys(target: Target, capability?: Capability): Keys;
  queues: Queues;
  facts: Facts;
  /** The bus of requests; of our API only. */
  requests: Requests;
  logger: Logger;
  metrics: Metrics;
}

/** Each has a role of its own in every account. Later: replace. */
export type Capability = 'read' | 'backup' | 'retain' | 'restore' | 'export' | 'import';

/** What the deployment sets. */
export interface Options {
  /** The catalog's table name. */
  catalog: string;
  /** Runs (plan × target) at once; others wait in the catalog. */
  maxRuns: number;
  /** How long a stricter keep waits before it acts. 72 h. */
  graceMs: number;
  /** The settings of a table are captured at most so often, unless they are seen to have changed; 0 or absent: never. */
  settingsEveryMs?: number;
  /** URLs of the dead-letter queues that the audit reads. */
  deadLetterQueues: string[];
  /** Exports go to these buckets only. */
  exportBuckets: ExportBucket[];
  /** That every account belongs to (`o-…`); absent when the deployment names none. */
  organisation?: string;
}

/** One running invocation of a function. */
export interface Invocation {
  /** Lambda's request id: names the driver of a lease. */
  id: string;
  /** When Lambda ends it, epoch ms. */
  endsAt: number;
}

export type Item = Record<string, unknown>;
export interface Key {
  pk: string;
  sk: string;
}

/** Update and condition of a conditional write, in DynamoDB's expression language; values are plain JavaScript. */
export interface Change {
  update: string;
  condition?: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

/** What a conditional write came to: the item as it is now, or, when refused, as it was found (undefined: no item). */
export type Written = { done: true; item: Item } | { done: false; found: Item | undefined };

/** The catalog table. Reads are strongly consistent unless of the index; it throws only when DynamoDB does. */
export interface Catalog {
  get(key: Key): Promise<Item | undefined>;
  getAll(keys: Key[]): Promise<Item[]>;
  update(key: Key, change: Change): Promise<Written>;
  put(item: Item & Key, condition?: Omit<Change, 'update'>): Promise<Written>;
  remove(key: Key): Promise<void>;
  /** Items of a partition by the prefix or range of their sort key, in its order, page by page. */
  query(range: Range): AsyncIterable<Item>;
  /** Items due at `now` or before, oldest first, by the sparse index: keys and `dueAt`. */
  due(now: number, limit: number): Promise<(Key & { dueAt: number })[]>;
}

export interface Range {
  pk: string;
  /** Sort keys that begin so; or, with `from`, those from it on that begin so. */
  prefix: string;
  from?: string;
  /** The last sort key, whatever it begins with. */
  until?: string;
  /** Newest first. */
  backwards?: boolean;
  limit?: number;
}

export interface TableListing {
  names: string[];
  /** Where the next page begins; undefined after the last. */
  next?: string;
}

export interface TableDescription {
  name: string;
  id: string;
  arn: string;
  status: string;
  /** A restore is making it: until it is ACTIVE, which takes 5 to 60 minutes, nothing can be asked of it. */
  isBeingRestored: boolean;
  createdAt: number;
  sizeBytes: number;
  itemCount: number;
  /** Provisioned units a second; 0 on demand. Absent where AWS did not say. */
  capacity?: { read: number; write: number };
  /** ARN of the customer key, if it has one. */
  keyArn?: string;
}

export interface BackupSummary {
  backupArn: string;
  backupName: string;
  tableName: string;
  tableId: string;
  status: 'CREATING' | 'AVAILABLE' | 'DELETED';
  createdAt: number;
  sizeBytes?: number;
}

export interface BackupListing {
  backups: BackupSummary[];
  next?: string;
}

/** DynamoDB of one target as the service uses it. One attempt each, no SDK retry, except where reads are safe to repeat. */
export interface DynamoDb {
  listTables(after?: string): Promise<TableListing>;
  describeTable(name: string): Promise<TableDescription>;
  /** An import is making it: like a restore, it takes its time. */
  isBeingImported(tableArn: string): Promise<boolean>;
  /**
   * @throws FencedError when the signature's own stamp is later than `notAfter` (epoch ms): nothing was sent.
   */
  createBackup(
    tableName: string,
    backupName: string,
    notAfter: number,
  ): Promise<{ backupArn: string; createdAt: number }>;
  /** USER backups created from `from` on and before `until` (epoch ms). 100 a page. */
  listBackups(window: { from: number; until: number; after?: string; tableName?: string }): Promise<BackupListing>;
  /** Undefined when AWS does not know it. */
  describeBackup(backupArn: string): Promise<BackupSummary | undefined>;
  /** @throws FencedError as above. */
  deleteBackup(backupArn: string, notAfter: number): Promise<void>;
}

export interface Tagging {
  /** Tables of the target that have tags, with all of them; 100 a page. */
  taggedTables(): AsyncIterable<{ arn: string; tags: Record<string, string> }>;
}

export interface Keys {
  /** `Enabled`, `Disabled`, `PendingDeletion` …, and whether AWS manages it; undefined when we may not look. */
  describeKey(arn: string): Promise<{ state: string; deletionAt?: number; isOfAws?: true } | undefined>;
}

/** Objects of S3. Each call says whose bucket it expects: S3 refuses when it is another's. */
export interface Objects {
  /** Undefined when there is no such bucket. */
  hasBucket(bucket: ExportBucket): Promise<true | undefined>;
  /** The bytes as they are asked for, from `from` (inclusive) until `until` (exclusive); undefined when there is none. */
  open(
    bucket: ExportBucket,
    key: string,
    range?: { from?: number; until?: number },
  ): Promise<{ body: AsyncIterable<Uint8Array>; bytes: number } | undefined>;
  /** Everything whose key begins so, a page of 1,000 after the other; ETags without quotes. */
  list(bucket: ExportBucket, prefix: string): AsyncIterable<{ key: string; etag: string; bytes: number }>;
  /**
   * Puts a JSON object where there is none, or where there is the very same.
   * @throws PermanentError when another one is there: nothing is written over.
   */
  putOnce(bucket: ExportBucket, key: string, content: object): Promise<void>;
}

export interface Queues {
  receive(queueUrl: string): Promise<{ body: string; attributes: Record<string, string>; receipt: string }[]>;
  remove(queueUrl: string, receipt: string): Promise<void>;
}

/** The bus of facts. */
export interface Facts {
  /** Puts up to any number of facts of one kind, ten a call; throws unless every one was taken. */
  publish<Any extends Contract<unknown>>(contract: Any, details: Fact<Any>[]): Promise<void>;
}

/** The bus of requests. */
export interface Requests {
  /** Puts a request, checked by its contract; answers with the id and the time (epoch ms) of its event. */
  put<Detail>(contract: Contract<Detail>, detail: Detail): Promise<{ id: string; at: number }>;
}

/** The detail of a fact without what the publisher adds (`installation`); `id` and `sentence` are the sender's. */
export type Fact<Any extends Contract<unknown>> = Omit<DetailOf<Any>, 'installation'>;
