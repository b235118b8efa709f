import type { Call } from '../service.ts';
import { AwsError } from '../service.ts';
import { keepDeletedTable } from './backup-life.ts';
import { describeTable } from './describe.ts';
import { inUse, invalid, subscriberLimit } from './errors.ts';
import { isHidden, tableOf } from './lookup.ts';
import { newTable } from './new-table.ts';
import { sourceMs } from './replicas.ts';
import type { Operations, Region, Table, World } from './state.ts';
import { closeStream, openStream } from './stream-log.ts';

/** ListTables answers at most so many names. */
const longestPage = 100;

/** The life of a table: CREATING, ACTIVE, DELETING, gone. */
export function tableOperations(world: World): Operations {
  return {
    CreateTable: (call) => createTable(world, call),
    DescribeTable: (call) => ({ Table: describeTable(tableOf(world, call)) }),
    DeleteTable: (call) => deleteTable(world, call),
    ListTables: (call) => listTables(world.region(call), call.input, world.core.clock.now()),
  };
}

function createTable(world: World, call: Call) {
  const { core, settings } = world;
  const region = world.region(call);
  const table = newTable(world, call);
  if (region.tables.has(table.name))
    throw new AwsError('ResourceInUseException', `Table already exists: ${table.name}`);
  checkSimultaneous(region, world);
  if (region.tables.size >= settings.tables)
    throw subscriberLimit(`There is a limit of ${settings.tables} tables per subscriber`);
  checkIndexed(region, table, settings.simultaneousIndexedTables);

  region.tables.set(table.name, table);
  openStream(world, region, table);
  core.clock.at(core.clock.now() + settings.createTableMs, () => {
    table.status = 'ACTIVE';
    for (const index of table.globalIndexes) index.status = 'ACTIVE';
  });
  return { TableDescription: describeTable(table) };
}

/** Throws when too many tables are being created, updated or deleted in the account and Region. */
export function checkSimultaneous(region: Region, { settings }: World): void {
  const most = settings.simultaneousTableOperations;
  let busy = 0;
  for (const { status } of region.tables.values()) if (status !== 'ACTIVE') busy++;
  if (busy >= most) throw subscriberLimit(`Only ${most} tables can be created, updated, or deleted simultaneously`);
}

type Indexed = Pick<Table, 'localIndexes' | 'globalIndexes'>;

/** Throws when too many tables with indexes are being created in the account and Region. */
export function checkIndexed(region: Region, table: Indexed, most: number): void {
  const isIndexed = ({ localIndexes, globalIndexes }: Indexed) => localIndexes.length + globalIndexes.length > 0;
  if (!isIndexed(table)) return;
  const creating = [...region.tables.values()].filter(
    (other) => other.status === 'CREATING' && isIndexed(other),
  ).length;
  if (creating >= most)
    throw subscriberLimit(`Only ${most} tables with secondary indexes can be created simultaneously`);
}

function deleteTable(world: World, call: Call) {
  const { core, settings } = world;
  const region = world.region(call);
  const table = tableOf(world, call);
  if (table.status === 'DELETING') return { TableDescription: describeTable(table) };
  if (table.status === 'CREATING') throw inUse(`Table is being created: ${table.name}`);
  if (table.status === 'UPDATING') throw inUse(`Table is being updated: ${table.name}`);
  if (table.isProtected) {
    throw invalid(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  if (table.replicatedAt !== undefined && core.clock.now() < table.replicatedAt + sourceMs) {
    throw invalid(
      'Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table in the last 24 hours.',
    );
  }
  if (region.backups.isCreating(table.id)) throw inUse(`Table is being backed up: ${table.name}`);
  checkSimultaneous(region, world);

  table.status = 'DELETING';
  core.clock.at(core.clock.now() + settings.deleteTableMs, () => {
    if (table.pointInTime) keepDeletedTable(world, region, table);
    closeStream(region, table);
    region.tables.delete(table.name);
  });
  return { TableDescription: describeTable(table) };
}

function listTables(
  { tables }: Region,
  { ExclusiveStartTableName: start, Limit }: Record<string, unknown>,
  now: number,
) {
  const limit = Number(Limit ?? longestPage);
  const seen = [...tables.values()].filter((table) => !isHidden(table, now)).map(({ name }) => name);
  const names = seen.sort().filter((name) => start == null || name > String(start));
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > limit && { LastEvaluatedTableName: page.at(-1) }) };
}
