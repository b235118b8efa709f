import { createHash } from 'node:crypto';
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

const digestOf = (asked: Asked): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 12);

export function cursorOf(
  asked: Asked,
  { size, jobType, createdAt, account, partition, tableId, entry }: Place,
): string {
  const fields = [1, digestOf(asked), size, jobType, createdAt, account, partition, tableId, entry];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** The place after which the page begins. Compared with others only: no key is made of it. */
export function readCursor(asked: Asked, cursor: string): Place | { problem: string } {
  const fields = fieldsOf(cursor);
  if (fields === undefined) return { problem: 'It is no cursor of this list.' };
  const [digest, size, jobType, createdAt, account, partition, tableId, entry] = fields;
  if (digest !== digestOf(asked)) return { problem: 'It belongs to another order or other filters.' };
  return { size, jobType, createdAt, account, partition, tableId, entry };
}

type Fields = [string, number, JobType, number, string, string, string, string];

const isText = (value: unknown) => typeof value === 'string' && value.length <= 400;
const forms = [isText, Number.isSafeInteger, isText, Number.isSafeInteger, isText, isText, isText, isText];

function fieldsOf(cursor: string): Fields | undefined {
  if (!/^[\w-]{1,2000}$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(value) || value.length !== 9 || value[0] !== 1) return undefined;
    const fields = value.slice(1);
    return forms.every((isFit, index) => isFit(fields[index])) ? (fields as Fields) : undefined;
  } catch {
    return undefined;
  }
}
