import type { Backup } from '../run.ts';
import { loadRuns, loadTables, type RunBlock, runBlock, type TableBlock, tableBlock } from './blocks.ts';
import type { TableRow } from './directory.ts';
import { eachOf } from './each.ts';
import type { Reader } from './known.ts';
import type { Source } from './merge.ts';
import type { Order } from './order.ts';
import { type Partition, type Stamps, stampsOf, tablesOf } from './partitions.ts';
import { backupsByKey, backupsOfRun, keysOf } from './read.ts';

/** All of a table's, so that they can be counted. */
export async function backupsOfTable(world: Reader, partitions: Partition[], tableId: string): Promise<Backup[]> {
  const tables = await tablesOf(world, partitions, tableId);
  const having = [...new Set(tables.map(({ partition }) => partition))];
  const stamps = await stampsOf(world, having);
  const keys = having.flatMap((partition) => keysOf(partition, tableId, stamps.get(partition)));
  const known = await backupsByKey(world, keys);
  const runs = partitions.flatMap((partition) => partition.fresh.map((run) => ({ partition, run })));
  const fresh = await eachOf(runs, 20, ({ partition, run }) => backupsOfRun(world, partition, run.stamp, tableId));
  return [...known, ...fresh.flat()];
}

/** A block for each run. */
export function byTime(world: Reader, stamps: Map<Partition, Stamps>, order: Order): Source<RunBlock> {
  const blocks = [...stamps].flatMap(([partition, { rows }]) =>
    [...rows, ...partition.fresh].map((run) => runBlock(partition, run, order)),
  );
  return { blocks, load: (some) => loadRuns(world, some) };
}

/** A block for each table of a plan, and one for each run that the directory does not know. */
export async function bySize(
  world: Reader,
  stamps: Map<Partition, Stamps>,
  order: Order,
): Promise<Source<TableBlock | RunBlock>> {
  const partitions = [...stamps.keys()];
  const fresh = partitions.flatMap((partition) => partition.fresh.map((run) => runBlock(partition, run, order)));
  const tables = Map.groupBy(await tablesOf(world, partitions), ({ partition }) => partition);
  const isTimed = order.some(({ column }) => column === 'createdAt');
  const known = [...tables].flatMap(([partition, all]) => {
    const rows = all.map(({ table }) => table);
    const { common, others } = isTimed ? ofCommonSize(rows) : { common: [], others: rows };
    const runs = stamps.get(partition)?.rows ?? [];
    return [
      ...common.flatMap((only) => runs.map((run) => runBlock(partition, run, order, only))),
      ...others.map((table) => tableBlock(partition, table, order)),
    ];
  });
  const load = async (some: (TableBlock | RunBlock)[]) => {
    const runs = some.filter((block) => 'run' in block);
    const ofTables = some.filter((block) => 'table' in block);
    return [...(await loadRuns(world, runs)), ...(await loadTables(world, ofTables, stamps))];
  };
  return { blocks: [...fresh, ...known], load };
}

/** From so many of a plan's tables on it is cheaper to read whole runs: ten entries of a query cost what one key does. */
const commonShare = 0.1;

/**
 * Sizes that many tables have all the time, above all 0. By time, all of these tables would have to be read for the
 * first row; so their backups are read by runs.
 */
function ofCommonSize(tables: TableRow[]): { common: NonNullable<RunBlock['only']>[]; others: TableRow[] } {
  const constant = Map.groupBy(
    tables.filter(({ least, most }) => least === most),
    ({ least }) => least,
  );
  const common = [...constant].filter(([, same]) => same.length > tables.length * commonShare);
  const isCommon = new Set(common.flatMap(([, same]) => same));
  return {
    common: common.map(([size, same]) => ({ size, tableIds: new Set(same.map(({ tableId }) => tableId)) })),
    others: tables.filter((table) => !isCommon.has(table)),
  };
}
