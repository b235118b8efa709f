import type {
  GlobalSecondaryIndexDescription,
  GlobalSecondaryIndexInfo,
  LocalSecondaryIndexDescription,
  OnDemandThroughput,
  ProvisionedThroughput,
  SourceTableDetails,
  SourceTableFeatureDetails,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import type {
  IndexShape,
  KeyElement,
  Limits,
  LivingTable,
  Projection,
  TableShape,
  Throughput,
} from '../restore/calls.ts';

/** A table as DescribeTable tells it. */
export function livingTable(table: TableDescription): LivingTable {
  const summary = table.RestoreSummary;
  const limits = limitsOf(table.OnDemandThroughput);
  return {
    name: table.TableName ?? '',
    id: table.TableId ?? '',
    arn: table.TableArn ?? '',
    createdAt: table.CreationDateTime?.getTime() ?? 0,
    status: table.TableStatus ?? '',
    keys: (table.KeySchema ?? []) as KeyElement[],
    billingMode: table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    throughput: throughputOf(table.ProvisionedThroughput),
    ...(limits && { limits }),
    globalIndexes: (table.GlobalSecondaryIndexes ?? []).map(indexOf),
    localIndexes: (table.LocalSecondaryIndexes ?? []).map(indexOf),
    ...(table.SSEDescription?.KMSMasterKeyArn && { keyArn: table.SSEDescription.KMSMasterKeyArn }),
    ...(table.StreamSpecification?.StreamEnabled && {
      stream: { viewType: table.StreamSpecification.StreamViewType ?? '' },
      ...(table.LatestStreamArn !== undefined && { streamArn: table.LatestStreamArn }),
    }),
    sizeBytes: table.TableSizeBytes ?? 0,
    itemCount: table.ItemCount ?? 0,
    ...(summary && {
      restoredFrom: {
        ...(summary.SourceBackupArn !== undefined && { backupArn: summary.SourceBackupArn }),
        ...(summary.SourceTableArn !== undefined && { tableArn: summary.SourceTableArn }),
        at: summary.RestoreDateTime?.getTime() ?? 0,
      },
    }),
  };
}

/** A table as DescribeBackup tells it. A SYSTEM backup does not say which features its table had. */
export function tableThen(
  details: SourceTableDetails | undefined,
  features: SourceTableFeatureDetails | undefined,
  isSystem: boolean,
): TableShape {
  const stream = features?.StreamDescription;
  const timeToLive = features?.TimeToLiveDescription;
  const limits = limitsOf(details?.OnDemandThroughput);
  return {
    name: details?.TableName ?? '',
    id: details?.TableId ?? '',
    arn: details?.TableArn ?? '',
    createdAt: details?.TableCreationDateTime?.getTime() ?? 0,
    keys: (details?.KeySchema ?? []) as KeyElement[],
    billingMode: details?.BillingMode ?? 'PROVISIONED',
    throughput: throughputOf(details?.ProvisionedThroughput),
    ...(limits && { limits }),
    ...(!isSystem && {
      globalIndexes: (features?.GlobalSecondaryIndexes ?? []).map(indexOf),
      localIndexes: (features?.LocalSecondaryIndexes ?? []).map(indexOf),
    }),
    ...(features?.SSEDescription?.KMSMasterKeyArn && { keyArn: features.SSEDescription.KMSMasterKeyArn }),
    ...(stream?.StreamEnabled && { stream: { viewType: stream.StreamViewType ?? '' } }),
    ...(/^ENABL/.test(timeToLive?.TimeToLiveStatus ?? '') &&
      timeToLive?.AttributeName && { timeToLive: { attribute: timeToLive.AttributeName } }),
    sizeBytes: details?.TableSizeBytes ?? 0,
    itemCount: details?.ItemCount ?? 0,
  };
}

function indexOf(
  index: GlobalSecondaryIndexInfo | GlobalSecondaryIndexDescription | LocalSecondaryIndexDescription,
): IndexShape {
  const throughput = 'ProvisionedThroughput' in index ? throughputOf(index.ProvisionedThroughput) : undefined;
  const limits = 'OnDemandThroughput' in index ? limitsOf(index.OnDemandThroughput) : undefined;
  return {
    name: index.IndexName ?? '',
    keys: (index.KeySchema ?? []) as KeyElement[],
    projection: (index.Projection ?? {}) as Projection,
    ...(throughput && { throughput }),
    ...(limits && { limits }),
  };
}

const throughputOf = (throughput: Partial<ProvisionedThroughput> | undefined): Throughput => ({
  read: throughput?.ReadCapacityUnits ?? 0,
  write: throughput?.WriteCapacityUnits ?? 0,
});

/** -1 is AWS's word for none. */
function limitsOf(limits: OnDemandThroughput | undefined): Limits | undefined {
  const { MaxReadRequestUnits: read = -1, MaxWriteRequestUnits: write = -1 } = limits ?? {};
  if (read < 0 && write < 0) return undefined;
  return { ...(read >= 0 && { read }), ...(write >= 0 && { write }) };
}
