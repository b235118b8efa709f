/** In DynamoDB's own words, as they go back into a restore call. */
export interface KeyElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

export interface Projection {
  ProjectionType?: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  NonKeyAttributes?: string[];
}

export interface Throughput {
  read: number;
  write: number;
}

/** On-demand limits; absent: none. */
export interface Limits {
  read?: number;
  write?: number;
}

export interface IndexShape {
  name: string;
  keys: KeyElement[];
  projection: Projection;
  throughput?: Throughput;
  limits?: Limits;
}

/** What DescribeTable says of a table, and DescribeBackup of the table as it was. */
export interface TableShape {
  name: string;
  id: string;
  arn: string;
  /** Epoch ms. */
  createdAt: number;
  keys: KeyElement[];
  billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  throughput: Throughput;
  limits?: Limits;
  /** Undefined: not known, as of SYSTEM backups. */
  globalIndexes?: IndexShape[];
  localIndexes?: IndexShape[];
  /** KMS key, customer's or AWS's; absent: the key that AWS owns. */
  keyArn?: string;
  stream?: { viewType: string };
  timeToLive?: { attribute: string };
  sizeBytes: number;
  itemCount: number;
}

/** A living table. */
export interface LivingTable extends TableShape {
  status: string;
  streamArn?: string;
  /** Whence it was restored, if it was. Instants are epoch ms. */
  restoredFrom?: { backupArn?: string; tableArn?: string; at: number };
}

export interface ListedBackup {
  backupArn: string;
  backupName: string;
  tableName: string;
  tableId: string;
  type: 'USER' | 'SYSTEM' | 'AWS_BACKUP';
  status: string;
  createdAt: number;
}

/** A backup with what it knows of its table; of a SYSTEM backup that is little. */
export interface FullBackup extends ListedBackup {
  /** Absent: AWS does not say it. */
  sizeBytes?: number;
  itemCount?: number;
  table: TableShape;
}

/** The window of point-in-time recovery, epoch ms; without it, it is switched off. */
export interface Window {
  earliest: number;
  latest: number;
}

/** The AWS call that starts a restore, word for word: fixed when the task is accepted. */
export type StartCall =
  | {
      operation: 'RestoreTableFromBackup';
      input: Record<string, unknown> & { TargetTableName: string; BackupArn: string };
    }
  | {
      operation: 'RestoreTableToPointInTime';
      /** Epoch ms: the plan is plain JSON. */
      at: number;
      input: Record<string, unknown> & { TargetTableName: string; SourceTableArn: string };
    };

/** An item's key in DynamoDB's typed JSON. */
export type ItemKey = Record<string, { S: string } | { N: string } | { B: string }>;

/** DynamoDB of one target with the rights of the restoring role. */
export interface RestoreCalls {
  /** Undefined when there is none of that name. */
  describeTable(name: string): Promise<LivingTable | undefined>;
  timeToLiveOf(name: string): Promise<{ attribute: string } | undefined>;
  /** Undefined when AWS does not know it. */
  describeBackup(backupArn: string): Promise<FullBackup | undefined>;
  /** Backups of all types of all tables that have or had the name; a page. */
  listBackups(tableName: string, after?: string): Promise<{ backups: ListedBackup[]; next?: string }>;
  /** Undefined when point-in-time recovery is off; of a table that is there. */
  recoveryWindow(name: string): Promise<Window | undefined>;
  /**
   * Starts the restore: one attempt. Answers with the new table's id.
   * @throws FencedError when the signature's own stamp is later than `notAfter` (epoch ms): nothing was sent.
   */
  start(call: StartCall, notAfter: number): Promise<{ tableId: string; createdAt: number }>;
  hasItem(table: string, key: ItemKey): Promise<boolean>;
  /** Counts a page of a parallel scan, eventually consistent. */
  countPage(
    table: string,
    segment: { of: number; number: number; after?: ItemKey },
  ): Promise<{ items: number; next?: ItemKey; units: number }>;
}
