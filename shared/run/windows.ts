import { type Entry, settleMs } from './entries.ts';
import { claimMs } from './writes.ts';

/** Backups of so long a time are looked at together: at the full quota 98, one page of ListBackups. */
const windowMs = 2000;

/** The time in which some backups that nobody has seen AVAILABLE were, or would have been, created. */
export interface Window {
  from: number;
  until: number;
}

/** With the open entries whose backups were, or would have been, created then. */
export interface OpenWindow extends Window {
  entries: Entry[];
}

/**
 * Windows over the open entries. Where a backup's own time is known it is one window of two seconds; where an attempt
 * may have made one or not, all the time in which that can be.
 */
export function windowsOf(open: Entry[]): OpenWindow[] {
  const windows = new Map<number, OpenWindow>();
  for (const entry of open) {
    const { state, createdAt, leaseUntil } = entry;
    const isMaybe = createdAt === undefined;
    if (isMaybe && (state !== 'STARTING' || leaseUntil === undefined)) continue;
    const first = createdAt ?? (leaseUntil ?? 0) - claimMs - windowMs;
    const from = Math.floor(first / windowMs) * windowMs;
    const until = isMaybe ? (leaseUntil ?? 0) + settleMs : from + windowMs;
    const window = windows.get(from) ?? { from, until, entries: [] };
    window.until = Math.max(until, window.until);
    window.entries.push(entry);
    windows.set(from, window);
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
