import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { inOrder } from './canonical.ts';
import type { PerIndex, Replica, Replicas, TableSettings, Units } from './settings.ts';

type FromTable = Pick<
  TableSettings,
  'deletionProtection' | 'tableClass' | 'onDemandLimits' | 'warmThroughput' | 'replicas' | 'stream'
>;

/** The settings that DescribeTable tells, all in one call. */
export function settingsFromTable(table: TableDescription): FromTable {
  const viewType = table.StreamSpecification?.StreamEnabled && table.StreamSpecification.StreamViewType;
  return {
    deletionProtection: table.DeletionProtectionEnabled ? true : null,
    tableClass:
      table.TableClassSummary?.TableClass === 'STANDARD_INFREQUENT_ACCESS' ? 'STANDARD_INFREQUENT_ACCESS' : null,
    onDemandLimits: perIndex(table, ({ OnDemandThroughput: limits }) =>
      units(limit(limits?.MaxReadRequestUnits), limit(limits?.MaxWriteRequestUnits)),
    ),
    warmThroughput: perIndex(table, (of) => warmerThanDefault(of, isOnDemand(table))),
    replicas: replicasOf(table),
    stream: viewType ? { viewType } : null,
  };
}

export const isOnDemand = ({ BillingModeSummary }: TableDescription): boolean =>
  BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';

/** A table, or one of its indexes, as far as they are alike. */
type TableOrIndex = Pick<TableDescription, 'OnDemandThroughput' | 'WarmThroughput' | 'ProvisionedThroughput'>;

function perIndex<Value>(table: TableDescription, read: (of: TableOrIndex) => Value | undefined) {
  const own = read(table);
  const indexes = Object.fromEntries(
    (table.GlobalSecondaryIndexes ?? []).flatMap((index) => {
      const value = read(index);
      return value === undefined ? [] : [[index.IndexName ?? '', value] as const];
    }),
  );
  return perIndexOrNone(own, indexes);
}

/** Nothing at all when neither the table nor an index has a value. */
export function perIndexOrNone<Value>(
  table: Value | undefined,
  indexes: Record<string, Value>,
): PerIndex<Value> | null {
  const hasIndexes = Object.keys(indexes).length > 0;
  if (table === undefined && !hasIndexes) return null;
  return { ...(table !== undefined && { table }), ...(hasIndexes && { indexes }) };
}

const limit = (units: number | undefined) => (units === -1 ? undefined : units);

function units(read: number | undefined, write: number | undefined): Units | undefined {
  if (read === undefined && write === undefined) return undefined;
  return { ...(read !== undefined && { read }), ...(write !== undefined && { write }) };
}

/**
 * What every new on-demand table can take at once, or what is provisioned, is no setting.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
 */
function warmerThanDefault(of: TableOrIndex, onDemand: boolean): Units | undefined {
  const { ReadUnitsPerSecond: read = 0, WriteUnitsPerSecond: write = 0 } = of.WarmThroughput ?? {};
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = of.ProvisionedThroughput ?? {};
  const usual = onDemand ? { read: 12_000, write: 4000 } : { read: ReadCapacityUnits, write: WriteCapacityUnits };
  return read > usual.read || write > usual.write ? { read, write } : undefined;
}

function replicasOf({ Replicas = [], MultiRegionConsistency, GlobalTableWitnesses = [] }: TableDescription) {
  if (Replicas.length === 0) return null;
  const regions = Replicas.map((replica): Replica => {
    const { RegionName = '', KMSMasterKeyId, ReplicaTableClassSummary } = replica;
    const overrides = {
      ProvisionedThroughputOverride: replica.ProvisionedThroughputOverride,
      OnDemandThroughputOverride: replica.OnDemandThroughputOverride,
      GlobalSecondaryIndexes: indexOverrides(replica.GlobalSecondaryIndexes),
    };
    const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
    return {
      region: RegionName,
      ...(KMSMasterKeyId && { keyArn: KMSMasterKeyId }),
      ...(ReplicaTableClassSummary?.TableClass && { tableClass: ReplicaTableClassSummary.TableClass }),
      ...(given.length > 0 && { overrides: Object.fromEntries(given) }),
    };
  });
  const witness = GlobalTableWitnesses[0]?.RegionName;
  return {
    mode: MultiRegionConsistency === 'STRONG' ? 'STRONG' : 'EVENTUAL',
    regions: inOrder(regions),
    ...(witness !== undefined && { witnessRegion: witness }),
  } satisfies Replicas;
}

type ReplicaIndexes = NonNullable<TableDescription['Replicas']>[number]['GlobalSecondaryIndexes'];

/** Only indexes that have an override. */
function indexOverrides(indexes: ReplicaIndexes = []) {
  const overridden = indexes.flatMap(({ IndexName, ProvisionedThroughputOverride, OnDemandThroughputOverride }) =>
    ProvisionedThroughputOverride || OnDemandThroughputOverride
      ? [
          {
            IndexName,
            ...(ProvisionedThroughputOverride && { ProvisionedThroughputOverride }),
            ...(OnDemandThroughputOverride && { OnDemandThroughputOverride }),
          },
        ]
      : [],
  );
  return overridden.length > 0 ? overridden : undefined;
}
