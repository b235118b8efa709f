import type { Backup } from '../run.ts';
import type { Mistake } from '../task/task.ts';
import type { Reader } from './known.ts';

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

/** Which restore points, in which order, from where on. All filters must fit. */
export interface PointQuery {
  tableId?: string;
  /** Of the backups and of their tables: for us the same account. */
  accounts?: string[];
  /** Later ones break ties of those before; none: newest first. */
  sort?: Sort[];
  /** Rows left out at the beginning, at most 10,000; not together with a cursor. */
  offset?: number;
  /** At most 1,000, which is what -1 means; default 100. */
  limit?: number;
  /** `next` of the page before, which had the same order and filters. */
  cursor?: string;
}

/** Some restore points in order. */
export interface PointPage {
  points: Backup[];
  totalCount: number;
  /** Epoch ms: since when it may have changed; absent when it is exact. */
  totalCountAsOf?: number;
  /** Cursor of the next page, if there is one. */
  next?: string;
}

/** CREATING and AVAILABLE backups of all plans and targets, in an order that is always exact. */
export declare function listPoints(world: Reader, query: PointQuery): Promise<PointPage | { mistakes: Mistake[] }>;
