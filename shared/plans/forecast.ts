import { stampOf } from '../names.ts';
import type { Keep, Plan } from '../plan.ts';
import { judge } from '../retention.ts';
import type { Backup } from '../run.ts';
import { nextFiring, parseSchedule } from '../schedule.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Nobody plans further, and schedules end in 2199. */
const longestSpanMs = 100 * 366 * dayMs;
const mostFirings = 200_000;

/** The next firings after that instant, at most so many. */
export function nextFirings(plan: Pick<Plan, 'schedule' | 'timezone'>, after: number, count: number): number[] {
  const schedule = parseSchedule(plan.schedule, plan.timezone);
  const firings: number[] = [];
  for (
    let at = nextFiring(schedule, after);
    at !== undefined && firings.length < count;
    at = nextFiring(schedule, at)
  ) {
    firings.push(at);
  }
  return firings;
}

/**
 * How many backups of one table the plan holds once its rules are in balance: the verdicts of retention on a table
 * that was backed up at every firing from `now` on, until the slowest rule is full.
 */
export function steadyState(plan: Plan, now: number): number {
  const firings = firingsThatMatter(plan, now);
  const end = firings.at(-1);
  if (end === undefined) return 0;
  const backups = firings.map((at): Backup => backupOf(plan, at));
  const verdicts = judge(backups, plan.keep, { zone: plan.timezone, now: end, goneAt: () => undefined });
  return verdicts.filter(({ keptBy }) => keptBy.length > 0).length;
}

/**
 * All firings of the time that `last` and `within` look at, before that one an hour, and one a day where only days,
 * weeks, months and years count: a plan that fires every minute for years is not walked minute by minute.
 */
function firingsThatMatter(plan: Plan, now: number): number[] {
  const schedule = parseSchedule(plan.schedule, plan.timezone);
  const gapMs = longestGap(plan, now);
  const spans = spansOf(plan.keep, gapMs);
  const first = nextFiring(schedule, now) ?? now;
  const end = first + Math.min(longestSpanMs, Math.max(spans.everyFiring, spans.hours, spans.days) + gapMs);
  const firings: number[] = [];
  for (let at = nextFiring(schedule, now); at !== undefined && at <= end && firings.length < mostFirings; ) {
    firings.push(at);
    const left = end - at;
    const skippedMs =
      left <= spans.everyFiring ? 0 : Math.max(0, (left <= spans.hours ? hourMs : dayMs - hourMs) - gapMs);
    at = nextFiring(schedule, at + skippedMs);
  }
  return firings;
}

/** How far back each kind of rule looks, a day's edge and one firing more. */
function spansOf(keep: Keep, gapMs: number): { everyFiring: number; hours: number; days: number } {
  const of = (count: number | undefined, periodMs: number) => (count ?? 0) * Math.max(periodMs, gapMs);
  const edge = dayMs + 2 * gapMs;
  return {
    everyFiring: Math.max(of(keep.last, 0), keep.withinMs ?? 0) + edge,
    hours: of(keep.hourly, hourMs) + edge,
    days:
      Math.max(
        of(keep.daily, dayMs),
        of(keep.weekly, 7 * dayMs),
        of(keep.monthly, 31 * dayMs),
        of(keep.yearly, 366 * dayMs),
      ) + edge,
  };
}

/** Between firings, among the next hundred. */
function longestGap(plan: Plan, now: number): number {
  const firings = nextFirings(plan, now, 100);
  return Math.max(0, ...firings.slice(1).map((at, index) => at - (firings[index] ?? at)));
}

function backupOf({ name }: Plan, at: number): Backup {
  return {
    target: { account: '', region: '' },
    plan: name,
    stamp: stampOf(at),
    tableId: 'any',
    tableName: 'any',
    state: 'AVAILABLE',
    attempt: 1,
    createdAt: at,
  };
}
