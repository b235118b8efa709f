import { backupFrom, backupKey, ledgerOf } from '../ledger.ts';
import type { Backup } from '../run.ts';
import type { Item, Key } from '../world.ts';
import { isPoint } from './directory.ts';
import type { Reader } from './known.ts';
import { getMany, type Partition, type Stamps } from './partitions.ts';

/** Of a table that the directory names: one for each run. */
export const keysOf = ({ of }: Partition, tableId: string, stamps?: Stamps) => [
  ...(stamps?.rows ?? []).map(({ stamp }) => backupKey({ ...of, stamp, tableId })),
  ...(stamps?.seconds ?? [])
    .filter(([, table]) => table === tableId)
    .map(([stamp, , backupArn]) => backupKey({ ...of, stamp, tableId, isDuplicate: true, backupArn })),
];

const pointsAmong = (items: Item[]): Backup[] => items.map(backupFrom).filter(isPoint);

/** The restore points of a run, or one table's of them. */
export async function backupsOfRun(
  { catalog }: Reader,
  { of }: Partition,
  stamp: string,
  tableId?: string,
): Promise<Backup[]> {
  const { pk, prefix } = ledgerOf({ ...of, stamp });
  const items: Item[] = [];
  for await (const item of catalog.query({ pk, prefix: `${prefix}${tableId ?? ''}` })) items.push(item);
  return pointsAmong(items).filter((backup) => tableId === undefined || backup.tableId === tableId);
}

export const backupsByKey = async (world: Reader, keys: Key[]): Promise<Backup[]> =>
  pointsAmong(await getMany(world, keys));
