import { describe, expect, test } from 'vitest';
import type { Mishap } from '../support/worker.ts';
import { chainsHere, minuteMs } from './chain-here.ts';
import { apply, readChains } from './chain-reader.ts';

/** One of the processes, and the point at which it meets with a mishap. */
type Place = readonly [environment: number, at: number];

/** A full export and a window; `changing` are the points after a call that changes the world. */
async function exportWith(mishap: Mishap | undefined, [environment, at]: Place) {
  const changing: Place[] = [];
  let operation = '';
  const here = await chainsHere({
    lake: { schedule: 'cron(0/30 * * * ? *)' },
    dynamodb: { exportMs: () => 30_000 },
    fateOf: (number) => (point) => {
      // Before a call is signed, before and after it takes effect.
      if (point % 3 === 2 && /^(Put|Update|Export)/.test(operation)) changing.push([number, point]);
      return number === environment && point === at ? mishap : undefined;
    },
  });
  try {
    here.aws.onCall(({ call }) => {
      operation = call.operation;
    });
    await here.table('orders');
    await here.put('orders', 'a', 1);
    await here.passFiring(35 * minuteMs, 30 * minuteMs);
    await here.put('orders', 'b', 1);
    await here.passFiring(30 * minuteMs, 30 * minuteMs);
    await here.pass(12 * minuteMs);
    const { ExportSummaries } = await here.call<{ ExportSummaries: unknown[] }>('ListExports', {});
    const [chain = []] = readChains(here);
    const idsOf = (type: string) => new Set(here.told(type).map(({ id }) => id)).size;
    const isEqual = isSame(apply(here, chain), await here.items('orders'));
    return {
      changing,
      verdict: {
        exports: ExportSummaries.length,
        chain: chain.map(({ until }) => until.slice(11, 16)),
        isEqual,
        began: idsOf('Export Chain Began'),
        failed: idsOf('Export Failed'),
        rounds: idsOf('Export Round Completed'),
      },
    };
  } finally {
    here.close();
  }
}

const sorted = (items: Map<string, unknown>) => JSON.stringify([...items].sort(([a], [b]) => (a < b ? -1 : 1)));
const isSame = (one: Map<string, unknown>, other: Map<string, unknown>) => sorted(one) === sorted(other);

const asItShouldBe = { exports: 2, chain: ['02:30', '03:00'], isEqual: true, began: 1, failed: 0, rounds: 2 };
const nowhere: Place = [-1, -1];

/** One run takes a quarter of a second: every n-th place is tried, each time the same. */
const everyNth = 12;

describe('a chain is whole, and nothing is exported twice', () => {
  test('when nothing happens', async () => {
    expect((await exportWith(undefined, nowhere)).verdict).toEqual(asItShouldBe);
  });

  test.each<[string, Mishap]>([
    ['killed', 'kill'],
    ['frozen for 250 s', { freezeMs: 250_000 }],
  ])('wherever one of its processes is %s after it has changed something', async (_, mishap) => {
    const { changing } = await exportWith(undefined, nowhere);
    const places = changing.filter((_place, index) => index % everyNth === (mishap === 'kill' ? 0 : 6));
    const wrong: unknown[] = [];
    for (const place of places) {
      const { verdict } = await exportWith(mishap, place);
      if (JSON.stringify(verdict) !== JSON.stringify(asItShouldBe)) wrong.push({ place, ...verdict });
    }
    expect(wrong).toEqual([]);
    expect(changing.length).toBeGreaterThan(100);
  });
});
