import type { Call, Core } from '../service.ts';
import { BackupList } from './backup-list.ts';
import type { KeySchemaElement, Schema } from './dynalite.ts';
import type { Items, Snapshot } from './items.ts';
import type { Settings } from './options.ts';
import { Quotas } from './quotas.ts';
import type { StreamLog } from './stream-log.ts';
import type { WriteLog } from './write-log.ts';

export interface Throughput {
  ReadCapacityUnits: number;
  WriteCapacityUnits: number;
}

export interface OnDemandThroughput {
  MaxReadRequestUnits?: number;
  MaxWriteRequestUnits?: number;
}

export interface Projection {
  ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  NonKeyAttributes?: string[];
}

export interface LocalIndex {
  IndexName: string;
  KeySchema: KeySchemaElement[];
  Projection: Projection;
}

/** What a table or an index was told to be able to take at once. */
export interface WarmThroughput {
  ReadUnitsPerSecond?: number;
  WriteUnitsPerSecond?: number;
}

export interface GlobalIndex extends LocalIndex {
  throughput: Throughput;
  onDemand?: OnDemandThroughput;
  warm?: WarmThroughput;
  status: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE';
}

/** Where a table came from. The summary stays for the table's life. */
export interface Restored {
  /** Absent for a restore to a point in time. */
  backupArn?: string;
  tableArn: string;
  /** The instant that the content is of, epoch ms. */
  contentAt: number;
  isInProgress: boolean;
  /** Until then nobody sees the table, although its name is taken. */
  hiddenUntil: number;
}

/** A Kinesis stream that a table's changes are to go to; nothing is sent. */
export interface KinesisDestination {
  streamArn: string;
  status: 'ENABLING' | 'ACTIVE' | 'DISABLING' | 'DISABLED' | 'UPDATING';
  precision: string;
}

/** Contributor insights of a table or of one of its indexes. */
export interface Insights {
  status: 'ENABLING' | 'ENABLED' | 'DISABLING' | 'DISABLED';
  mode: string;
  changedAt: number;
}

/** A replica as the table of its origin knows it; there is no table in the other Region. */
export interface Replica {
  region: string;
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  keyArn?: string;
  throughput?: { ReadCapacityUnits?: number };
  onDemand?: { MaxReadRequestUnits?: number };
  tableClass?: string;
  indexes?: object[];
}

/** A table with everything that DynamoDB knows of it. Instants are epoch ms. */
export interface Table {
  name: string;
  id: string;
  arn: string;
  createdAt: number;
  status: 'CREATING' | 'UPDATING' | 'DELETING' | 'ACTIVE';
  keys: KeySchemaElement[];
  attributes: Schema['AttributeDefinitions'];
  localIndexes: LocalIndex[];
  globalIndexes: GlobalIndex[];
  isOnDemand: boolean;
  /** When it last became on demand; absent for a table that never was. */
  onDemandSince?: number;
  throughput: Throughput;
  onDemand?: OnDemandThroughput;
  stream?: { viewType: string; label: string };
  /** The latest stream's label stays after the stream was disabled. */
  streamLabel?: string;
  /** Absent: encrypted with the key that AWS owns. */
  keyArn?: string;
  tableClass?: string;
  isProtected: boolean;
  tags: Map<string, string>;
  policy?: string;
  policyRevision?: string;
  restored?: Restored;
  warm?: WarmThroughput;
  kinesis: KinesisDestination[];
  /** By the index's name; the table's own under the empty name. */
  insights: Map<string, Insights>;
  replicas: Replica[];
  /** Set while the table has replicas. */
  consistency?: string;
  /** When a replica was last added from here: for a day this table cannot be deleted. */
  replicatedAt?: number;
  timeToLive?: { attribute: string; isEnabled: boolean; changedAt: number };
  pointInTime?: { since: number; days: number; log: WriteLog };
  /** From then on backups and point-in-time recovery can be asked for. */
  backupsFrom: number;
  items: Items;
  indexRows: Map<string, Items>;
}

/** What DynamoDB keeps of a table's settings in a backup; the rest is lost with the table. */
export type BackedUp = Omit<
  Table,
  | 'status'
  | 'streamLabel'
  | 'tableClass'
  | 'isProtected'
  | 'tags'
  | 'policy'
  | 'policyRevision'
  | 'restored'
  | 'warm'
  | 'kinesis'
  | 'insights'
  | 'replicas'
  | 'consistency'
  | 'replicatedAt'
  | 'pointInTime'
  | 'backupsFrom'
  | 'items'
  | 'indexRows'
>;

/** A backup, with all that a restore needs. */
export interface Backup {
  arn: string;
  /** `0<epoch ms>-<8 hex>`: the end of the ARN, in the order of creation. */
  id: string;
  name: string;
  type: 'USER' | 'SYSTEM';
  status: 'CREATING' | 'AVAILABLE';
  createdAt: number;
  expiresAt?: number;
  table: BackedUp;
  snapshot: Snapshot;
}

/** DynamoDB in one account and Region. */
export class Region {
  readonly account: string;
  readonly name: string;
  readonly tables = new Map<string, Table>();
  readonly backups = new BackupList();
  /** By ARN. */
  readonly streams = new Map<string, StreamLog>();
  readonly quotas: Quotas;

  constructor(account: string, name: string, settings: Settings) {
    this.account = account;
    this.name = name;
    this.quotas = new Quotas(settings.rates);
  }

  arn(resource: string): string {
    return `arn:aws:dynamodb:${this.name}:${this.account}:${resource}`;
  }
}

/** What every operation works with. */
export interface World {
  core: Core;
  settings: Settings;
  region(of: { account: string; region: string }): Region;
  /** Whether a restore of this backup is running, in whatever Region. */
  isBeingRestored(backup: Backup): boolean;
}

export type Operations = Record<string, (call: Call) => unknown>;
