import type { RestorePlanned } from '../../events/restore-events.ts';
import { iso } from '../clock.ts';
import type { FullBackup } from './calls.ts';
import type { FoundSource } from './found.ts';
import { counted } from './words.ts';

/** The backup that a request came to mean, as far as DescribeBackup tells of it. */
export type ChosenBackup = NonNullable<RestorePlanned['backup']>;

export function chosenIn(source: FoundSource): ChosenBackup | undefined {
  if (source.kind !== 'backup') return undefined;
  const { backupArn, type, createdAt, sizeBytes, itemCount } = source.backup;
  return {
    backupArn,
    type,
    madeAt: iso(createdAt),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(itemCount !== undefined && { items: itemCount }),
  };
}

/** The first notice: nobody should restore a backup that he does not mean. */
export function noticeOfChosen({ backupArn, type, tableName, createdAt, sizeBytes, itemCount }: FullBackup): string {
  const size = sizeBytes === undefined ? 'a size that AWS does not say' : counted(sizeBytes, 'byte');
  const items = itemCount === undefined ? '' : `, ${counted(itemCount, 'item')}`;
  return `Chosen is the ${type} backup ${backupArn} of ${tableName}, made at ${iso(createdAt)}: ${size}${items}.`;
}
