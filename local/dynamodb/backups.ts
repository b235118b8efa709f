import { AwsError, type Call } from '../service.ts';
import { startBackup } from './backup-life.ts';
import { partsOf } from './backup-list.ts';
import { checkAvailable } from './continuous-backups.ts';
import { backupDetails, backupSummary, describeBackup } from './describe-backup.ts';
import { checkTableKey } from './encryption.ts';
import { invalid, invalidParameters, noTable } from './errors.ts';
import { tableName, tableOf } from './lookup.ts';
import type { Backup, Operations, World } from './state.ts';

/** ListBackups answers at most so many summaries. */
const longestPage = 100;

/** On-demand backups. */
export function backupOperations(world: World): Operations {
  return {
    CreateBackup: (call) => ({ BackupDetails: backupDetails(createBackup(world, call)) }),
    DescribeBackup: (call) => ({ BackupDescription: describeBackup(backupOf(world, call)) }),
    DeleteBackup: (call) => deleteBackup(world, call),
    ListBackups: (call) => listBackups(world, call),
  };
}

/** Names need not be unique, and several backups of one table may be made at once; there is no client token. */
function createBackup(world: World, call: Call): Backup {
  const region = world.region(call);
  const table = tableOf(world, call, noTable);
  if (table.status === 'CREATING' || table.status === 'DELETING') {
    const doing = table.status === 'CREATING' ? 'created' : 'deleted';
    throw new AwsError('TableInUseException', `Table is being ${doing}: ${table.name}`);
  }
  checkAvailable(table, world.core.clock.now());
  checkTableKey(world, region, table);
  return startBackup(world, region, table, String(call.input.BackupName));
}

/** The backup that the call names. Another account's is refused; another Region's is not found. */
export function backupOf(world: World, call: Call): Backup {
  const arn = String(call.input.BackupArn);
  if (!/^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[^/]+\/backup\/\d+-[0-9a-f]{8}$/.test(arn)) {
    throw invalid('Invalid Backup ARN');
  }
  if (partsOf(arn).account !== call.account) throw new AwsError('AccessDeniedException', 'Access is denied');
  const backup = world.region(call).backups.get(arn);
  if (backup !== undefined) return backup;
  throw new AwsError('BackupNotFoundException', `Backup not found: ${arn}`);
}

function deleteBackup(world: World, call: Call) {
  const backup = backupOf(world, call);
  if (backup.type === 'SYSTEM') {
    const expiry = new Date(backup.expiresAt ?? 0).toISOString();
    const refusal = `User is not allowed to delete the system backup with arn ${backup.arn}`;
    throw invalid(`Invalid Request: ${refusal}. It will automatically expire on ${expiry}`);
  }
  if (backup.status === 'CREATING')
    throw new AwsError('BackupInUseException', `Backup is being created: ${backup.arn}`);
  if (world.isBeingRestored(backup))
    throw new AwsError('BackupInUseException', `Backup is being restored: ${backup.arn}`);
  world.region(call).backups.delete(backup);
  const description = describeBackup(backup);
  return {
    BackupDescription: { ...description, BackupDetails: { ...description.BackupDetails, BackupStatus: 'DELETED' } },
  };
}

function listBackups(world: World, call: Call) {
  const { TimeRangeLowerBound: lower, TimeRangeUpperBound: upper, Limit, ExclusiveStartBackupArn } = call.input;
  if (typeof lower === 'number' && typeof upper === 'number' && lower > upper) {
    throw invalidParameters('Time range lower bound must be less than or equal to upper bound');
  }
  const region = world.region(call);
  const from = typeof lower === 'number' ? Math.round(lower * 1000) : 0;
  const until = typeof upper === 'number' ? Math.round(upper * 1000) : Number.POSITIVE_INFINITY;
  const startAfter = ExclusiveStartBackupArn == null ? undefined : String(ExclusiveStartBackupArn);
  if (startAfter !== undefined && partsOf(startAfter).region !== region.name) {
    throw invalid('Invalid Request: The supplied ExclusiveStartBackupArn does not match the region');
  }
  const isWanted = filterOf(call, world.core.clock.now() - world.settings.listLagMs);
  const limit = Number(Limit ?? longestPage);
  const page: Backup[] = [];
  for (const backup of region.backups.since(from, startAfter)) {
    if (backup.createdAt >= until) break;
    if (!isWanted(backup)) continue;
    if (page.length === limit)
      return { BackupSummaries: page.map(backupSummary), LastEvaluatedBackupArn: page.at(-1)?.arn };
    page.push(backup);
  }
  return { BackupSummaries: page.map(backupSummary) };
}

/** AWS Backup's recovery points are never listed among these, so `AWS_BACKUP` finds nothing. */
function filterOf(call: Call, visibleUntil: number): (backup: Backup) => boolean {
  const type = call.input.BackupType ?? 'USER';
  const table = call.input.TableName == null ? undefined : tableName(call);
  return (backup) =>
    (type === 'ALL' || backup.type === type) &&
    (table === undefined || backup.table.name === table) &&
    backup.createdAt <= visibleUntil;
}
