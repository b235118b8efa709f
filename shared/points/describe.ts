import type { Backup } from '../run.ts';
import type { Reader } from './known.ts';
import type { JobType } from './order.ts';

/** A restore point as the list and the single answer show it; `null`: it was not written down when the backup was made. */
export interface Point {
  /** `null` for backups by request over tables. */
  policyName: string | null;
  id: string;
  dynamoDbId: string;
  backupId: string;
  /** Of the table. */
  name: string;
  regionName: string;
  regionDisplayName: string;
  jobType: JobType;
  hasManualBackup: boolean;
  createTimeUtc: string;
  completedTimeUtc: string | null;
  status: string;
  writeCapacityUnits: number | null;
  readCapacityUnits: number | null;
  tableClass: 'Standard' | 'StandardInfrequentAccess' | null;
  deletionProtection: boolean | null;
  pointInTimeRecovery: boolean | null;
  ttlAttribute: string | null;
  size: number | null;
  isStandalone: boolean;
  itemCount: number | null;
  resourceAwsAccountId: string;
  restorePointAwsAccountId: string;
  encryptionKey: string | null;
}

/** With its table's settings: one more read each for those that differ. */
export declare function describePoints(world: Reader, backups: Backup[]): Promise<Point[]>;
