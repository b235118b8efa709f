import { type RunName, runId } from './names.ts';
import type { Backup, BackupOf, Run, SelectedTable } from './run.ts';
import { parseTarget, targetKey } from './target.ts';
import type { Item, Key, Range } from './world.ts';

/** A run, and an entry that brought no backup or lost it, stay in the catalog for 400 days from then on: `ttl`. */
export const ttlOfRun = (now: number): number => Math.ceil(now / 1000) + 400 * 86_400;

/** The entry of a deleted backup stays for 30 days: seconds, for TTL. */
export const deletedKeptSeconds = 30 * 86_400;

const partition = ({ target, plan }: Pick<RunName, 'target' | 'plan'>) => `${targetKey(target)}#${plan}`;

export const runKey = (run: RunName): Key => ({ pk: partition(run), sk: `run#${run.stamp}` });

/** All runs of that plan in that target. */
export const runsOf = (run: Pick<RunName, 'target' | 'plan'>): Range => ({ pk: partition(run), prefix: 'run#' });

export const selectionKey = (run: RunName, page: number): Key => ({
  pk: partition(run),
  sk: `tables#${run.stamp}#${String(page).padStart(5, '0')}`,
});

export const selectionOf = (run: RunName): Range => ({ pk: partition(run), prefix: `tables#${run.stamp}#` });

/** A duplicate's key ends with its ARN's last part, as (run, table) has one entry of its own already. */
export function backupKey(backup: BackupOf & Pick<Backup, 'isDuplicate' | 'backupArn'>): Key {
  const suffix = backup.isDuplicate ? `~${backup.backupArn?.split('/').at(-1)}` : '';
  return { pk: partition(backup), sk: `backup#${backup.stamp}#${backup.tableId}${suffix}` };
}

/** The ledger of one run, duplicates included. */
export const ledgerOf = (run: RunName): Range => ({ pk: partition(run), prefix: `backup#${run.stamp}#` });

/** All backups of that plan in that target, oldest run first; `sinceStamp` leaves out older runs. */
export function backupsOf(plan: Pick<RunName, 'target' | 'plan'>, sinceStamp?: string): Range {
  const from = sinceStamp === undefined ? {} : { from: `backup#${sinceStamp}` };
  return { pk: partition(plan), prefix: 'backup#', ...from };
}

/** What the heartbeat says of a run that is due, and the run it means. */
export function runIdOfKey({ pk, sk }: Key): string {
  return runId(nameOf(pk, sk));
}

function nameOf(pk: string, sk: string): RunName {
  const [target = '', plan = ''] = pk.split('#');
  return { target: parseTarget(target), plan, stamp: sk.split('#')[1] ?? '' };
}

/** A run as the catalog has it; `due` tells that the heartbeat still looks at it. */
export type StoredRun = Run & { due?: 'work' };

/** The attributes of a run, for a new item. */
export function runItem({ target, plan, stamp, ...run }: StoredRun): Item & Key {
  return { ...runKey({ target, plan, stamp }), ...run };
}

export function runFrom({ pk, sk, ...item }: Item): StoredRun {
  return { ...nameOf(String(pk), String(sk)), ...item } as StoredRun;
}

/** The attributes of a backup, for a new item. */
export function backupItem({ target, plan, stamp, tableId, ...backup }: Backup): Item & Key {
  return { ...backupKey({ ...backup, target, plan, stamp, tableId }), ...backup };
}

export function backupFrom({ pk, sk, ...item }: Item): Backup {
  const name = nameOf(String(pk), String(sk));
  const tableId = String(sk).split('#')[2]?.split('~')[0] ?? '';
  return { ...name, tableId, ...item } as Backup;
}

/** Stands for the id of a table that AWS does not describe to us. */
export const idOfRefused = (tableName: string): string => `refused:${tableName}`;

/** Some of the tables that a run selected: what is written down before any of them is claimed. */
export interface SelectionPage {
  tables: SelectedTable[];
  /** Where ListTables goes on; absent on the last page. */
  next?: string;
  /** Asked for by name and not there. */
  missing?: string[];
}
