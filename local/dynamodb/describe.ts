import type { GlobalIndex, Table, Throughput } from './state.ts';

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
    WarmThroughput: warm(table.isOnDemand, table.throughput),
  };
}

export const encryption = (keyArn: string) => ({ Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn });

const provisioned = (throughput: Throughput) => ({ NumberOfDecreasesToday: 0, ...throughput });

/** What a new on-demand table can take at once, or what was provisioned. */
const warm = (isOnDemand: boolean, { ReadCapacityUnits, WriteCapacityUnits }: Throughput) => ({
  ReadUnitsPerSecond: isOnDemand ? 12_000 : ReadCapacityUnits,
  WriteUnitsPerSecond: isOnDemand ? 4000 : WriteCapacityUnits,
  Status: 'ACTIVE',
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
  WarmThroughput: warm(table.isOnDemand, index.throughput),
});

const indexCounts = (table: Table, name: string) => ({
  IndexSizeBytes: table.indexRows.get(name)?.bytes ?? 0,
  ItemCount: table.indexRows.get(name)?.count ?? 0,
  IndexArn: `${table.arn}/index/${name}`,
});
