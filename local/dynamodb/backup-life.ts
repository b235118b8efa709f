import { stampOf } from './backup-list.ts';
import { encryption } from './describe.ts';
import type { Backup, Region, Table, World } from './state.ts';
import { describeTimeToLive } from './time-to-live.ts';

/** SYSTEM backups are kept that long. */
const systemBackupMs = 35 * 86_400_000;

/** A backup is CREATING at once and AVAILABLE some seconds later; its content is that of the moment of the request. */
export function startBackup({ core, settings }: World, region: Region, table: Table, name: string): Backup {
  const backup = newBackup(region, table, core.clock.now(), core.random.hex(8), { name, type: 'USER' });
  const request = {
    account: region.account,
    region: region.name,
    tableName: table.name,
    backupName: name,
    itemCount: backup.snapshot.count,
    bytes: backup.snapshot.bytes,
  };
  region.backups.add(backup);
  const fate = settings.backupFate(request);
  if (fate === 'stuck') return backup;
  core.clock.at(core.clock.now() + settings.backupMs(request, core.random), () => {
    if (fate === 'vanishes') region.backups.delete(backup);
    else backup.status = 'AVAILABLE';
  });
  return backup;
}

/** What stays of a table with point-in-time recovery: a SYSTEM backup for 35 days, which nobody can delete. */
export function keepDeletedTable({ core }: World, region: Region, table: Table): void {
  const createdAt = core.clock.now();
  const expiresAt = createdAt + systemBackupMs;
  const kind = { name: `${table.name}$DeletedTableBackup`, type: 'SYSTEM', status: 'AVAILABLE', expiresAt } as const;
  const backup = { ...newBackup(region, table, createdAt, '00000000', kind), features: {} };
  region.backups.add(backup);
  core.clock.at(expiresAt, () => region.backups.delete(backup));
}

function newBackup(
  region: Region,
  table: Table,
  createdAt: number,
  suffix: string,
  kind: Pick<Backup, 'name' | 'type'> & Partial<Pick<Backup, 'status' | 'expiresAt'>>,
): Backup {
  const id = `${stampOf(createdAt)}-${suffix}`;
  const snapshot = table.items.snapshot();
  return {
    status: 'CREATING',
    ...kind,
    arn: region.arn(`table/${table.name}/backup/${id}`),
    id,
    createdAt,
    tableName: table.name,
    tableId: table.id,
    tableArn: table.arn,
    source: sourceOf(table, snapshot),
    features: featuresOf(table),
    snapshot,
  };
}

const sourceOf = (table: Table, { bytes, count }: { bytes: number; count: number }) => ({
  TableName: table.name,
  TableId: table.id,
  TableArn: table.arn,
  TableSizeBytes: bytes,
  KeySchema: table.keys,
  TableCreationDateTime: table.createdAt / 1000,
  ProvisionedThroughput: { ...table.throughput },
  ...(table.onDemand && { OnDemandThroughput: { ...table.onDemand } }),
  ItemCount: count,
  BillingMode: table.isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
});

/** Only what the table has: of a plain table, nothing. Tags, class, protection and the like are never part of it. */
const featuresOf = (table: Table) => ({
  ...(table.localIndexes.length > 0 && { LocalSecondaryIndexes: structuredClone(table.localIndexes) }),
  ...(table.globalIndexes.length > 0 && {
    GlobalSecondaryIndexes: table.globalIndexes.map(({ IndexName, KeySchema, Projection, throughput, onDemand }) => ({
      IndexName,
      KeySchema,
      Projection,
      ProvisionedThroughput: { ...throughput },
      ...(onDemand && { OnDemandThroughput: { ...onDemand } }),
    })),
  }),
  ...(table.stream && { StreamDescription: { StreamEnabled: true, StreamViewType: table.stream.viewType } }),
  ...(table.timeToLive?.isEnabled && { TimeToLiveDescription: describeTimeToLive(table) }),
  ...(table.keyArn !== undefined && { SSEDescription: encryption(table.keyArn) }),
});
