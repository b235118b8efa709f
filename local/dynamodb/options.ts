import type { Keys } from '../kms.ts';
import type { Random } from '../random.ts';
import { documentedRates, type Rates } from './quotas.ts';

/** `stuck`: CREATING for ever. `vanishes`: gone when it would have become AVAILABLE. DynamoDB knows no FAILED. */
export type Fate = 'available' | 'stuck' | 'vanishes';

export interface BackupRequest {
  account: string;
  region: string;
  tableName: string;
  backupName: string;
  itemCount: number;
  bytes: number;
}

export interface RestoreRequest {
  kind: 'backup' | 'point-in-time';
  account: string;
  /** Of the new table. */
  region: string;
  sourceTableName: string;
  targetTableName: string;
  itemCount: number;
  bytes: number;
}

export interface TransferRequest {
  account: string;
  region: string;
  tableName: string;
  bytes: number;
}

/** Durations are in ms of the clock. */
export interface Settings {
  /** How long a new backup is CREATING. */
  backupMs(backup: BackupRequest, random: Random): number;
  backupFate(backup: BackupRequest): Fate;
  /** How long a new backup is missing in ListBackups, whose consistency is not documented. */
  listLagMs: number;
  /** How long a restored table is CREATING; for ever when infinite. */
  restoreMs(restore: RestoreRequest, random: Random): number;
  /** For how long DescribeTable does not find a table whose restore was accepted. */
  restoreHiddenMs(restore: RestoreRequest, random: Random): number;
  /** What a second restore to the same name is told while the first one runs; the documentation allows both. */
  restoringRefusal: 'TableInUseException' | 'TableAlreadyExistsException';
  /** How long an export is IN_PROGRESS; it has written `_started` after a tenth of it. */
  exportMs(exported: TransferRequest, random: Random): number;
  /** How long an import is IN_PROGRESS. Its bytes are not known before. */
  importMs(imported: TransferRequest, random: Random): number;
  createTableMs: number;
  updateTableMs: number;
  deleteTableMs: number;
  /** From ACTIVE until backups of a new table are possible; 3 to 6 s were seen at AWS. */
  continuousBackupsMs: number;
  /** How often expired items are deleted; AWS says only "within a few days". */
  timeToLiveSweepMs: number;
  /** How long Kinesis destinations and contributor insights are on their way. */
  settingMs: number;
  /** How long a replica is CREATING or DELETING. */
  replicaMs: number;
  /** Regions that replicas can be in: those that every account has without asking. */
  enabledRegions: string[];
  rates: Rates;
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
  simultaneousTableOperations: number;
  simultaneousIndexedTables: number;
  tables: number;
  simultaneousRestores: number;
  simultaneousExports: number;
  simultaneousImports: number;
  /** The customer's keys; without them any key is taken for good. */
  keys: Keys;
  /** The account's Kinesis streams; without them any stream is taken for good. */
  streams?: { isActive(arn: string): boolean };
}

export type Options = Partial<Settings>;

/** Log-normal around 3.5 s, from 2 to 8 s. */
function backupMs(_backup: BackupRequest, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.number())) * Math.cos(2 * Math.PI * random.number());
  return Math.round(Math.min(8000, Math.max(2000, 3500 * Math.exp(0.4 * normal))));
}

/**
 * Log-normal around five minutes, and an hour for each 50 GB: 95 % of AWS's customers wait less than an hour. A point in
 * time takes 20 minutes at least, however small the table.
 */
function restoreMs({ kind, bytes }: RestoreRequest, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.number())) * Math.cos(2 * Math.PI * random.number());
  const takes = 5 * minuteMs * Math.exp(0.7 * normal) + (bytes / 50e9) * 60 * minuteMs;
  return Math.round(kind === 'point-in-time' ? 20 * minuteMs + takes : takes);
}

/** Small tables were seen to take 10 to 12 minutes at AWS; how size counts is ours: an hour for each 250 GB. */
const transferMs = ({ bytes }: TransferRequest, random: Random): number =>
  Math.round((10 + 2 * random.number()) * minuteMs + (bytes / 250e9) * 60 * minuteMs);

const minuteMs = 60_000;

/** https://docs.aws.amazon.com/general/latest/gr/rande-manage.html */
const enabledRegions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
];

export const settingsOf = ({ rates, ...options }: Options, keys: Keys): Settings => ({
  backupMs,
  backupFate: () => 'available',
  listLagMs: 0,
  restoreMs,
  restoreHiddenMs: (_restore, random) => 1000 + Math.round(9000 * random.number()),
  restoringRefusal: 'TableInUseException',
  exportMs: transferMs,
  importMs: transferMs,
  createTableMs: 4000,
  updateTableMs: 4000,
  deleteTableMs: 3000,
  continuousBackupsMs: 4000,
  timeToLiveSweepMs: 600_000,
  settingMs: 3000,
  replicaMs: 60_000,
  enabledRegions,
  simultaneousTableOperations: 500,
  simultaneousIndexedTables: 250,
  tables: 2500,
  simultaneousRestores: 50,
  simultaneousExports: 300,
  simultaneousImports: 50,
  keys,
  ...options,
  rates: { ...documentedRates, ...rates },
});
