import { describe, expect, test } from 'vitest';
import { documentedPerSecond, type PacedOperation } from '../../shared/quota-rates.ts';
import { OneItem, quotasOf, Time } from '../properties/quota-world.ts';
import { mostWithin } from './windows.ts';

/*
 * AWS documents "50 a second" and not how it counts. Two readings: a bucket that fills at that rate and holds a burst,
 * and a count that no second may exceed, wherever it begins. Both are written here anew, in a few lines.
 */

const target = { account: '123456789012', region: 'us-east-1' };

/** How many of these calls a bucket refuses that holds `burst` and fills at that rate. */
function refused(instants: number[], perSecond: number, burst: number): number {
  let [held, at, count] = [burst, instants[0] ?? 0, 0];
  for (const now of instants.toSorted((a, b) => a - b)) {
    held = Math.min(burst, held + ((now - at) / 1000) * perSecond);
    at = now;
    if (held >= 1) held--;
    else count++;
  }
  return count;
}

interface Crowd {
  workers: number;
  skewMs?: number;
  writeMs?: number;
  operation?: PacedOperation;
  calls?: number;
}

/** When workers send, in truth, who have more to do than there are slots. */
async function instantsOf({ workers, skewMs = 0, writeMs = 10, operation = 'CreateBackup', calls = 1000 }: Crowd) {
  const time = new Time(Date.UTC(2026, 0, 31, 2));
  const item = new OneItem();
  const sentAt: number[] = [];
  const work = async (index: number) => {
    const quotas = quotasOf(time, item, skewMs * ((index % 3) - 1), writeMs);
    const send = async (slot: number) => {
      if (await quotas.untilSlot(target, operation, slot)) sentAt.push(time.now);
    };
    await time.clock(0).sleep(37 * index);
    while (sentAt.length < calls) {
      const slots = await quotas.leaseSlots(target, operation, 49);
      for (const slot of slots) send(slot);
    }
  };
  await time.until(Promise.all(Array.from({ length: workers }, (_, index) => work(index))));
  return sentAt;
}

const operations: PacedOperation[] = ['CreateBackup', 'DeleteBackup', 'ListBackups'];
const callsOf = (operation: PacedOperation) => documentedPerSecond[operation] * 20;

describe.each(operations)('a crowd that calls %s', (operation) => {
  const perSecond = documentedPerSecond[operation];
  const calls = callsOf(operation);

  test.each([
    [1, 10],
    [2, 150],
    [10, 400],
    [50, 10],
    [50, 400],
  ])(
    'of %i with clocks that agree, where a write takes %i ms, is never too fast by either reading',
    async (workers, writeMs) => {
      const instants = await instantsOf({ workers, writeMs, operation, calls });
      expect(mostWithin(instants, 1000)).toBeLessThanOrEqual(perSecond);
      expect(refused(instants, perSecond, 1)).toBe(0);
    },
  );

  test.each([2, 10, 50])(
    'of %i with clocks that differ by 100 ms is never refused by a bucket that holds ten',
    async (workers) => {
      const instants = await instantsOf({ workers, skewMs: 100, operation, calls });
      expect(refused(instants, perSecond, 10)).toBe(0);
      // And a count of each second sees more by what the clocks differ: a worker's last slots lie beside another's first.
      expect(mostWithin(instants, 1000)).toBeLessThanOrEqual(Math.ceil(perSecond * 1.2));
    },
  );

  test('of ten with clocks that differ by half a second is never refused by a bucket that holds fifty', async () => {
    const instants = await instantsOf({ workers: 10, skewMs: 500, operation, calls });
    expect(refused(instants, perSecond, 50)).toBe(0);
  });
});

test('the model refuses who is too fast', () => {
  const every = (ms: number) => Array.from({ length: 200 }, (_, index) => index * ms);
  expect(refused(every(20), 50, 10)).toBe(0);
  expect(refused(every(19), 50, 10)).toBe(1);
  expect(refused(every(10), 50, 10)).toBeGreaterThan(80);
  expect(refused([0, 0, 0], 50, 2)).toBe(1);
});
