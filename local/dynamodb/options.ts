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

/** Durations are in ms of the clock. */
export interface Settings {
  /** How long a new backup is CREATING. */
  backupMs(backup: BackupRequest, random: Random): number;
  backupFate(backup: BackupRequest): Fate;
  /** How long a new backup is missing in ListBackups, whose consistency is not documented. */
  listLagMs: number;
  createTableMs: number;
  updateTableMs: number;
  deleteTableMs: number;
  /** From ACTIVE until backups of a new table are possible; 3 to 6 s were seen at AWS. */
  continuousBackupsMs: number;
  /** How often expired items are deleted; AWS says only "within a few days". */
  timeToLiveSweepMs: number;
  rates: Rates;
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
  simultaneousTableOperations: number;
  simultaneousIndexedTables: number;
  tables: number;
  /** The customer's keys; without them any key is taken for good. */
  keys: Keys;
}

export type Options = Partial<Settings>;

/** Log-normal around 3.5 s, from 2 to 8 s. */
function backupMs(_backup: BackupRequest, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.number())) * Math.cos(2 * Math.PI * random.number());
  return Math.round(Math.min(8000, Math.max(2000, 3500 * Math.exp(0.4 * normal))));
}

export const settingsOf = ({ rates, ...options }: Options, keys: Keys): Settings => ({
  backupMs,
  backupFate: () => 'available',
  listLagMs: 0,
  createTableMs: 4000,
  updateTableMs: 4000,
  deleteTableMs: 3000,
  continuousBackupsMs: 4000,
  timeToLiveSweepMs: 600_000,
  simultaneousTableOperations: 500,
  simultaneousIndexedTables: 250,
  tables: 2500,
  keys,
  ...options,
  rates: { ...documentedRates, ...rates },
});
