import type { RestoreRequest } from '../../events/restore-request.ts';
import type { IndexShape, Limits, StartCall, TableShape, Throughput } from './calls.ts';
import type { FoundSource } from './found.ts';
import { indexInput, onDemand, provisioned } from './index-input.ts';

/** What the new table will be by the restore alone. */
export interface Structure {
  billingMode: TableShape['billingMode'];
  throughput: Throughput;
  limits?: Limits;
  globalIndexes?: IndexShape[];
  localIndexes?: IndexShape[];
}

/**
 * The AWS call. From a backup only what the request changes is said; to a point in time everything, because AWS's
 * sources contradict each other on whether capacity and indexes are today's or those of that time.
 */
export function startCall(source: FoundSource, { target }: RestoreRequest, structure: Structure): StartCall {
  const isInstant = source.kind === 'instant';
  const isSized = target.billingMode !== undefined || target.provisionedThroughput !== undefined;
  const isIndexSized = (target.globalSecondaryIndexes ?? []).some((index) => typeof index === 'object');
  const { billingMode, throughput, limits, globalIndexes, localIndexes } = structure;
  const says = {
    globals: isInstant || isSized || isIndexSized || target.globalSecondaryIndexes !== undefined,
    locals: isInstant || target.localSecondaryIndexes !== undefined,
    limits:
      billingMode === 'PAY_PER_REQUEST' && (isInstant ? limits !== undefined : target.onDemandThroughput !== undefined),
  };
  const input = {
    TargetTableName: target.tableName,
    ...((isInstant || isSized) && { BillingModeOverride: billingMode }),
    ...((isInstant || isSized) &&
      billingMode === 'PROVISIONED' && { ProvisionedThroughputOverride: provisioned(throughput) }),
    ...(says.limits && { OnDemandThroughputOverride: onDemand(limits ?? {}) }),
    ...(says.globals && globalIndexes && { GlobalSecondaryIndexOverride: globalIndexes.map(indexInput) }),
    ...(says.locals && localIndexes && { LocalSecondaryIndexOverride: localIndexes.map(indexInput) }),
    ...encryption(target.encryption),
  };
  if (source.kind === 'backup') {
    return { operation: 'RestoreTableFromBackup', input: { ...input, BackupArn: source.backup.backupArn } };
  }
  return {
    operation: 'RestoreTableToPointInTime',
    at: source.at,
    input: { ...input, SourceTableArn: source.table.arn },
  };
}

function encryption(wish: RestoreRequest['target']['encryption']) {
  if (wish === undefined) return {};
  if (wish === null || wish.type === 'AWS_OWNED') return { SSESpecificationOverride: { Enabled: false } };
  const key = wish.keyArn === undefined ? {} : { KMSMasterKeyId: wish.keyArn };
  return { SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', ...key } };
}
