import { cursorOf, readCursor } from '../cursor.ts';
import { backupKey } from '../ledger.ts';
import { adHoc } from '../names.ts';
import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';
import { sizeOf } from './directory.ts';

/** Every `Sort` of the documented list. */
export const sorts = [
  'sizeAsc',
  'sizeDesc',
  'jobTypeAsc',
  'jobTypeDesc',
  'creationTimeUtcAsc',
  'creationTimeUtcDesc',
  'restorePointAwsAccountIdAsc',
  'restorePointAwsAccountIdDesc',
] as const;
export type Sort = (typeof sorts)[number];

/** Backups of plans, and those that somebody asked for over tables. */
export type JobType = 'AwsDynamoDbBackup' | 'AwsDynamoDbManualBackup';

export const jobTypeOf = (plan: string): JobType => (plan === adHoc ? 'AwsDynamoDbManualBackup' : 'AwsDynamoDbBackup');

/** All that an order can ask of a backup; the last three tell any two apart. */
export interface Place {
  size: number;
  jobType: JobType;
  createdAt: number;
  account: string;
  partition: string;
  tableId: string;
  /** Sort key of the ledger. */
  entry: string;
}

export function placeOf(backup: Backup): Place {
  const { pk: partition, sk: entry } = backupKey(backup);
  const { plan, target, tableId } = backup;
  return {
    size: sizeOf(backup),
    jobType: jobTypeOf(plan),
    createdAt: contentAt(backup),
    account: target.account,
    partition,
    tableId,
    entry,
  };
}

export type Column = keyof Place;

/** Columns, the most significant first, each up or down. */
export type Order = { column: Column; isDescending: boolean }[];

const columns: Record<string, Column> = {
  size: 'size',
  jobType: 'jobType',
  creationTimeUtc: 'createdAt',
  restorePointAwsAccountId: 'account',
};

const up = (column: Column) => ({ column, isDescending: false });

/**
 * What is asked for, then newest first, then what is stable. Among tables of one size the table comes before the time,
 * unless time is asked for: so many tables are empty that nobody could read all of them for one page.
 */
export function orderOf(asked: Sort[]): Order {
  const order: Order = asked.map((sort) => ({
    column: columns[sort.replace(/(Asc|Desc)$/, '')] as Column,
    isDescending: sort.endsWith('Desc'),
  }));
  const has = (column: Column) => order.some((one) => one.column === column);
  const newestFirst = has('createdAt') || has('size') ? [] : [{ column: 'createdAt' as const, isDescending: true }];
  return [...order, ...newestFirst, up('partition'), up('tableId'), up('entry')];
}

export type Compare = (a: Place, b: Place) => number;

export const compareBy =
  (order: Order): Compare =>
  (a, b) => {
    for (const { column, isDescending } of order) {
      if (a[column] === b[column]) continue;
      return a[column] < b[column] === isDescending ? 1 : -1;
    }
    return 0;
  };

/** A cursor is for one order and one set of filters: what else was asked for. */
export type Asked = { sort: Sort[]; tableId: string | undefined; accounts: string[] };

const fieldsOf = ({ size, jobType, createdAt, account, partition, tableId, entry }: Place) =>
  [size, jobType, createdAt, account, partition, tableId, entry] as const;

const somewhere = fieldsOf({
  size: 0,
  jobType: 'AwsDynamoDbBackup',
  createdAt: 0,
  account: '',
  partition: '',
  tableId: '',
  entry: '',
});

export const cursorAt = (asked: Asked, place: Place): string => cursorOf(asked, fieldsOf(place));

/** The place after which the page begins. Compared with others only: no key is made of it. */
export function placeIn(asked: Asked, cursor: string): Place | { problem: string } {
  const read = readCursor(asked, cursor, somewhere);
  if ('problem' in read) return read;
  const [size, jobType, createdAt, account, partition, tableId, entry] = read.place;
  return { size, jobType, createdAt, account, partition, tableId, entry };
}
