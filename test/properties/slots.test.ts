import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, gateAt, nextStep, type Quota, rangeOf, rateAt, spanMs } from '../../shared/quota.ts';
import { documentedPerSecond, fullRate, type PacedOperation } from '../../shared/quota-rates.ts';
import type { Item } from '../../shared/world.ts';
import { mostWithin } from '../quota/windows.ts';
import { cases } from './cases.ts';
import { OneItem, quotasOf, Time } from './quota-world.ts';

const target = { account: '123456789012', region: 'us-east-1' };
const startAt = Date.UTC(2026, 0, 31, 2);
const operations = fc.constantFrom(...(Object.keys(documentedPerSecond) as PacedOperation[]));

/** What one worker does, one after the other. */
interface Act {
  /** It rests so long before. */
  restMs: number;
  want: number;
  isThrottled: boolean;
  /** Somebody wrote that over the item before. */
  poison?: Item;
}

interface Story {
  operation: PacedOperation;
  workers: { skewMs: number; writeMs?: number; acts: Act[] }[];
  found?: Item | undefined;
}

const restless = {
  restMs: fc.oneof(fc.nat(300), fc.nat(4000)),
  want: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 })),
  isThrottled: fc.boolean(),
};
const act = fc.record(restless);
const workers = (maxSkewMs: number) =>
  fc.array(
    fc.record({
      skewMs: fc.integer({ min: -maxSkewMs, max: maxSkewMs }),
      writeMs: fc.constantFrom(0, 10, 400, 1000, 4000),
      acts: fc.array(act, { minLength: 1, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 4 },
  );

/** The slots that were leased: as the worker's clock has them, and when that is in truth. */
async function tell({ operation, workers, found }: Story) {
  const time = new Time(startAt);
  const item = new OneItem();
  item.item = found;
  const slots: { slot: number; sentAt: number; leasedAt: number }[] = [];
  const work = workers.map(async ({ skewMs, writeMs, acts }) => {
    const quotas = quotasOf(time, item, skewMs, writeMs);
    for (const { restMs, want, isThrottled, poison } of acts) {
      await time.clock(0).sleep(restMs);
      if (poison) item.item = { ...item.item, ...poison };
      for (const slot of await quotas.leaseSlots(target, operation, want)) {
        slots.push({ slot, sentAt: slot - skewMs, leasedAt: time.now });
      }
      if (isThrottled) await quotas.throttled(target, operation);
    }
  });
  await time.until(Promise.all(work));
  return { slots, states: item.states as unknown as Quota[], endedAt: time.now };
}

describe('slots, whoever leases them and when', () => {
  test('are disjoint: never closer than the full rate allows, whatever the clocks of the workers', async () => {
    await fc.assert(
      fc.asyncProperty(operations, workers(1000), async (operation, workers) => {
        const { slots } = await tell({ operation, workers });
        const sorted = slots.map(({ slot }) => slot).toSorted((a, b) => a - b);
        const gaps = sorted.map((slot, index) => slot - (sorted[index - 1] ?? 0));
        expect(Math.min(...gaps)).toBeGreaterThan(1000 / fullRate(operation) - 0.002);
      }),
      cases,
    );
  });

  test('are never more in any window than rate × window, and what the clocks differ by on top', async () => {
    const skewMs = 100;
    await fc.assert(
      fc.asyncProperty(
        operations,
        workers(skewMs),
        fc.integer({ min: 1, max: 5000 }),
        async (operation, workers, windowMs) => {
          const { slots } = await tell({ operation, workers });
          const most = mostWithin(
            slots.map(({ sentAt }) => sentAt),
            windowMs,
          );
          expect(most).toBeLessThanOrEqual(Math.ceil((fullRate(operation) * (windowMs + 2 * skewMs)) / 1000) + 1);
        },
      ),
      cases,
    );
  });

  test('have not passed yet when they are leased, whatever a write to the catalog takes', async () => {
    await fc.assert(
      fc.asyncProperty(operations, workers(1000), async (operation, workers) => {
        const { slots } = await tell({ operation, workers });
        const aheadMs = slots.map(({ sentAt, leasedAt }) => sentAt - leasedAt);
        expect(Math.min(...aheadMs)).toBeGreaterThanOrEqual(-1);
      }),
      cases,
    );
  });

  test('begin at once where the quota was idle, and none of the time before is made up for', async () => {
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.integer({ min: 1, max: 86_400_000 }),
        fc.integer({ min: 1, max: 200 }),
        async (operation, idleMs, want) => {
          const found = { pk: 'quota', tat: startAt - idleMs, rate: fullRate(operation), gen: 7, cutAt: 0 };
          const acts = [{ restMs: 0, want, isThrottled: false }];
          const { slots } = await tell({ operation, workers: [{ skewMs: 0, acts }], found });
          expect(slots[0]?.slot).toBeGreaterThanOrEqual(startAt);
          expect(slots[0]?.slot).toBeLessThan(startAt + 1);
          expect(
            mostWithin(
              slots.map(({ slot }) => slot),
              1000,
            ),
          ).toBeLessThanOrEqual(documentedPerSecond[operation]);
        },
      ),
      cases,
    );
  });

  test('lie less than the horizon and a second ahead of the clock that leases them', async () => {
    await fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 49 }), (ahead, want) => {
        const quota = { tat: 10_000 + ahead, rate: 49, gen: 0, cutAt: 0 };
        const next = nextStep(quota, want, 49, rangeOf(10_000, 2000, 0));
        expect(next.step).toBe('takeBusy');
        expect(ahead + ('spanMs' in next ? next.spanMs : Number.NaN)).toBeLessThanOrEqual(3000);
      }),
      cases,
    );
  });

  test('add up in the catalog without loss: a span has at most three decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 49 }), fc.double({ min: 1, max: 49, noNaN: true }), (slots, rate) => {
        const span = spanMs(slots, rate);
        expect(Number(span.toFixed(3))).toBe(span);
        expect(span).toBeGreaterThanOrEqual((slots * 1000) / rate - 1e-9);
      }),
      cases,
    );
  });
});

