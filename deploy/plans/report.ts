import type { Plan } from '../../shared/plan.ts';
import type { ExportsPlan } from '../../shared/plans/exports.ts';
import { costOfExports } from '../../shared/plans/exports-forecast.ts';
import { nextFirings, steadyState } from '../../shared/plans/forecast.ts';
import { gbBytes } from '../../shared/plans/price.ts';
import { describeKeep } from '../../shared/retention/rules.ts';
import { toLocal } from '../../shared/schedule/zone.ts';
import type { Selected } from './look.ts';

/** What is known of where a plan runs: what it selects in a Region, or why nobody looked. */
export type Place = Selected | { notLookedAt: string };

const mostNames = 20;

export interface ReportOptions {
  now: number;
  firings: number;
  dollarsPerGbMonth: number;
}

export interface Report {
  lines: string[];
  /** A month's storage; 0 for a plan that is off, undefined when no table could be looked at. */
  dollars: number | undefined;
}

/** What one plan will do and cost, in lines for a person, and its part of the sum. */
export function reportOf(plan: Plan, places: Place[], options: ReportOptions): Report {
  const head = `${plan.name}: ${plan.schedule}, ${plan.timezone}${plan.enabled ? '' : ' (off: enabled is false)'}`;
  const firings = nextFirings(plan, options.now, options.firings);
  const times = firings.length === 0 ? ['never again'] : firings.map((at) => shownIn(plan.timezone, at));
  const ofEach = steadyState(plan, options.now);
  const seen = places.filter((place) => 'tables' in place);
  const tables = seen.flatMap((place) => place.tables);
  const gb = (ofEach * tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)) / gbBytes;
  const dollars = gb * options.dollarsPerGbMonth;
  const price = `about ${ofEach * tables.length} backups, ${gb.toFixed(2)} GB-months, $${dollars.toFixed(2)} a month`;
  const lines = [
    head,
    ...column('fires', times),
    ...column('tables', places.map(shownPlace)),
    ...column('holds', [`about ${ofEach} backups of each table in steady state (${describeKeep(plan.keep)})`]),
    ...(seen.length === 0 ? [] : column('costs', [price])),
  ];
  return { lines, dollars: seen.length === 0 ? undefined : plan.enabled ? dollars : 0 };
}

/** The same of exports; `dollarsPerGb` is for what is exported. */
export function reportOfExports(
  plan: ExportsPlan,
  places: Place[],
  { now, firings, dollarsPerGb }: { now: number; firings: number; dollarsPerGb: number },
): string[] {
  const off = plan.enabled ? '' : ' (off: enabled is false)';
  const to = `${plan.mode} exports to s3://${plan.bucket}/${plan.prefix}`;
  const times = nextFirings(plan, now, firings).map((at) => shownIn(plan.timezone, at));
  const seen = places.filter((place) => 'tables' in place);
  const sizes = seen.flatMap(({ tables }) => tables.map(({ sizeBytes }) => sizeBytes));
  const cost = costOfExports(plan, sizes, now, dollarsPerGb);
  const perGb = `$${dollarsPerGb.toFixed(2)} for a GB`;
  const once = `${cost.gb.toFixed(2)} GB, $${cost.fullDollars.toFixed(2)}`;
  const month = `$${cost.dollarsAMonth.toFixed(2)} in 30 days`;
  const costs =
    plan.mode === 'full'
      ? [`each firing ${once}; ${cost.count} firings, ${month} (at ${perGb})`]
      : [
          `a full export of each table once, ${once} (at ${perGb})`,
          `then at least ${month}: ${cost.count} windows of each table, 10 MB each at least, and ${perGb} of what is written`,
        ];
  return [
    `exports ${plan.name}: ${plan.schedule}, ${plan.timezone}${off}`,
    ...column('fires', times.length === 0 ? ['never again'] : times),
    ...column('tables', places.map(shownPlace)),
    ...column('writes', [to]),
    ...(seen.length === 0 ? [] : column('costs', costs)),
  ];
}

function column(title: string, cells: string[]): string[] {
  return cells.map((cell, index) => `  ${(index === 0 ? title : '').padEnd(8)}${cell}`);
}

function shownPlace(place: Place): string {
  if ('notLookedAt' in place) return place.notLookedAt;
  const names = place.tables.map(({ name }) => name);
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  const list = names.length === 0 ? 'none' : `${names.slice(0, mostNames).join(', ')}${more}`;
  return `${names.length} in ${place.region}: ${list}`;
}

/** `Sat 2026-11-21 03:00 (02:00 UTC)`, with the day of UTC where it is another. */
function shownIn(zone: string, at: number): string {
  const [wall, utc] = [toLocal(zone, at), at].map((time) => {
    const date = new Date(time);
    const [day, clock] = [date.toISOString().slice(0, 10), date.toISOString().slice(11, 16)] as const;
    return { day, clock, weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][date.getUTCDay()] };
  });
  if (zone === 'UTC') return `${wall?.weekday} ${wall?.day} ${wall?.clock} UTC`;
  const other = wall?.day === utc?.day ? '' : `${utc?.day} `;
  return `${wall?.weekday} ${wall?.day} ${wall?.clock} (${other}${utc?.clock} UTC)`;
}
