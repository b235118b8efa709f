import { AwsError, type Call } from '../service.ts';
import { backedUp } from './backup-life.ts';
import { partsOf } from './backup-list.ts';
import { backupOf } from './backups.ts';
import { windowOf } from './continuous-backups.ts';
import { describeTable } from './describe.ts';
import { checkKey, keyFor, type SseSpecification } from './encryption.ts';
import { invalid, noTable, subscriberLimit } from './errors.ts';
import { tableOf } from './lookup.ts';
import { startRestore } from './restore-life.ts';
import { type Overrides, withOverrides } from './restore-overrides.ts';
import type { BackedUp, Operations, Region, Table, World } from './state.ts';
import { checkIndexed, checkSimultaneous } from './tables.ts';

type RestoreInput = Overrides & {
  TargetTableName: string;
  SSESpecificationOverride?: SseSpecification;
  VectorIndexOverride?: unknown;
};

/** Restores, from a backup or to a point in time: always to a new table. */
export function restoreOperations(world: World): Operations {
  return {
    RestoreTableFromBackup: (call) => ({ TableDescription: describeTable(fromBackup(world, call)) }),
    RestoreTableToPointInTime: (call) => ({ TableDescription: describeTable(toPointInTime(world, call)) }),
  };
}

/** A backup of another Region is named by its ARN, and the call goes to the Region of the new table. */
function fromBackup(world: World, call: Call): Table {
  const home = partsOf(String(call.input.BackupArn)).region || call.region;
  const backup = backupOf(world, { ...call, region: home });
  if (backup.status === 'CREATING')
    throw new AwsError('BackupInUseException', `Backup is being created: ${backup.arn}`);
  const source = { backupArn: backup.arn, tableArn: backup.table.arn, contentAt: backup.createdAt };
  return restore(world, call, { kind: 'backup', table: backup.table, home, source, content: backup.snapshot });
}

/** Keys, indexes, capacity and encryption are those the table has today; the items are those of the instant. */
function toPointInTime(world: World, call: Call): Table {
  const { core } = world;
  const table = sourceOf(world, call);
  const { pointInTime } = table;
  if (pointInTime === undefined) {
    const message = `Point in time recovery is not enabled for table '${table.name}'`;
    throw new AwsError('PointInTimeRecoveryUnavailableException', message);
  }
  const contentAt = instantOf(call.input, windowOf(pointInTime, core.clock.now()));
  const home = String(table.arn.split(':')[3]);
  const source = { tableArn: table.arn, contentAt };
  const content = pointInTime.log.contentAt(contentAt);
  return restore(world, call, { kind: 'point-in-time', table: backedUp(table), home, source, content });
}

/** The living table that is named by its name or its ARN, which may be of another Region. */
function sourceOf(world: World, call: Call): Table {
  const { SourceTableArn, SourceTableName } = call.input;
  if (SourceTableArn == null && SourceTableName == null) {
    throw invalid('Either SourceTableName or SourceTableArn must be specified');
  }
  const given = String(SourceTableArn ?? SourceTableName);
  const region = given.startsWith('arn:') ? String(given.split(':')[3]) : call.region;
  return tableOf(world, { ...call, region, input: { TableName: given } }, noTable);
}

/** A second of the window; the sentence that names the window is ours. */
function instantOf(input: Record<string, unknown>, { earliest, latest }: { earliest: number; latest: number }): number {
  const { RestoreDateTime, UseLatestRestorableTime } = input;
  if (UseLatestRestorableTime === true && RestoreDateTime != null) {
    throw invalid('Only one of RestoreDateTime and UseLatestRestorableTime can be specified');
  }
  if (UseLatestRestorableTime === true) return latest;
  if (RestoreDateTime == null) throw invalid('One of RestoreDateTime and UseLatestRestorableTime must be specified');
  const instant = Math.floor(Number(RestoreDateTime)) * 1000;
  if (instant >= earliest && instant <= latest) return instant;
  const [from, until] = [earliest, latest].map((at) => new Date(at).toISOString());
  const window = `EarliestRestorableDateTime (${from}) and LatestRestorableDateTime (${until})`;
  throw new AwsError('InvalidRestoreTimeException', `RestoreDateTime must be between ${window}`);
}

interface Source {
  kind: 'backup' | 'point-in-time';
  table: BackedUp;
  /** The Region that the source is in. */
  home: string;
  source: Parameters<typeof startRestore>[1]['source'];
  content: Parameters<typeof startRestore>[1]['content'];
}

function restore(world: World, call: Call, { kind, table, home, source, content }: Source): Table {
  const region = world.region(call);
  const input = call.input as unknown as RestoreInput;
  const name = input.TargetTableName;
  if (input.VectorIndexOverride != null) throw invalid('VectorIndexOverride is not part of the local DynamoDB.');
  checkName(world, region, name);
  const made = withOverrides(table, input);
  const keyArn = keyOf(world, region, home, input.SSESpecificationOverride, table.keyArn);
  checkBusy(world, region, made);
  const { account, name: regionName } = region;
  const { count: itemCount, bytes } = content;
  const request = {
    kind,
    account,
    region: regionName,
    sourceTableName: table.name,
    targetTableName: name,
    itemCount,
    bytes,
  };
  return startRestore(world, { region, name, request, source, made, keyArn, content });
}

/**
 * "A target table with the specified name already exists", "… is either being created or deleted" (the API model): which
 * of the two a table that is itself being restored gets is not documented; `restoringRefusal` changes it.
 */
function checkName({ settings }: World, { tables }: Region, name: string): void {
  const taken = tables.get(name);
  if (taken === undefined) return;
  if (taken.status === 'CREATING' && settings.restoringRefusal === 'TableInUseException') {
    throw new AwsError('TableInUseException', `Table is being created: ${name}`);
  }
  if (taken.status === 'DELETING') throw new AwsError('TableInUseException', `Table is being deleted: ${name}`);
  throw new AwsError('TableAlreadyExistsException', `Table already exists: ${name}`);
}

/** The new table's key: as asked for, else the source's, which must be usable. A key does not reach another Region. */
function keyOf(
  world: World,
  region: Region,
  home: string,
  wanted: SseSpecification | undefined,
  sourceKey: string | undefined,
): string | undefined {
  if (sourceKey !== undefined)
    checkKey(world.settings, world.region({ account: region.account, region: home }), sourceKey);
  if (wanted != null) return keyFor(world, region, wanted);
  if (home !== region.name) {
    throw invalid('SSESpecificationOverride must be specified when a table is restored to another Region');
  }
  return sourceKey;
}

/** The sentence about restores is ours: AWS documents the limit, not its words. */
function checkBusy(world: World, region: Region, made: Parameters<typeof checkIndexed>[1]): void {
  const { simultaneousRestores: most, simultaneousIndexedTables } = world.settings;
  const running = [...region.tables.values()].filter(({ restored }) => restored?.isInProgress).length;
  if (running >= most) throw subscriberLimit(`Only ${most} restores can be in progress simultaneously`);
  checkSimultaneous(region, world);
  if (region.tables.size >= world.settings.tables)
    throw subscriberLimit(`There is a limit of ${world.settings.tables} tables per subscriber`);
  checkIndexed(region, made, simultaneousIndexedTables);
}