describe('the rate after throttles', () => {
  test('stays between one a second and the full one, is cut by a tenth at most once a second, and each cut is counted', async () => {
    await fc.assert(
      fc.asyncProperty(operations, workers(0), async (operation, workers) => {
        const { states } = await tell({ operation, workers });
        for (const [index, { rate, gen, cutAt }] of states.entries()) {
          expect(rate).toBeGreaterThanOrEqual(1);
          expect(rate).toBeLessThanOrEqual(fullRate(operation));
          const before = states[index - 1];
          if (before === undefined || gen === before.gen) continue;
          expect(gen).toBe(before.gen + 1);
          expect(cutAt - before.cutAt).toBeGreaterThan(1000);
          expect(rate).toBe(Math.max(1, rateAt(before, fullRate(operation), cutAt) * 0.9));
        }
      }),
      cases,
    );
  });

  test('never falls while nobody is throttled, climbs by a quarter a second, and ends at the full one', () => {
    const full = 49;
    fc.assert(
      fc.property(fc.double({ min: 1, max: full, noNaN: true }), fc.nat(300_000), fc.nat(60_000), (rate, ms, more) => {
        const quota = cut({ tat: 0, rate, gen: 0, cutAt: 0 }, full, 1_000_000);
        const [then, later] = [rateAt(quota, full, 1_000_000 + ms), rateAt(quota, full, 1_000_000 + ms + more)];
        expect(later).toBeGreaterThanOrEqual(then);
        expect(later - then).toBeLessThanOrEqual(0.25 * Math.ceil(more / 1000) + 1e-9);
        expect(rateAt(quota, full, 1_000_000 + 230_000)).toBe(full);
      }),
      cases,
    );
  });
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const anything = fc.oneof(fc.constant(undefined), finite, fc.integer(), fc.constantFrom('5', null, true));
const near = fc.integer({ min: -100_000, max: 100_000 }).map((ms) => startAt + ms);
const item = fc.record({
  tat: fc.oneof(near, anything),
  rate: anything,
  gen: anything,
  cutAt: fc.oneof(near, anything),
});

test('an item that becomes impossible at any time, again and again, keeps nobody waiting for ever', async () => {
  const poisoned = fc.record({ ...restless, poison: item });
  const story = fc.array(
    fc.record({
      skewMs: fc.nat(50),
      writeMs: fc.constantFrom(0, 10, 400),
      acts: fc.array(fc.oneof(act, poisoned), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 2, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(operations, story, async (operation, workers) => {
      const { slots, endedAt } = await tell({ operation, workers });
      expect(slots.length).toBeGreaterThan(0);
      expect(endedAt - startAt).toBeLessThanOrEqual(4 * 40_000);
    }),
    cases,
  );
});

test('an item that cannot be, whatever stands in it, keeps nobody waiting longer than half a minute', async () => {
  await fc.assert(
    fc.asyncProperty(operations, item, fc.integer({ min: 1, max: 60 }), async (operation, poison, want) => {
      const found = { pk: 'quota', ...poison };
      const acts = Array.from({ length: 3 }, () => ({ restMs: 0, want, isThrottled: false }));
      const { slots, endedAt } = await tell({ operation, workers: [0, 50].map((skewMs) => ({ skewMs, acts })), found });
      expect(slots.length).toBeGreaterThanOrEqual(6);
      expect(endedAt - startAt).toBeLessThanOrEqual(30_000 + 15_000);
      // Those that one reset gives away anew, at worst.
      const most = mostWithin(
        slots.map(({ sentAt }) => sentAt),
        1000,
      );
      expect(most).toBeLessThanOrEqual(2 * documentedPerSecond[operation]);
    }),
    cases,
  );
});

describe('the gate of a process', () => {
  test('lets no more than the documented number out in any second, however late its slots are used', () => {
    const waits = fc.array(fc.nat(400), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(waits, fc.constantFrom(5, 10, 50), (waits, documented) => {
        const sentAt: number[] = [];
        let now = startAt;
        for (const waitMs of waits) {
          const before = now;
          now = Math.max(now + waitMs / documented, gateAt(sentAt, documented));
          if (sentAt.length > 0) expect(now - before).toBeGreaterThanOrEqual(500 / documented - 0.001);
          sentAt.push(now);
        }
        expect(mostWithin(sentAt, 999.99)).toBeLessThanOrEqual(documented);
      }),
      cases,
    );
  });
});
