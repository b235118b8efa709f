import { iso } from './clock.ts';
import type { Keep } from './plan.ts';
import { contentAt, describeKeep, type Rule, type RuleName, rulesOf } from './retention/rules.ts';
import type { Backup } from './run.ts';

/** What a backup is kept by: a rule of the plan, or something that stands above the rules. */
export type Reason = RuleName | 'held' | 'pinned' | 'wanted' | 'original missing' | 'grace';

/** Why a backup stays or goes. */
export interface Verdict {
  backup: Backup;
  keptBy: Reason[];
  /** A sentence, exactly when nothing keeps it. */
  expiredBecause?: string;
}

/** What the verdicts on a plan's backups depend on besides the backups and the rules. */
export interface Circumstances {
  /** Whose days, weeks and months count. */
  zone: string;
  now: number;
  /** Since when a table has been known to be deleted; undefined while it lives. */
  goneAt(tableId: string): number | undefined;
}

/**
 * A verdict for every AVAILABLE backup among those of one plan and target, table by table, newest first; what is in
 * another state counts for nothing. The newest of a table is kept by every rule there is, whatever its age, so the
 * last one goes only when its table is gone and `afterTableDeleted` is over.
 * @throws RangeError for a keep that keeps nothing.
 */
export function judge(backups: Backup[], keep: Keep, { zone, now, goneAt }: Circumstances): Verdict[] {
  const rules = rulesOf(keep, zone);
  const rulesInWords = describeKeep(keep);
  return judgeTables(backups, (ofTable, tableId) => {
    const releasedAt = (goneAt(tableId) ?? Infinity) + (keep.afterTableDeletedMs ?? Infinity);
    const isReleased = now >= releasedAt;
    if (isReleased) return { isReleased, whyNot: 'Its table was deleted longer ago than afterTableDeleted says.' };
    for (const rule of rules) applyRule(rule, ofTable);
    return { isReleased, whyNot: `No rule keeps it any more: ${rulesInWords}.` };
  });
}

/**
 * The same for backups that were asked for over tables: each stays until the date that was asked for with it, and
 * without one for good. They follow no plan, so none is kept for being the newest.
 */
export function judgeAdHoc(backups: Backup[], now: number): Verdict[] {
  return judgeTables(backups, (ofTable) => {
    for (const { backup, keptBy } of ofTable) if ((backup.expiresAt ?? Infinity) > now) keptBy.push('wanted');
    return { isReleased: true, whyNot: 'It has reached the date that was asked for.' };
  });
}

/** Marks what is kept of the originals of a table, newest first; says why the others go, and whether all may go. */
type JudgeTable = (ofTable: Verdict[], tableId: string) => { whyNot: string; isReleased: boolean };

function judgeTables(backups: Backup[], judgeTable: JudgeTable): Verdict[] {
  const lost = new Set(backups.filter(isLost).map(ledgerKey));
  const available = backups.filter(({ state }) => state === 'AVAILABLE').sort(newestFirst);
  const byTable = Map.groupBy(available, ({ tableId }) => tableId);
  return [...byTable].flatMap(([tableId, ofTable]) => {
    const verdicts: Verdict[] = ofTable.map((backup) => ({ backup, keptBy: [] }));
    const originals = verdicts.filter(({ backup }) => !backup.isDuplicate);
    const { whyNot, isReleased } = judgeTable(originals, tableId);
    const isAllThereIs = originals.length === 0 && !isReleased;
    for (const verdict of verdicts) {
      applyExceptions(verdict, isAllThereIs || lost.has(ledgerKey(verdict.backup)));
    }
    return verdicts.map((verdict) => (verdict.keptBy.length > 0 ? verdict : expired(verdict, whyNot)));
  });
}

function applyRule({ name, count, bucketOf }: Rule, verdicts: Verdict[]): void {
  const seen = new Set<string>();
  const newest = verdicts[0]?.backup;
  for (const { backup, keptBy } of verdicts) {
    const bucket = bucketOf(backup, newest ?? backup);
    if (bucket === undefined || seen.has(bucket)) continue;
    if (seen.size === count) return;
    seen.add(bucket);
    keptBy.push(name);
  }
}

function applyExceptions({ backup, keptBy }: Verdict, isOriginalMissing: boolean): void {
  if (backup.hold) keptBy.push('held');
  if (backup.pins && backup.pins.size > 0) keptBy.push('pinned');
  if (backup.isDuplicate && isOriginalMissing) keptBy.push('original missing');
}

const expired = (verdict: Verdict, whyNot: string): Verdict => ({
  ...verdict,
  expiredBecause: verdict.backup.isDuplicate
    ? 'It is a second backup of the same run and table.'
    : whyGone(verdict, whyNot),
});

const whyGone = ({ backup: { deletion } }: Verdict, whyNot: string): string =>
  deletion ? `${deletion.by} asked for it at ${iso(deletion.at)} (${deletion.reason}).` : whyNot;

/** An original that is not there, or not yet: a second backup in its place may be the only good one. */
function isLost({ state, isDuplicate }: Backup): boolean {
  return !isDuplicate && state !== 'AVAILABLE' && state !== 'DELETING' && state !== 'DELETED';
}

const ledgerKey = ({ stamp, tableId }: Backup) => `${stamp}#${tableId}`;

function newestFirst(a: Backup, b: Backup): number {
  return contentAt(b) - contentAt(a) || (a.stamp < b.stamp ? 1 : a.stamp > b.stamp ? -1 : 0);
}
