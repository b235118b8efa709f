import { stampOf } from '../../shared/names.ts';
import type { Keep } from '../../shared/plan.ts';
import { type Circumstances, judge } from '../../shared/retention.ts';
import type { Backup } from '../../shared/run.ts';

export const target = { account: '123456789012', region: 'us-east-1' };

/** An AVAILABLE backup of the plan `nightly` of table `orders`, whose run was scheduled then (`2026-01-31T02:00Z`). */
export function backupAt(scheduled: string, more: Partial<Backup> = {}): Backup {
  const at = Date.parse(scheduled);
  return {
    target,
    plan: 'nightly',
    stamp: stampOf(at),
    tableId: 'id-orders',
    tableName: 'orders',
    state: 'AVAILABLE',
    attempt: 1,
    backupArn: `arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/0${at}-00000000`,
    createdAt: at,
    ...more,
  };
}

/** A table that lives, days in UTC, and a moment long after. */
export const usual: Circumstances = { zone: 'UTC', now: Date.parse('2027-01-01T00:00Z'), goneAt: () => undefined };

/** When each backup was scheduled, in the order of the verdicts, and what keeps it; `-` when nothing does. */
export function reasons(backups: Backup[], keep: Keep, more: Partial<Circumstances> = {}): string[] {
  return judge(backups, keep, { ...usual, ...more }).map(
    ({ backup, keptBy }) => `${backup.stamp.slice(0, 13)} ${keptBy.join(' ') || '-'}`,
  );
}
