import type { ExportsPlan } from '../../plans/exports.ts';
import type { Window } from '../../restore/calls.ts';
import type { Chain, Step } from './chain.ts';

/** What is known of a table at the moment. */
export interface Seen {
  /** Epoch ms, by our own clock. */
  now: number;
  /** By AWS's clock; absent while recovery is off. */
  recovery?: Window;
}

/** What a chain needs next. */
export type Decision =
  | { act: 'settled' }
  | { act: 'wait'; forMs: number }
  | { act: 'blocked'; trouble: string }
  | ({ act: 'export' } & Pick<Step, 'kind' | 'from' | 'until' | 'reason'>);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html */
const shortestMs = 15 * 60_000;
const longestMs = 24 * 3_600_000;

const second = 1000;
const upToSecond = (at: number): number => Math.ceil(at / second) * second;

/**
 * What is to be exported of a table up to `goal`, the scheduled instant of a firing. Every instant comes from Scheduler's
 * clock and AWS's window of recovery and joins the last one that is written down, so that a clock of ours that jumps
 * makes neither gap nor overlap nor a window in the future: it only waits.
 */
export function decide(plan: ExportsPlan, chain: Chain, goal: number, { now, recovery }: Seen): Decision {
  if (recovery === undefined) {
    const trouble = `Point-in-time recovery of ${chain.table.name} is off, and exports are made from it: switch it on.`;
    return { act: 'blocked', trouble };
  }
  const reachable = Math.min(recovery.latest, now);
  const reason = whyFull(plan, chain, goal, recovery);
  if (reason !== undefined) {
    const at = Math.max(goal, upToSecond(recovery.earliest));
    return at > reachable ? { act: 'wait', forMs: at - reachable } : { act: 'export', kind: 'full', until: at, reason };
  }
  const { until = 0 } = chain;
  if (plan.mode === 'full' || goal - until < shortestMs) return { act: 'settled' };
  const end = Math.min(goal, until + longestMs);
  return end > reachable
    ? { act: 'wait', forMs: end - reachable }
    : { act: 'export', kind: 'window', from: until, until: end };
}

/** Why the table has to be exported whole now; undefined when it need not. */
function whyFull(plan: ExportsPlan, chain: Chain, goal: number, { earliest }: Window): string | undefined {
  const { until, lost } = chain;
  if (until === undefined) return 'it is the first export of the table';
  if (plan.mode === 'full') return until < goal ? 'it is due' : undefined;
  if (chain.mode !== plan.mode) return 'the exports were of whole tables before';
  if (chain.bucket !== plan.bucket) return `the exports go to ${plan.bucket} now`;
  if (chain.format !== plan.format) return `the format is ${plan.format} now`;
  if (lost !== undefined) return lost;
  if (earliest > until) {
    const [from, end] = [earliest, until].map((at) => new Date(at).toISOString());
    return `point-in-time recovery reaches back to ${from} only, and the chain ended at ${end}: recovery was off in between, or its period has passed`;
  }
  return undefined;
}
