import { kindOf } from '../errors.ts';
import type { Item } from '../world.ts';
import { type Driving, write } from './drive.ts';
import type { Task } from './task.ts';

const segments = 4;
/** Pages of the segments together, a megabyte each: at most 20 MB a second. */
const roundMs = 200;
/** Of a provisioned table, the counting takes at most half of what it may read. */
const share = 0.5;
const throttledMs = 5000;
/** How far it has come is written down so often, and read again after a crash. */
const writtenEveryMs = 10_000;

/** How far a parallel scan that counts has come: of each segment the last key, or null when it is through. */
export interface Counting {
  items: number;
  after: (Item | null)[];
}

/** What is counted, and how its pages are read. */
export interface Counted {
  page(segment: { of: number; number: number; after?: Item }): Promise<{ items: number; next?: Item; units: number }>;
  /** Read units a second of a provisioned table. */
  readUnits?: number;
}

/** Counts all items by a paced parallel scan. A number: this invocation must end, it goes on then (epoch ms). */
export async function countItems<Kind extends Task & { counting?: Counting }>(
  driving: Driving<Kind>,
  counted: Counted,
): Promise<{ items: number } | number> {
  const { world, driver, task } = driving;
  const remember = (counting: Counting) => write(driving, { counting } as Partial<Kind>);
  let counting: Counting = task.counting ?? { items: 0, after: Array.from({ length: segments }, () => ({})) };
  let writtenAt = world.clock.now();
  while (counting.after.some((after) => after !== null)) {
    if (driver.isEnding) {
      await remember(counting);
      return world.clock.now();
    }
    const round = await countRound(counted, counting);
    counting = round.counting;
    if (world.clock.now() >= writtenAt + writtenEveryMs) {
      await remember(counting);
      writtenAt = world.clock.now();
    }
    await driver.pause(round.restMs);
  }
  return { items: counting.items };
}

/** One page of each segment that is not through. A throttled one is read again. */
async function countRound({ page, readUnits }: Counted, counting: Counting) {
  const pages = await Promise.all(
    counting.after.map(async (after, number) => {
      if (after === null) return undefined;
      const from = Object.keys(after).length === 0 ? {} : { after };
      try {
        return await page({ of: segments, number, ...from });
      } catch (error) {
        if (kindOf(error) === 'throttle') return 'throttled' as const;
        throw error;
      }
    }),
  );
  const after = counting.after.map((before, number) => {
    const came = pages[number];
    return came === undefined || came === 'throttled' ? before : (came.next ?? null);
  });
  const read = pages.filter((came) => came !== undefined && came !== 'throttled');
  const items = counting.items + read.reduce((sum, came) => sum + came.items, 0);
  const units = read.reduce((sum, came) => sum + came.units, 0);
  const paced = readUnits === undefined ? roundMs : (units / (readUnits * share)) * 1000;
  const isThrottled = pages.includes('throttled');
  return { counting: { items, after }, restMs: Math.ceil(Math.max(roundMs, paced, isThrottled ? throttledMs : 0)) };
}
