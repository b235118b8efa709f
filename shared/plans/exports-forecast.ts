import { nextFiring, parseSchedule } from '../schedule.ts';
import type { ExportsPlan } from './exports.ts';
import { dollarsPerExportedGb, gbBytes, leastExportedBytes } from './price.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Windows of an incremental export are no shorter and no longer (shared/export/chain/decide.ts). */
const shortestMs = 15 * minuteMs;
const monthMs = 30 * dayMs;

/** Exports of one table in 30 days from `now` on: firings of mode full, windows of mode incremental. */
export function exportsAMonth(plan: ExportsPlan, now: number): number {
  const schedule = parseSchedule(plan.schedule, plan.timezone);
  // At most one each 15 minutes counts, and a longer gap is several windows of a day.
  const stepMs = plan.mode === 'full' ? 0 : shortestMs - 1;
  const first = nextFiring(schedule, now);
  let count = first === undefined ? 0 : 1;
  for (let at = first; at !== undefined; ) {
    const next: number | undefined = nextFiring(schedule, at + stepMs, at);
    if (next === undefined || next > now + monthMs) break;
    count += plan.mode === 'full' ? 1 : Math.ceil((next - at) / dayMs);
    at = next;
  }
  return count;
}

/** What the exports of tables of these sizes cost. */
export interface ExportsCost {
  /** A full export of all of them, once. */
  gb: number;
  fullDollars: number;
  /** Full exports, or at least so much for windows, in 30 days. */
  count: number;
  dollarsAMonth: number;
}

/** AWS's sizes are about six hours old; what will be written in a window nobody knows. */
export function costOfExports(
  plan: ExportsPlan,
  sizesBytes: number[],
  now: number,
  dollarsPerGb = dollarsPerExportedGb,
): ExportsCost {
  const gb = sizesBytes.reduce((sum, bytes) => sum + bytes, 0) / gbBytes;
  const fullDollars = gb * dollarsPerGb;
  const count = exportsAMonth(plan, now);
  const leastDollars = (sizesBytes.length * leastExportedBytes * dollarsPerGb) / gbBytes;
  return { gb, fullDollars, count, dollarsAMonth: count * (plan.mode === 'full' ? fullDollars : leastDollars) };
}
