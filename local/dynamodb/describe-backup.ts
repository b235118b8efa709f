import { encryption } from './describe.ts';
import type { BackedUp, Backup } from './state.ts';
import { describeTimeToLive } from './time-to-live.ts';

export const backupDetails = (backup: Backup) => ({
  BackupArn: backup.arn,
  BackupName: backup.name,
  BackupSizeBytes: backup.snapshot.bytes,
  BackupStatus: backup.status as string,
  BackupType: backup.type,
  BackupCreationDateTime: backup.createdAt / 1000,
  ...(backup.expiresAt !== undefined && { BackupExpiryDateTime: backup.expiresAt / 1000 }),
});

export const backupSummary = (backup: Backup) => ({
  TableName: backup.table.name,
  TableId: backup.table.id,
  TableArn: backup.table.arn,
  ...backupDetails(backup),
});

/** As DescribeBackup answers. A SYSTEM backup says nothing of features, although it has them. */
export const describeBackup = (backup: Backup) => ({
  BackupDetails: backupDetails(backup),
  SourceTableDetails: source(backup),
  SourceTableFeatureDetails: backup.type === 'SYSTEM' ? {} : features(backup.table),
});

const source = ({ table, snapshot }: Backup) => ({
  TableName: table.name,
  TableId: table.id,
  TableArn: table.arn,
  TableSizeBytes: snapshot.bytes,
  KeySchema: table.keys,
  TableCreationDateTime: table.createdAt / 1000,
  ProvisionedThroughput: table.throughput,
  ...(table.onDemand && { OnDemandThroughput: table.onDemand }),
  ItemCount: snapshot.count,
  BillingMode: table.isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
});

/** Only what the table had: of a plain table, nothing. */
const features = (table: BackedUp) => ({
  ...(table.localIndexes.length > 0 && { LocalSecondaryIndexes: table.localIndexes }),
  ...(table.globalIndexes.length > 0 && {
    GlobalSecondaryIndexes: table.globalIndexes.map(({ IndexName, KeySchema, Projection, throughput, onDemand }) => ({
      IndexName,
      KeySchema,
      Projection,
      ProvisionedThroughput: throughput,
      ...(onDemand && { OnDemandThroughput: onDemand }),
    })),
  }),
  ...(table.stream && { StreamDescription: { StreamEnabled: true, StreamViewType: table.stream.viewType } }),
  ...(table.timeToLive?.isEnabled && { TimeToLiveDescription: describeTimeToLive(table) }),
  ...(table.keyArn !== undefined && { SSEDescription: encryption(table.keyArn) }),
});
