import { type Entry, settleMs } from './entries.ts';
import { claimMs } from './writes.ts';

/** Backups of so long a time are looked at together: at the full quota 98, one page of ListBackups. */
const windowMs = 2000;

/** The time in which some backups that nobody has seen AVAILABLE were, or would have been, created. */
export interface Window {
  from: number;
  until: number;
}

/**
 * Windows over the open entries. Where a backup's own time is known it is one window of two seconds; where an attempt
 * may have made one or not, all the time in which that can be.
 */
export function windowsOf(open: Entry[]): Window[] {
  const windows = new Map<number, Window>();
  for (const { state, createdAt, leaseUntil } of open) {
    const isMaybe = createdAt === undefined;
    if (isMaybe && (state !== 'STARTING' || leaseUntil === undefined)) continue;
    const first = createdAt ?? (leaseUntil ?? 0) - claimMs - windowMs;
    const from = Math.floor(first / windowMs) * windowMs;
    const until = isMaybe ? (leaseUntil ?? 0) + settleMs : from + windowMs;
    windows.set(from, { from, until: Math.max(until, windows.get(from)?.until ?? 0) });
  }
  return [...windows.values()];
}

/** Before that most backups are CREATING; further looks come at 1.25 times the age, at least so much later. */
const firstLookMs = 5000;

/** When to look at a window again that was looked at then, if ever. */
export function nextLookAt({ from }: Window, lookedAt: number | undefined): number {
  if (lookedAt === undefined) return from + firstLookMs;
  return lookedAt + Math.max(firstLookMs, (lookedAt - from) * 0.25);
}
