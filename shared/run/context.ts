import type { Lease } from '../lease.ts';
import { runFrom, type StoredRun } from '../ledger.ts';
import type { Invocation, World } from '../world.ts';
import { Announcer } from './announce.ts';
import type { Capturing } from './capturing.ts';
import { Entries } from './entries.ts';

/** A run while this process drives it. */
export interface Driving {
  world: World;
  lease: Lease;
  /** As of our last write. */
  run: StoredRun;
  invocation: Invocation;
  entries: Entries;
  announcer: Announcer;
  /** Until then nobody here knows which ends earlier drivers wrote and did not tell. */
  isLedgerRead: boolean;
  /** What reads the settings of the tables meanwhile, unless the deployment does without. */
  capturing?: Capturing;
  /** Every table that is to be taken is among the entries, or the listing was given up. */
  isSelected: boolean;
  listingError?: string;
  /** Why this process must stop: the lease is lost, or something threw. */
  failure?: unknown;
  /** Attempts under way. */
  attempts: Set<Promise<void>>;
  /** Since the last renewal of the lease. */
  throttled: number;
}

/** No request is sent so shortly before the deadline that nobody would see its backup become AVAILABLE. */
export const fenceBeforeDeadlineMs = 60_000;

/** Time to end cleanly before Lambda ends the invocation. */
export const stopMs = 60_000;

export function driving(world: World, lease: Lease, invocation: Invocation): Driving {
  const run = runFrom(lease.item);
  return {
    world,
    lease,
    run,
    invocation,
    entries: new Entries(run, world.installation),
    announcer: new Announcer(world, run.announcedUntil),
    isLedgerRead: false,
    isSelected: false,
    ...(run.listingError !== undefined && { listingError: run.listingError }),
    attempts: new Set(),
    throttled: 0,
  };
}

export const stopAt = ({ lease }: Driving): number => lease.stopAt;

/** This process is to do nothing more for the run, done or not. */
export function isStopped(driven: Driving): boolean {
  return driven.failure !== undefined || driven.lease.isEnding;
}

/** Every selected table has ended. */
export function isDone({ isSelected, entries }: Driving): boolean {
  return isSelected && entries.open().length === 0;
}

/** From now on tables that have not ended fail. */
export function isExpired({ run, world }: Driving): boolean {
  return world.clock.now() >= run.deadlineAt;
}

/** Sleeps, but not past the time to stop. */
export const pause = ({ lease }: Driving, ms: number): Promise<void> => lease.pause(ms);
