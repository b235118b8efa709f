import { instantOf } from '../names.ts';
import type { Keep } from '../plan.ts';
import type { Backup } from '../run.ts';
import { type Period, periodOf } from './periods.ts';

/** A rule of a plan that keeps backups. */
export type RuleName = 'last' | 'within' | Period;

/** Keeps the newest backup of each bucket, for so many buckets. */
export interface Rule {
  name: RuleName;
  count: number;
  /** Undefined: the rule says nothing of this backup. */
  bucketOf(backup: Backup, newest: Backup): string | undefined;
}

const counted = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/**
 * The rules of a keep, each of which keeps the newest backup whatever its age.
 * @throws RangeError for a keep without a rule, or with one that keeps none.
 */
export function rulesOf(keep: Keep, zone: string): Rule[] {
  const rules: Rule[] = counted.flatMap((name) => {
    const count = keep[name];
    return count === undefined ? [] : [{ name, count, bucketOf: (backup) => bucketOf(name, zone, backup) }];
  });
  const { withinMs } = keep;
  if (withinMs !== undefined) rules.push({ name: 'within', count: Infinity, bucketOf: within(withinMs) });
  if (rules.length === 0 || !rules.every(({ count }) => count >= 1) || (withinMs ?? 0) < 0) {
    throw new RangeError('This keep keeps nothing; give it at least one rule, as daily: 7, and no count below 1.');
  }
  return rules;
}

/** The rules in words, as `daily 7, weekly 4, within 48 h`. */
export function describeKeep(keep: Keep): string {
  const parts = counted.flatMap((name) => (keep[name] === undefined ? [] : [`${name} ${keep[name]}`]));
  return [...parts, ...(keep.withinMs === undefined ? [] : [`within ${keep.withinMs / 3_600_000} h`])].join(', ');
}

/** When its content is from: this decides which of two backups is newer. */
export function contentAt({ createdAt, stamp }: Pick<Backup, 'createdAt' | 'stamp'>): number {
  return createdAt ?? instantOf(stamp);
}

/** By the time of the run, not of the backup: the tables of a run that spans midnight are of one day. */
function bucketOf(name: (typeof counted)[number], zone: string, { stamp }: Backup): string {
  return name === 'last' ? stamp : periodOf[name](zone, instantOf(stamp));
}

const within =
  (withinMs: number): Rule['bucketOf'] =>
  (backup, newest) =>
    contentAt(backup) >= contentAt(newest) - withinMs ? backup.stamp : undefined;
