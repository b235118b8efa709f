import { iso } from '../clock.ts';
import type { Mistake } from '../task/task.ts';
import type { ListedBackup } from './calls.ts';
import { counted } from './words.ts';

/** Which of the backups of a name is meant. */
export interface Wanted {
  table: string;
  tableId?: string | undefined;
  /** Epoch ms: made before. */
  before?: number | undefined;
  /** The id of the table that has the name now, if one does. */
  livingId?: string | undefined;
}

export type Choice = { backup: ListedBackup; notices: string[] } | { mistake: Mistake };

/**
 * The newest AVAILABLE backup of the table that is meant: the living one, or the only one that had the name; of several
 * that are gone the answer lists them, and whoever asks must choose.
 */
export function chooseBackup(backups: ListedBackup[], wanted: Wanted): Choice {
  const { table, livingId } = wanted;
  const byTable = tablesIn(backups);
  const tableId = wanted.tableId ?? (livingId !== undefined && byTable.has(livingId) ? livingId : onlyOne(byTable));
  if (tableId === undefined)
    return { mistake: byTable.size === 0 ? none(table, backups) : several(table, byTable, livingId) };
  const own = (byTable.get(tableId) ?? []).filter(
    ({ createdAt }) => createdAt < (wanted.before ?? Number.POSITIVE_INFINITY),
  );
  const backup = own.at(-1);
  if (backup === undefined) return { mistake: noneOf(wanted, tableId, byTable) };
  const others = [...byTable.keys()].filter((id) => id !== tableId).length;
  return { backup, notices: others === 0 ? [] : [alsoOf(table, tableId, others)] };
}

/** Of each table, oldest first; a living table without a backup chooses nobody. */
function tablesIn(backups: ListedBackup[]): Map<string, ListedBackup[]> {
  const byTable = new Map<string, ListedBackup[]>();
  for (const backup of backups
    .filter(({ status }) => status === 'AVAILABLE')
    .sort((a, b) => a.createdAt - b.createdAt)) {
    byTable.set(backup.tableId, [...(byTable.get(backup.tableId) ?? []), backup]);
  }
  return byTable;
}

/** While another table has the name now, an older one must be asked for by its id. */
const onlyOne = (byTable: Map<string, unknown>): string | undefined =>
  byTable.size === 1 ? [...byTable.keys()][0] : undefined;

const one = (id: string, backups: ListedBackup[]): string =>
  `${id} (${counted(backups.length, 'backup')}, from ${iso(backups[0]?.createdAt ?? 0)}${backups.length > 1 ? ` to ${iso(backups.at(-1)?.createdAt ?? 0)}` : ''})`;

/** Ten at most: more do not help to choose. */
const listOf = (byTable: Map<string, ListedBackup[]>): string =>
  [...byTable]
    .slice(-10)
    .map(([id, backups]) => one(id, backups))
    .join(', ');

function none(table: string, backups: ListedBackup[]): Mistake {
  const making = backups.filter(({ status }) => status === 'CREATING').length;
  return {
    field: 'source.table',
    problem: `There is no AVAILABLE backup of a table ${table} in this account and Region${making > 0 ? `, but ${counted(making, 'backup')} ${making === 1 ? 'is' : 'are'} being made` : ''}.`,
    remedy:
      making > 0
        ? 'Wait for it, and ask under a new requestId.'
        : 'Correct the name, or give source.account and source.region.',
  };
}

function several(table: string, byTable: Map<string, ListedBackup[]>, livingId: string | undefined): Mistake {
  const now = livingId === undefined ? '' : ` The one that has the name now (${livingId}) has no backup.`;
  return {
    field: 'source.tableId',
    problem: `${byTable.size} tables had the name ${table}: ${listOf(byTable)}.${now}`,
    remedy: 'Give the id of the one that is meant.',
  };
}

function noneOf({ table, before }: Wanted, tableId: string, byTable: Map<string, ListedBackup[]>): Mistake {
  const oldest = byTable.get(tableId)?.[0];
  if (oldest !== undefined) {
    return {
      field: 'source.before',
      problem: `The oldest backup of ${table} (${tableId}) is from ${iso(oldest.createdAt)}, not before ${iso(before ?? 0)}.`,
      remedy: 'Give a later instant, or latest.',
    };
  }
  return {
    field: 'source.tableId',
    problem: `There is no AVAILABLE backup of a table ${table} with the id ${tableId}; there are ${listOf(byTable) || 'none at all'}.`,
    remedy: 'Give one of these ids, or leave tableId out.',
  };
}

const alsoOf = (table: string, tableId: string, others: number): string =>
  `${counted(others, 'other table')} that had the name ${table} ${others === 1 ? 'has' : 'have'} backups, too; meant is ${tableId}. Give source.tableId to choose.`;
