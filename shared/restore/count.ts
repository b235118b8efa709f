import { kindOf } from '../errors.ts';
import { write } from '../task/drive.ts';
import type { ItemKey } from './calls.ts';
import type { Restoring } from './context.ts';
import type { Counting } from './restore-task.ts';

const segments = 4;
/** Pages of the segments together, a megabyte each: at most 20 MB a second. */
const roundMs = 200;
/** Of a provisioned table, the counting takes at most half of what it may read. */
const share = 0.5;
const throttledMs = 5000;
/** How far it has come is written down so often, and read again after a crash. */
const writtenEveryMs = 10_000;

/** Counts all items by a paced parallel scan. A number: this invocation must end, it goes on then (epoch ms). */
export async function count(restoring: Restoring): Promise<{ items: number } | number> {
  const { world, driver, task } = restoring;
  let counting: Counting = task.counting ?? { items: 0, after: Array.from({ length: segments }, () => ({})) };
  let writtenAt = world.clock.now();
  while (counting.after.some((after) => after !== null)) {
    if (driver.isEnding) {
      await write(restoring, { counting });
      return world.clock.now();
    }
    const round = await countRound(restoring, counting);
    counting = round.counting;
    if (world.clock.now() >= writtenAt + writtenEveryMs) {
      await write(restoring, { counting });
      writtenAt = world.clock.now();
    }
    await driver.pause(round.restMs);
  }
  return { items: counting.items };
}

/** One page of each segment that is not through. A throttled one is read again. */
async function countRound({ world, task }: Restoring, counting: Counting) {
  const { target, structure } = task.plan;
  const calls = world.restores(target);
  const pages = await Promise.all(
    counting.after.map(async (after, number) => {
      if (after === null) return undefined;
      const from = Object.keys(after).length === 0 ? {} : { after: after as ItemKey };
      try {
        return await calls.countPage(target.tableName, { of: segments, number, ...from });
      } catch (error) {
        if (kindOf(error) === 'throttle') return 'throttled' as const;
        throw error;
      }
    }),
  );
  const after = counting.after.map((before, number) => {
    const page = pages[number];
    if (page === undefined || page === 'throttled') return before;
    return page.next ?? null;
  });
  const read = pages.filter((page) => page !== undefined && page !== 'throttled');
  const items = counting.items + read.reduce((sum, page) => sum + page.items, 0);
  const units = read.reduce((sum, page) => sum + page.units, 0);
  const isSized = structure.billingMode === 'PROVISIONED';
  const paced = isSized ? (units / (structure.throughput.read * share)) * 1000 : roundMs;
  const isThrottled = pages.includes('throttled');
  return { counting: { items, after }, restMs: Math.ceil(Math.max(roundMs, paced, isThrottled ? throttledMs : 0)) };
}
