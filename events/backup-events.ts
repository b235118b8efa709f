import * as z from 'zod/mini';
import { account, type DetailOf, fact, instant, planName, region, runId, tableName } from './contract.ts';

const ofATable = { run: runId, plan: planName, account, region, table: tableName, tableId: z.string() };
const ofABackup = { ...ofATable, backupArn: z.string(), backupName: z.string() };
/** Which settings of the table belong to the backup: SHA-256 of their canonical JSON, and when they were read. */
const settings = z.optional(z.object({ hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)), capturedAt: instant }));
const bytes = z.optional(z.number().check(z.int(), z.nonnegative()));

export const BackupCompleted = fact(
  'Backup Completed',
  { sentBy: 'take-backups', heardBy: 'whoever builds on backups', when: 'a backup has been seen AVAILABLE' },
  { ...ofABackup, requestedAt: instant, availableAt: instant, sizeBytes: bytes, settings },
);

export const BackupFailed = fact(
  'Backup Failed',
  {
    sentBy: 'take-backups',
    heardBy: '(counted in Run Completed)',
    when: 'a selected table has no backup from this run, for good',
  },
  { ...ofATable, error: z.string(), nextRunAt: z.optional(instant) },
);

export const BackupSkipped = fact(
  'Backup Skipped',
  { sentBy: 'take-backups', heardBy: '', when: 'a selected table was deleted before its backup was taken' },
  { ...ofATable, reason: z.string() },
);

export const BackupRecovered = fact(
  'Backup Recovered',
  {
    sentBy: 'audit',
    heardBy: 'whoever builds on backups',
    when: 'a backup that was given up at the deadline has turned up AVAILABLE',
  },
  { ...ofABackup, availableAt: instant, sizeBytes: bytes },
);

export const BackupDeleted = fact(
  'Backup Deleted',
  { sentBy: 'apply-retention', heardBy: 'the auditor', when: 'retention has deleted a backup' },
  { ...ofABackup, createdAt: instant, reason: z.string() },
);

export const BackupVanished = fact(
  'Backup Vanished',
  {
    sentBy: 'audit, apply-retention',
    heardBy: '(counted in Protection Changed)',
    when: 'a backup of ours is not at AWS any more and we did not delete it',
  },
  { ...ofABackup, createdAt: instant },
);

export const BackupUnrecognised = fact(
  'Backup Unrecognised',
  {
    sentBy: 'audit',
    heardBy: '(counted in Protection Changed)',
    when: 'a backup has a name like ours and is not in the ledger: it counts for no rule and is never deleted',
  },
  { account, region, backupArn: z.string(), backupName: z.string(), table: tableName, createdAt: instant },
);

export type BackupCompleted = DetailOf<typeof BackupCompleted>;
export type BackupFailed = DetailOf<typeof BackupFailed>;
export type BackupSkipped = DetailOf<typeof BackupSkipped>;
export type BackupRecovered = DetailOf<typeof BackupRecovered>;
export type BackupDeleted = DetailOf<typeof BackupDeleted>;
export type BackupVanished = DetailOf<typeof BackupVanished>;
export type BackupUnrecognised = DetailOf<typeof BackupUnrecognised>;
