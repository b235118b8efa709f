import { kindOf } from '../errors.ts';
import { write } from '../task/drive.ts';
import { failWithout, ownTable } from './context.ts';
import { countDifferences } from './expected.ts';
import type { Counting, Importing } from './import-task.ts';

const segments = 4;
/** Pages of the segments together, a megabyte each: at most 20 MB a second. */
const roundMs = 200;
/** Of a provisioned table, the counting takes at most half of what it may read. */
const share = 0.5;
const throttledMs = 5000;
/** How far it has come is written down so often, and read again after a crash. */
const writtenEveryMs = 10_000;

/** Counts all items by a paced parallel scan while nobody else writes, and compares the count with the files. */
export async function verify(importing: Importing): Promise<'next' | number> {
  const { world, driver, task } = importing;
  const table = await ownTable(importing);
  if (table === 'gone' || table === 'another') return failWithout(importing, table);
  let counting: Counting = task.counting ?? { items: 0, after: Array.from({ length: segments }, () => ({})) };
  let writtenAt = world.clock.now();
  while (counting.after.some((after) => after !== null)) {
    if (driver.isEnding) {
      await write(importing, { counting });
      return world.clock.now();
    }
    const round = await countRound(importing, counting);
    counting = round.counting;
    if (world.clock.now() >= writtenAt + writtenEveryMs) {
      await write(importing, { counting });
      writtenAt = world.clock.now();
    }
    await driver.pause(round.restMs);
  }
  const { items } = counting;
  const differences = countDifferences(task, items);
  await write(importing, { state: 'SETTLING', items, differences, counting: undefined }, `${items} items are counted`);
  return 'next';
}

/** One page of each segment that is not through. A throttled one is read again. */
async function countRound({ world, task }: Importing, counting: Counting) {
  const { target, structure } = task.plan;
  const calls = world.imports(target);
  const pages = await Promise.all(
    counting.after.map(async (after, number) => {
      if (after === null) return undefined;
      const from = Object.keys(after).length === 0 ? {} : { after };
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
    return page === undefined || page === 'throttled' ? before : (page.next ?? null);
  });
  const read = pages.filter((page) => page !== undefined && page !== 'throttled');
  const items = counting.items + read.reduce((sum, page) => sum + page.items, 0);
  const units = read.reduce((sum, page) => sum + page.units, 0);
  const { billingMode, throughput } = structure;
  const isSized = billingMode === 'PROVISIONED' && throughput !== undefined;
  const paced = isSized ? (units / (throughput.read * share)) * 1000 : roundMs;
  const isThrottled = pages.includes('throttled');
  return { counting: { items, after }, restMs: Math.ceil(Math.max(roundMs, paced, isThrottled ? throttledMs : 0)) };
}
