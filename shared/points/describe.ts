import { createHash } from 'node:crypto';
import { iso } from '../clock.ts';
import { adHoc } from '../names.ts';
import { contentAt } from '../retention/rules.ts';
import { keyArnOf } from '../run/facts.ts';
import type { Backup, BackupState } from '../run.ts';
import { isUnread, type Setting, type TableSettings } from '../settings/settings.ts';
import { settingsWithHashes } from '../settings/store.ts';
import { targetKey } from '../target.ts';
import { pointId } from './id.ts';
import type { Reader } from './known.ts';
import { type JobType, jobTypeOf } from './order.ts';
import { regionName } from './regions.ts';

/** A restore point with every field of the documented example; `null`: it was not written down when the backup was made. */
export interface Point {
  /** `null` for backups by request over tables. */
  policyName: string | null;
  id: string;
  /** AWS's id of the table. */
  dynamoDbId: string;
  /** The same for all restore points of one table and plan. */
  backupId: string;
  /** Of the table. */
  name: string;
  regionName: string;
  regionDisplayName: string;
  jobType: JobType;
  hasManualBackup: boolean;
  createTimeUtc: string;
  /** When it was seen AVAILABLE. */
  completedTimeUtc: string | null;
  status: BackupState;
  /** Provisioned, when the run selected the table; 0 on demand. */
  writeCapacityUnits: number | null;
  readCapacityUnits: number | null;
  tableClass: 'Standard' | 'StandardInfrequentAccess' | null;
  deletionProtection: boolean | null;
  pointInTimeRecovery: boolean | null;
  ttlAttribute: string | null;
  /** Bytes. */
  size: number | null;
  /** It belongs to no plan. */
  isStandalone: boolean;
  itemCount: number | null;
  resourceAwsAccountId: string;
  restorePointAwsAccountId: string;
  /** ARN of the customer key; `null` also for a key of AWS. */
  encryptionKey: string | null;
}

/** In the same order, with the settings that go with each: one more read for each content of settings. */
export async function describePoints(world: Pick<Reader, 'catalog'>, backups: Backup[]): Promise<Point[]> {
  const hashes = backups.flatMap(({ settings }) => (settings ? [settings.hash] : []));
  const settings = await settingsWithHashes(world, hashes);
  return backups.map((backup) => pointOf(backup, settings.get(backup.settings?.hash ?? '')));
}

function pointOf(backup: Backup, settings: TableSettings | undefined): Point {
  const { plan, target, tableId, tableName, state, endedAt, sizeBytes, facts } = backup;
  const { account, region } = target;
  const isManual = plan === adHoc;
  return {
    policyName: isManual ? null : plan,
    id: pointId(backup),
    dynamoDbId: tableId,
    backupId: chainId(backup),
    name: tableName,
    regionName: region,
    regionDisplayName: regionName(region),
    jobType: jobTypeOf(plan),
    hasManualBackup: isManual,
    createTimeUtc: iso(contentAt(backup)),
    completedTimeUtc: endedAt === undefined ? null : iso(endedAt),
    status: state,
    writeCapacityUnits: facts?.write ?? null,
    readCapacityUnits: facts?.read ?? null,
    ...settingsOf(settings),
    size: sizeBytes ?? null,
    isStandalone: isManual,
    itemCount: facts?.itemCount ?? null,
    resourceAwsAccountId: account,
    restorePointAwsAccountId: account,
    encryptionKey: encryptionKeyOf(backup) ?? null,
  };
}

function settingsOf(settings: TableSettings | undefined) {
  const read = <Value, Shown>(name: keyof TableSettings, show: (value: Value | undefined) => Shown): Shown | null => {
    const setting = settings?.[name] as Setting<Value> | undefined;
    return settings === undefined || isUnread(setting) ? null : show(setting ?? undefined);
  };
  return {
    tableClass: read('tableClass', (value) => (value === undefined ? 'Standard' : 'StandardInfrequentAccess')),
    deletionProtection: read('deletionProtection', (value) => value === true),
    pointInTimeRecovery: read('pointInTimeRecovery', (value) => value !== undefined),
    ttlAttribute: read<{ attribute: string }, string | null>('timeToLive', (value) => value?.attribute ?? null),
  } as const;
}

/** ARN of the key in KMS, the customer's or AWS's, that the table had when the run selected it. */
export function encryptionKeyOf({ facts, target, backupArn = '' }: Backup): string | undefined {
  const partition = backupArn.split(':')[1] || 'aws';
  return facts && keyArnOf(facts, target, partition);
}

/** A uuid of version 8 (RFC 9562) made of table, plan and target. */
function chainId({ target, plan, tableId }: Backup): string {
  const hex = createHash('sha256')
    .update(`${targetKey(target)}#${plan}#${tableId}`)
    .digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5');
}
