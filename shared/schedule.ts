import { type Cron, daysOf, parseCron } from './schedule/cron.ts';
import { firstInstantOf, isZone, toLocal } from './schedule/zone.ts';

/**
 * When a schedule of EventBridge Scheduler fires.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export type Schedule = { expression: string; timezone: string } & (
  | { kind: 'cron'; cron: Cron }
  | { kind: 'rate'; everyMs: number }
  | { kind: 'at'; local: number }
);

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `cron(…)`, `rate(…)` or `at(…)` as Scheduler does, in a zone of the IANA database.
 * Throws an Error whose message names the mistake and the remedy.
 */
export function parseSchedule(expression: string, timezone = 'UTC'): Schedule {
  if (!isZone(timezone)) {
    throw new Error(
      `The time zone "${timezone}" is unknown; write a name of the IANA database, as Europe/Berlin or UTC.`,
    );
  }
  const [, kind, inner = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  const common = { expression, timezone };
  if (kind === 'cron') return { ...common, kind, cron: parseCron(inner) };
  if (kind === 'rate') return { ...common, kind, everyMs: parseRate(inner) };
  if (kind === 'at') return { ...common, kind, local: parseLocalTime(inner) };
  throw new Error(
    `"${expression}" is not a schedule; write cron(0 3 * * ? *), rate(12 hours) or at(2027-01-31T03:00:00).`,
  );
}

/** Singular and plural alike: unlike EventBridge's rules, Scheduler takes `rate(1 days)`, the example of its own page. */
function parseRate(text: string): number {
  const [, value, unit = ''] = /^\s*(\d+)\s+(minute|hour|day)s?\s*$/.exec(text) ?? [];
  const everyMs = Number(value) * (unitMs[unit] ?? 0);
  if (everyMs > 0) return everyMs;
  throw new Error(
    `rate(${text}) is not understood; write a whole number above 0 and minutes, hours or days, as in rate(12 hours).`,
  );
}

function parseLocalTime(text: string): number {
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (new Date(local || 0).toISOString().slice(0, 19) === text) return local;
  throw new Error(
    `at(${text}) is not a date and time; write at(yyyy-mm-ddThh:mm:ss), as in at(2027-01-31T03:00:00), without a zone.`,
  );
}

/**
 * The first firing strictly after that instant (epoch ms); undefined when there is none any more.
 * Daylight saving, as AWS documents it: a local time that is left out in spring does not fire, one that comes
 * twice in autumn fires once (that it is the first of the two is inferred), and days of `rate` have 24 hours.
 * A rate counts from `startAt`, its schedule's start; without one, from `after`.
 */
export function nextFiring(schedule: Schedule, after: number, startAt = after): number | undefined {
  if (schedule.kind === 'rate') {
    const passed = Math.floor((after - startAt) / schedule.everyMs) + 1;
    return after < startAt ? startAt : startAt + passed * schedule.everyMs;
  }
  if (schedule.kind === 'at') {
    const at = firstInstantOf(schedule.timezone, schedule.local);
    return at !== undefined && at > after ? at : undefined;
  }
  for (const local of localTimes(schedule.cron, toLocal(schedule.timezone, after))) {
    const at = firstInstantOf(schedule.timezone, local);
    if (at !== undefined && at > after) return at;
  }
  return undefined;
}

/** The wall clock times after `after` that the fields name, in order. */
function* localTimes(cron: Cron, after: number): Generator<number> {
  const firstYear = new Date(after).getUTCFullYear();
  for (const year of cron.years.filter((other) => other >= firstYear)) {
    for (const month of cron.months) {
      if (Date.UTC(year, month, 1) <= after) continue;
      for (const date of daysOf(cron.days, year, month))
        yield* timesOfDay(cron, Date.UTC(year, month - 1, date), after);
    }
  }
}

function* timesOfDay({ hours, minutes }: Cron, midnight: number, after: number): Generator<number> {
  if (midnight + 86_400_000 <= after) return;
  for (const hour of hours) {
    const hourAt = midnight + hour * 3_600_000;
    if (hourAt + 3_600_000 <= after) continue;
    for (const minute of minutes) {
      const local = hourAt + minute * 60_000;
      if (local > after) yield local;
    }
  }
}
