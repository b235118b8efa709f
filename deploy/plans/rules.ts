import { durationPattern } from '../../shared/plans/definition.ts';
import { durationMs } from '../../shared/plans/duration.ts';
import { isZone } from '../../shared/schedule/zone.ts';
import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { matches, optOutTag } from '../../shared/selection.ts';

/** What is wrong in a plan, and what to do; the path is that in the plan. */
export interface Mistake {
  path: PropertyKey[];
  message: string;
  /** It is the key that is wrong, not what stands behind it. */
  isKey?: boolean;
}

export type Fields = Record<string, unknown>;

/**
 * The rules that no schema can say. They look at whatever is there, right or wrong, so that a mistake
 * in one field does not hide those of another; what has a wrong type is left to the definition.
 */
export function mistakesAcrossFields(plan: unknown): Mistake[] {
  if (!isFields(plan)) return [];
  return [...inSchedule(plan), ...inTables(plan.tables), ...inTargets(plan.targets), ...inDurations(plan)];
}

/** Of plans and exports alike. */
export function inSchedule({ schedule, timezone = 'UTC' }: Fields): Mistake[] {
  const zoneIsKnown = typeof timezone === 'string' && isZone(timezone);
  const zone: Mistake[] =
    typeof timezone !== 'string' || zoneIsKnown
      ? []
      : [
          {
            path: ['timezone'],
            message: `"${timezone}" is unknown; write a name of the IANA database, as Europe/Berlin or UTC.`,
          },
        ];
  if (typeof schedule !== 'string') return zone;
  try {
    const clocks = zoneIsKnown ? timezone : 'UTC';
    const parsed = parseSchedule(schedule, clocks);
    if (nextFiring(parsed, 0) !== undefined) return zone;
    const why = `${schedule} never fires: no month has such a day, or the clocks of ${clocks} leave that time out`;
    return [...zone, { path: ['schedule'], message: `${why}; choose another time.` }];
  } catch (error) {
    return [...zone, { path: ['schedule'], message: (error as Error).message }];
  }
}

const unusableTags: [tag: string, message: string][] = [
  [optOutTag, 'is the tag of tables that want no backup; choose another tag.'],
  // The validator leaves it out without a word: https://github.com/colinhacks/zod/blob/main/packages/zod/src/v4/core/schemas.ts
  ['__proto__', 'cannot be held by a plan; choose another tag.'],
];

/** Of plans and exports alike. */
export function inTables(tables: unknown): Mistake[] {
  if (!isFields(tables)) return [];
  const include = strings(tables.include ?? ['*']);
  const covered = include.map((wanted) => strings(tables.exclude).find((pattern) => covers(pattern, wanted)));
  const nothingLeft: Mistake[] =
    include.length > 0 && covered.every((pattern) => pattern !== undefined)
      ? [
          {
            path: ['tables', 'exclude'],
            message: `excludes everything that include names (by "${covered[0]}"); no table is left.`,
          },
        ]
      : [];
  const { tags } = tables;
  const wrongTags = unusableTags
    .filter(([tag]) => isFields(tags) && Object.hasOwn(tags, tag))
    .map(([tag, message]): Mistake => ({ path: ['tables', 'tags', tag], isKey: true, message }));
  return [...nothingLeft, ...wrongTags];
}

/** Whether everything that `wanted` means is meant by `pattern`, too; not all such cases are seen, but no other. */
function covers(pattern: string, wanted: string): boolean {
  return !wanted.includes('?') && matches(pattern, wanted) && (!wanted.includes('*') || !pattern.includes('?'));
}

/** Of plans and exports alike. */
export function inTargets(targets: unknown): Mistake[] {
  const seen = new Set<string>();
  return list(targets).flatMap((target, index) => {
    if (!isFields(target)) return [];
    const account = typeof target.account === 'string' ? target.account : '';
    return list(target.regions ?? ['']).flatMap((region, place) => {
      if (typeof region !== 'string') return [];
      const known = seen.size;
      const isNew = seen.add(`${account}/${region}`).size > known;
      const path = ['targets', index, ...(target.regions === undefined ? [] : ['regions', place])];
      return isNew
        ? []
        : [
            {
              path,
              message: `${[account, region].filter(Boolean).join(' ')} is a target of this plan already; name each once.`,
            },
          ];
    });
  });
}

const minuteMs = 60_000;
const limits: [field: string, fromMs: number, toMs: number, remedy: string][] = [
  ['deadline', 5 * minuteMs, 7 * 24 * 60 * minuteMs, 'write 5m to 7d; a backup takes minutes'],
  // EventBridge Scheduler keeps an event for 60 s to 24 h: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
  ['startWithin', minuteMs, 24 * 60 * minuteMs, 'write 1m to 24h; EventBridge Scheduler tries no longer'],
];

function inDurations(plan: Fields): Mistake[] {
  const outside = limits.flatMap(([field, fromMs, toMs, remedy]) => {
    const ms = durationIn(plan[field]) ?? fromMs;
    return ms >= fromMs && ms <= toMs
      ? []
      : [{ path: [field], message: `${String(plan[field])} is not possible; ${remedy}.` }];
  });
  const isTooLate = (durationIn(plan.startWithin) ?? 0) >= (durationIn(plan.deadline) ?? Infinity);
  if (!isTooLate) return outside;
  const message = `${plan.startWithin} leaves no time until the deadline of ${plan.deadline}; both count from the scheduled time, write a longer deadline.`;
  return [...outside, { path: ['startWithin'], message }];
}

/** Of plans and exports alike. */
export function durationIn(text: unknown): number | undefined {
  return typeof text === 'string' && durationPattern.test(text) ? durationMs(text) : undefined;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const strings = (value: unknown): string[] => list(value).filter((item) => typeof item === 'string');
