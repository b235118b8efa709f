import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';
import { sizeOf, type TableRow } from './directory.ts';
import { eachOf } from './each.ts';
import type { Reader } from './known.ts';
import type { Block } from './merge.ts';
import { jobTypeOf, type Order, type Place, placeOf } from './order.ts';
import type { FreshRun, Partition, Stamps } from './partitions.ts';
import { backupsByKey, backupsOfRun, keysOf } from './read.ts';

/** Backups of one run. */
export interface RunBlock extends Block {
  partition: Partition;
  run: Pick<FreshRun, 'stamp' | 'from' | 'until' | 'count'>;
  /** Only these tables', all of whose backups have that size. */
  only?: { size: number; tableIds: ReadonlySet<string> };
}

/** Backups of one table in runs that the directory knows. */
export interface TableBlock extends Block {
  partition: Partition;
  table: TableRow;
}

export function runBlock(
  partition: Partition,
  run: RunBlock['run'],
  order: Order,
  only?: NonNullable<RunBlock['only']>,
): RunBlock {
  const size: Span<number> = only === undefined ? anySize : [only.size, only.size];
  const ends = blockOf(partition, order, { createdAt: [run.from, run.until], size, tableId: anyText });
  return { partition, run, ...(only && { only }), ...ends, count: only?.tableIds.size ?? run.count };
}

export function tableBlock(partition: Partition, table: TableRow, order: Order): TableBlock {
  const { least, most, tableId } = table;
  const spans = { createdAt: anyTime, size: [least, most], tableId: [tableId, tableId] } satisfies Spans;
  return { partition, table, ...blockOf(partition, order, spans), count: table.count };
}

/** At once: each is a query, of a megabyte or more where the plan is large. */
const runsAtOnce = 8;

/**
 * What was taken in after the directory had been written, and is out of its bounds, waits for the next one: the order
 * stays exact.
 */
export async function loadRuns(world: Reader, blocks: RunBlock[]): Promise<Backup[]> {
  const loaded = await eachOf(blocks, runsAtOnce, async ({ partition, run: { stamp, from, until }, only }) => {
    const backups = await backupsOfRun(world, partition, stamp);
    const isMeant = (backup: Backup) =>
      only === undefined || (only.tableIds.has(backup.tableId) && sizeOf(backup) === only.size);
    return backups.filter((backup) => contentAt(backup) >= from && contentAt(backup) <= until && isMeant(backup));
  });
  return loaded.flat();
}

/** The same. */
export async function loadTables(
  world: Reader,
  blocks: TableBlock[],
  stamps: Map<Partition, Stamps>,
): Promise<Backup[]> {
  const bounds = new Map(blocks.map(({ partition, table }) => [`${partition.key}|${table.tableId}`, table]));
  const keys = blocks.flatMap(({ partition, table }) => keysOf(partition, table.tableId, stamps.get(partition)));
  return (await backupsByKey(world, keys)).filter((backup) => {
    const { least, most } = bounds.get(`${placeOf(backup).partition}|${backup.tableId}`) as TableRow;
    return sizeOf(backup) >= least && sizeOf(backup) <= most;
  });
}

const anySize: Span<number> = [-1, Number.MAX_SAFE_INTEGER];
const anyTime: Span<number> = [0, Number.MAX_SAFE_INTEGER];
const anyText: Span<string> = ['', '\uffff'];
type Span<Value> = [least: Value, most: Value];
type Spans = { createdAt: Span<number>; size: Span<number>; tableId: Span<string> };

/** Its first and its last place: from one end of each span to the other, by the direction of the order. */
function blockOf({ of: { plan, target }, key }: Partition, order: Order, spans: Spans): Omit<Block, 'count'> {
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
