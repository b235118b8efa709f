import { type SelectionPage, selectionOf } from '../ledger.ts';
import { tablesOf as standingTables } from '../standing/standing.ts';
import { type Target, targetKey } from '../target.ts';
import { eachOf } from './each.ts';
import { knownPartitions, knownTargets, type Reader } from './known.ts';
import { type Partition, readPartitions, tablesOf } from './partitions.ts';

/** A table that has or had a name; whether it has backups left says their list. */
export interface NamedTable {
  tableId: string;
  target: Target;
  /** It was there at the last audit. */
  isThere: boolean;
}

const queriedAtOnce = 20;

/**
 * All tables that have the name or had it when a backup that is left was made: living ones by the last audit, those
 * that are gone by the directories, and by the selections of the runs that no directory knows yet.
 */
export async function tablesNamed(world: Reader, name: string): Promise<NamedTable[]> {
  const partitions = await readPartitions(world, await knownPartitions(world, await knownTargets(world)));
  const found = new Map<string, NamedTable>();
  const add = (tableId: string, target: Target, isThere: boolean) => {
    const key = `${targetKey(target)}/${tableId}`;
    found.set(key, { tableId, target, isThere: isThere || found.get(key)?.isThere === true });
  };
  for (const { partition, table } of await tablesOf(world, partitions)) {
    if (table.tableName === name) add(table.tableId, partition.of.target, false);
  }
  for (const { partition, ids } of await freshlySelected(world, partitions, name)) {
    for (const id of ids) add(id, partition.of.target, false);
  }
  const { tables = [] } = (await standingTables(world, { name, limit: 1000 })) ?? {};
  for (const { id, target } of tables) if (id !== undefined) add(id, target, true);
  return [...found.values()];
}

async function freshlySelected({ catalog }: Reader, partitions: Partition[], name: string) {
  const runs = partitions.flatMap((partition) => partition.fresh.map(({ stamp }) => ({ partition, stamp })));
  return eachOf(runs, queriedAtOnce, async ({ partition, stamp }) => {
    const ids: string[] = [];
    for await (const item of catalog.query(selectionOf({ ...partition.of, stamp }))) {
      const { tables } = item as unknown as SelectionPage;
      ids.push(...tables.filter((table) => table.name === name && table.refused === undefined).map(({ id }) => id));
    }
    return { partition, ids };
  });
}
