import { stampOf } from './backup-list.ts';
import type { BackedUp, Backup, Region, Table, World } from './state.ts';

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
  const backup = newBackup(region, table, createdAt, '00000000', kind);
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
  const arn = region.arn(`table/${table.name}/backup/${id}`);
  return { status: 'CREATING', ...kind, arn, id, createdAt, table: backedUp(table), snapshot: table.items.snapshot() };
}

/** As the settings are now, whatever becomes of the table's. */
export function backedUp(table: Table): BackedUp {
  const {
    status,
    streamLabel,
    tableClass,
    isProtected,
    tags,
    policy,
    policyRevision,
    restored,
    warm,
    kinesis,
    insights,
    replicas,
    consistency,
    replicatedAt,
    pointInTime,
    backupsFrom,
    items,
    indexRows,
    ...kept
  } = table;
  return structuredClone(kept);
}
