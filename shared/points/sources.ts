import { backupFrom, backupKey, ledgerOf } from '../ledger.ts';
import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';
import type { Item } from '../world.ts';
import { isPoint, sizeOf, type TableRow } from './directory.ts';
import { eachOf } from './each.ts';
import type { Reader } from './known.ts';
import type { Block, Source } from './merge.ts';
import { jobTypeOf, type Order, type Place, placeOf } from './order.ts';
import { type FreshRun, getMany, type Partition, type Stamps, stampsOf, tablesOf } from './partitions.ts';

/** All of a table's, so that they can be counted. */
export async function backupsOfTable(world: Reader, partitions: Partition[], tableId: string): Promise<Backup[]> {
  const tables = await tablesOf(world, partitions, tableId);
  const having = [...new Set(tables.map(({ partition }) => partition))];
  const stamps = await stampsOf(world, having);
  const keys = having.flatMap((partition) => keysOf(partition, tableId, stamps.get(partition)));
  const known = pointsAmong(await getMany(world, keys));
  const runs = partitions.flatMap((partition) => partition.fresh.map((run) => ({ partition, run })));
  const fresh = await eachOf(runs, 20, ({ partition, run }) => backupsOfRun(world, partition, run.stamp, tableId));
  return [...known, ...fresh.flat()];
}

/** Of a table that the directory names: one for each run. */
const keysOf = ({ of }: Partition, tableId: string, stamps?: Stamps) => [
  ...(stamps?.rows ?? []).map(({ stamp }) => backupKey({ ...of, stamp, tableId })),
  ...(stamps?.seconds ?? [])
    .filter(([, table]) => table === tableId)
    .map(([stamp, , backupArn]) => backupKey({ ...of, stamp, tableId, isDuplicate: true, backupArn })),
];

const pointsAmong = (items: Item[]): Backup[] => items.map(backupFrom).filter(isPoint);

async function backupsOfRun({ catalog }: Reader, { of }: Partition, stamp: string, tableId = ''): Promise<Backup[]> {
  const { pk, prefix } = ledgerOf({ ...of, stamp });
  const items: Item[] = [];
  for await (const item of catalog.query({ pk, prefix: `${prefix}${tableId}` })) items.push(item);
  return pointsAmong(items);
}

interface RunBlock extends Block {
  partition: Partition;
  run: Pick<FreshRun, 'stamp' | 'from' | 'until'>;
}

/** A block for each run. */
export function byTime(world: Reader, stamps: Map<Partition, Stamps>, order: Order): Source<RunBlock> {
  const blocks = [...stamps].flatMap(([partition, { rows }]) =>
    [...rows, ...partition.fresh].map((run) => runBlock(partition, run, order)),
  );
  return { blocks, load: (some) => loadRuns(world, some), ahead: 1 };
}

function runBlock(partition: Partition, run: RunBlock['run'], order: Order): RunBlock {
  return {
    partition,
    run,
    ...blockOf(partition, order, { createdAt: [run.from, run.until], size: anySize, tableId: anyText }),
  };
}

/** What was taken in after the directory had been written, and is out of its bounds, waits for the next one: the order stays exact. */
async function loadRuns(world: Reader, blocks: RunBlock[]): Promise<Backup[]> {
  const loaded = await eachOf(blocks, 8, async ({ partition, run: { stamp, from, until } }) => {
    const backups = await backupsOfRun(world, partition, stamp);
    return backups.filter((backup) => contentAt(backup) >= from && contentAt(backup) <= until);
  });
  return loaded.flat();
}

interface TableBlock extends Block {
  partition: Partition;
  table: TableRow;
}

/** A block for each table of a plan, and one for each run that the directory does not know. */
export async function bySize(
  world: Reader,
  stamps: Map<Partition, Stamps>,
  order: Order,
): Promise<Source<TableBlock | RunBlock>> {
  const partitions = [...stamps.keys()];
  const tables = await tablesOf(world, partitions);
  const ofTables = tables.map(({ partition, table }): TableBlock => {
    const { least, most, tableId } = table;
    return {
      partition,
      table,
      ...blockOf(partition, order, { createdAt: anyTime, size: [least, most], tableId: [tableId, tableId] }),
    };
  });
  const ofRuns = partitions.flatMap((partition) => partition.fresh.map((run) => runBlock(partition, run, order)));
  const load = async (some: (TableBlock | RunBlock)[]) => {
    const runs = some.filter((block) => 'run' in block);
    const known = some.filter((block) => 'table' in block);
    return [...(await loadRuns(world, runs)), ...(await loadTables(world, known, stamps))];
  };
  return { blocks: [...ofRuns, ...ofTables], load, ahead: 4 };
}

async function loadTables(world: Reader, blocks: TableBlock[], stamps: Map<Partition, Stamps>): Promise<Backup[]> {
  const bounds = new Map(blocks.map(({ partition, table }) => [`${partition.key}|${table.tableId}`, table]));
  const keys = blocks.flatMap(({ partition, table }) => keysOf(partition, table.tableId, stamps.get(partition)));
  return pointsAmong(await getMany(world, keys)).filter((backup) => {
    const { least, most } = bounds.get(`${placeOf(backup).partition}|${backup.tableId}`) as TableRow;
    return sizeOf(backup) >= least && sizeOf(backup) <= most;
  });
}

const anySize: Span<number> = [-1, Number.MAX_SAFE_INTEGER];
const anyTime: Span<number> = [0, Number.MAX_SAFE_INTEGER];
const anyText: Span<string> = ['', '\uffff'];
type Span<Value> = [least: Value, most: Value];

/** Its first and its last place: from one end of each span to the other, by the direction of the order. */
function blockOf(
  { of: { plan, target }, key }: Partition,
  order: Order,
  spans: { createdAt: Span<number>; size: Span<number>; tableId: Span<string> },
): Block {
  const all = { ...spans, entry: anyText };
  const down = new Set(order.filter(({ isDescending }) => isDescending).map(({ column }) => column));
  const end = (isLast: boolean): Place => {
    const pick = <Value>(column: keyof typeof all, [least, most]: Span<Value>) =>
      down.has(column) === isLast ? least : most;
    return {
      size: pick('size', all.size),
      createdAt: pick('createdAt', all.createdAt),
      tableId: pick('tableId', all.tableId),
      entry: pick('entry', all.entry),
      jobType: jobTypeOf(plan),
      account: target.account,
      partition: key,
    };
  };
  return { first: end(false), last: end(true) };
}
