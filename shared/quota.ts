/** One rate-limited operation of one target, as its item in the catalog says. */
export interface Quota {
  /** The next free slot, epoch ms, to the microsecond ("theoretical arrival time", as in the generic cell rate algorithm). */
  tat: number;
  /** Slots a second as of `cutAt`; see `rateAt`. */
  rate: number;
  /** Counts the cuts. A lease is granted only to who knows the last one, so that all workers slow down together. */
  gen: number;
  cutAt: number;
}

/** A slot that was missed by more than this is dropped: sent late, it would meet those of others. */
export const missedAfterMs = 250;

/** A worker's clock or a write went wrong when the next free slot, or the last cut, is so far ahead. */
const impossiblyAheadMs = 30_000;

const climbPerSecond = 0.25;
const cutTo = 0.9;
/** Around the rate that was throttled, 2 % either way, it climbs so slowly: there it is worth staying. */
const carefulPerSecond = 0.05;
const careful = 0.02;
const slowestPerSecond = 1;

/**
 * What it is now: after a cut it climbs by a quarter a second, each second, up to the full rate, and slower where it
 * was throttled: beside another user that uses 98 % of the rest, and else 95 %, with half of the throttles (0005).
 */
export function rateAt({ rate, cutAt }: Quota, full: number, now: number): number {
  const seconds = Math.max(0, Math.floor((now - cutAt) / 1000));
  const throttled = rate / cutTo;
  const carefulFrom = (throttled * (1 - careful) - rate) / climbPerSecond;
  const carefulFor = (2 * careful * throttled) / carefulPerSecond;
  const carefulSeconds = Math.min(Math.max(0, seconds - carefulFrom), carefulFor);
  return Math.min(full, rate + climbPerSecond * (seconds - carefulSeconds) + carefulPerSecond * carefulSeconds);
}

/** The quota after a throttle. It counts once a second: what comes sooner was sent before the cut could act. */
export function cut(quota: Quota, full: number, now: number): Quota {
  const rate = Math.max(slowestPerSecond, rateAt(quota, full, now) * cutTo);
  return { ...quota, rate, gen: quota.gen + 1, cutAt: now };
}

/** Slots begin at most so long after they are leased: a catalog that takes longer than that is not waited for. */
const longestLeadMs = 5000;

/** What a write of the catalog is taken to need after one that took so long: what was slow once is so again for a while. */
export function expectedMs(before: number, tookMs: number): number {
  return Math.ceil(Math.min(longestLeadMs, Math.max(tookMs, before / 2)));
}

/** How long after its lease the first slot begins, when so many writes have to be done before it can be used. */
export function leadMs(writes: number, writeMs: number): number {
  return Math.min(longestLeadMs, writes * writeMs);
}

/** How many slots one lease takes: a second's worth, or what is wanted. */
export function slotsPerLease(want: number, perSecond: number): number {
  return Math.min(want, Math.max(1, Math.floor(perSecond)));
}

/** How long that many slots take, in ms; microseconds rounded up keep sums exact in the catalog. */
export function spanMs(slots: number, perSecond: number): number {
  return Math.ceil((slots * 1_000_000) / perSecond) / 1000;
}

/**
 * What to do about a quota that is believed to be so: make its item, take slots of an idle one (they begin `from` then),
 * take slots behind those of others, wait until that can be granted, or set right what cannot be.
 */
export type NextStep =
  | { step: 'make' | 'takeIdle' | 'takeBusy'; spanMs: number }
  | { step: 'wait'; ms: number }
  | { step: 'reset' };

/** Whether it can have come about: whatever else is there would never be granted again, or not for long. */
export function isPossible({ tat, rate, gen, cutAt }: Quota, now: number): boolean {
  const latest = now + impossiblyAheadMs;
  return tat <= latest && cutAt <= latest && rate >= slowestPerSecond && Number.isFinite(gen);
}

/** When slots that are leased now may begin: not before they can be used, nor behind too many of others. */
export interface Range {
  from: number;
  until: number;
}

export function rangeOf(now: number, horizonMs: number, leadMs: number): Range {
  return { from: now + leadMs, until: now + Math.max(horizonMs, leadMs) };
}

export function nextStep(quota: Quota | undefined, slots: number, full: number, { from, until }: Range): NextStep {
  if (quota === undefined) return { step: 'make', spanMs: spanMs(slots, full) };
  if (!isPossible(quota, from)) return { step: 'reset' };
  if (quota.tat > until) return { step: 'wait', ms: Math.ceil(quota.tat - until) };
  return { step: quota.tat < from ? 'takeIdle' : 'takeBusy', spanMs: spanMs(slots, rateAt(quota, full, from)) };
}

/** The instants of slots that end at `tat`, in order. */
export function slotsBefore(tat: number, span: number, slots: number): number[] {
  return Array.from({ length: slots }, (_, index) => tat - span + (span / slots) * index);
}

/**
 * Before this a process sends nothing more, whatever its slots say: in no second more than the documented rate, and
 * never two calls closer than half of its interval, so that slots which a busy process has let pass make no burst.
 */
export function gateAt(sentAt: number[], documented: number): number {
  const last = sentAt.at(-1) ?? 0;
  const aSecondsWorthAgo = sentAt.at(-documented) ?? 0;
  return Math.max(last + 500 / documented, aSecondsWorthAgo + 1000);
}
