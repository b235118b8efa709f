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

/** The share of the documented rate that is used: the rest pays for clocks that disagree a little. */
const share = 0.98;

/** The most slots a second that are leased. */
export function fullRate(operation: PacedOperation): number {
  return documentedPerSecond[operation] * share;
}
