import type { GlobalIndex, Table, Throughput, WarmThroughput } from './state.ts';

/** As DescribeTable answers. Counts are exact and current, while AWS refreshes them about every six hours. */
export function describeTable(table: Table): Record<string, unknown> {
  return {
    AttributeDefinitions: table.attributes,
    TableName: table.name,
    KeySchema: table.keys,
    TableStatus: table.status,
    CreationDateTime: table.createdAt / 1000,
    ProvisionedThroughput: provisioned(table.throughput),
    TableSizeBytes: table.items.bytes,
    ItemCount: table.items.count,
    TableArn: table.arn,
    TableId: table.id,
    ...billing(table),
    ...(table.localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes(table) }),
    ...(table.globalIndexes.length > 0 && {
      GlobalSecondaryIndexes: table.globalIndexes.map((index) => globalIndex(table, index)),
    }),
    ...stream(table),
    ...(table.keyArn !== undefined && { SSEDescription: encryption(table.keyArn) }),
    ...(table.tableClass !== undefined && { TableClassSummary: { TableClass: table.tableClass } }),
    DeletionProtectionEnabled: table.isProtected,
    ...(table.onDemand && { OnDemandThroughput: table.onDemand }),
    ...restoreSummary(table),
    ...(table.replicas.length > 0 && replication(table)),
    WarmThroughput: warm(table.isOnDemand, table.throughput, table.warm, table.status === 'UPDATING'),
  };
}

function restoreSummary({ restored }: Table) {
  if (restored === undefined) return {};
  const { backupArn, tableArn, contentAt, isInProgress } = restored;
  return {
    RestoreSummary: {
      ...(backupArn !== undefined && { SourceBackupArn: backupArn }),
      SourceTableArn: tableArn,
      RestoreDateTime: contentAt / 1000,
      RestoreInProgress: isInProgress,
    },
  };
}

const replication = (table: Table) => ({
  GlobalTableVersion: '2019.11.21',
  Replicas: table.replicas.map((replica) => ({
    RegionName: replica.region,
    ReplicaStatus: replica.status,
    ...(replica.keyArn !== undefined && { KMSMasterKeyId: replica.keyArn }),
    ...(replica.throughput && { ProvisionedThroughputOverride: replica.throughput }),
    ...(replica.onDemand && { OnDemandThroughputOverride: replica.onDemand }),
    ...(replica.indexes && { GlobalSecondaryIndexes: replica.indexes }),
    ...(replica.tableClass !== undefined && { ReplicaTableClassSummary: { TableClass: replica.tableClass } }),
  })),
  MultiRegionConsistency: table.consistency ?? 'EVENTUAL',
});

export const encryption = (keyArn: string) => ({ Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn });

const provisioned = (throughput: Throughput) => ({ NumberOfDecreasesToday: 0, ...throughput });

/** What a new on-demand table can take at once, or what was provisioned; more if it was warmed. */
export const warm = (
  isOnDemand: boolean,
  { ReadCapacityUnits, WriteCapacityUnits }: Throughput,
  { ReadUnitsPerSecond = 0, WriteUnitsPerSecond = 0 }: WarmThroughput = {},
  isUpdating = false,
) => ({
  ReadUnitsPerSecond: Math.max(isOnDemand ? 12_000 : ReadCapacityUnits, ReadUnitsPerSecond),
  WriteUnitsPerSecond: Math.max(isOnDemand ? 4000 : WriteCapacityUnits, WriteUnitsPerSecond),
  Status: isUpdating ? 'UPDATING' : 'ACTIVE',
});

/** A table that always was provisioned says nothing of its billing. */
function billing({ isOnDemand, onDemandSince }: Table) {
  if (onDemandSince === undefined) return {};
  return {
    BillingModeSummary: {
      BillingMode: isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
      LastUpdateToPayPerRequestDateTime: onDemandSince / 1000,
    },
  };
}

function stream({ arn, stream, streamLabel }: Table) {
  if (streamLabel === undefined) return {};
  return {
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } }),
    LatestStreamLabel: streamLabel,
    LatestStreamArn: `${arn}/stream/${streamLabel}`,
  };
}

const localIndexes = (table: Table) =>
  table.localIndexes.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
    ...indexCounts(table, IndexName),
  }));

const globalIndex = (table: Table, index: GlobalIndex) => ({
  IndexName: index.IndexName,
  KeySchema: index.KeySchema,
  Projection: index.Projection,
  IndexStatus: index.status,
  ...(index.status === 'CREATING' && table.status !== 'CREATING' && { Backfilling: true }),
  ProvisionedThroughput: provisioned(index.throughput),
  ...indexCounts(table, index.IndexName),
  ...(index.onDemand && { OnDemandThroughput: index.onDemand }),
  WarmThroughput: warm(table.isOnDemand, index.throughput, index.warm, index.status === 'UPDATING'),
});

const indexCounts = (table: Table, name: string) => ({
  IndexSizeBytes: table.indexRows.get(name)?.bytes ?? 0,
  ItemCount: table.indexRows.get(name)?.count ?? 0,
  IndexArn: `${table.arn}/index/${name}`,
});
