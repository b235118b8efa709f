/** Operations that are paced by slots, each with a quota item of its own. */
export type PacedOperation =
  | 'CreateBackup'
  | 'DeleteBackup'
  | 'DescribeBackup'
  | 'DescribeContinuousBackups'
  | 'DescribeTimeToLive'
  | 'ListBackups'
  | 'ListTagsOfResource'
  | 'RestoreTableFromBackup'
  | 'RestoreTableToPointInTime';

/**
 * Calls a second that AWS documents, per account and Region:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html and API_ListBackups.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteBackup.html, API_DescribeBackup.html,
 * API_DescribeContinuousBackups.html, API_RestoreTableFromBackup.html. Those of RestoreTableToPointInTime and
 * DescribeTimeToLive are not documented and taken to be the same.
 */
export const documentedPerSecond: Record<PacedOperation, number> = {
  CreateBackup: 50,
  DeleteBackup: 10,
  DescribeBackup: 10,
  DescribeContinuousBackups: 10,
  DescribeTimeToLive: 10,
  ListBackups: 5,
  ListTagsOfResource: 10,
  RestoreTableFromBackup: 10,
  RestoreTableToPointInTime: 10,
};

/**
 * What a night waits for: these use nearly all of their rate, and rest on few clocks that agree. Deletes go on for hours,
 * by one process for each plan: 99 %, so that with the seconds between two invocations it is 98 (docs/decisions/0002).
 */
const hurried: Partial<Record<PacedOperation, number>> = { CreateBackup: 0.98, DeleteBackup: 0.99 };

/**
 * The most slots a second that are leased. At four fifths no second has more calls than are documented although each
 * may be a quarter of a second late, or one comes out of turn: five a second, four of which are used, leave room for that.
 */
export function fullRate(operation: PacedOperation): number {
  return documentedPerSecond[operation] * (hurried[operation] ?? 0.8);
}
