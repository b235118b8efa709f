import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, gateAt, nextStep, type Quota, rateAt, slotsBefore, slotsPerLease, spanMs } from '../../shared/quota.ts';
import { documentedPerSecond, fullRate } from '../../shared/quota-rates.ts';

const idle: Quota = { tat: 0, rate: 49, gen: 0, cutAt: 0 };
const at = (now: number) => ({ full: 49, horizonMs: 2000, now });

describe('the next step', () => {
  test.each<[string, Quota | undefined, number, object]>([
    ['makes the item of a quota that nobody has used', undefined, 5000, { step: 'make', spanMs: 1000 }],
    ['begins now where the last slot has passed', { ...idle, tat: 4999 }, 5000, { step: 'takeIdle', spanMs: 1000 }],
    ['goes behind the slots of others', { ...idle, tat: 5000 }, 5000, { step: 'takeBusy', spanMs: 1000 }],
    ['still does two seconds ahead', { ...idle, tat: 7000 }, 5000, { step: 'takeBusy', spanMs: 1000 }],
    ['waits exactly until it can', { ...idle, tat: 7400.5 }, 5000, { step: 'wait', ms: 401 }],
    ['resets what cannot be', { ...idle, tat: 35_001 }, 5000, { step: 'reset' }],
  ])('%s', (_, quota, now, expected) => {
    expect(nextStep(quota, 49, at(now))).toEqual(expected);
  });
});

describe('the rate', () => {
  test('is cut by a tenth, not under one a second, and the cut is counted', () => {
    expect(cut(idle, 49, 10_000)).toEqual({ tat: 0, rate: 44.1, gen: 1, cutAt: 10_000 });
    expect(cut({ ...idle, rate: 1, cutAt: 10_000 }, 49, 10_000).rate).toBe(1);
  });

  test.each([
    [0, 10],
    [999, 10],
    [1000, 10.25],
    [4000, 11],
    [156_000, 49],
    [1_000_000, 49],
  ])('%i ms after a cut to 10 it is %d', (ms, rate) => {
    expect(rateAt({ tat: 0, rate: 10, gen: 1, cutAt: 5000 }, 49, 5000 + ms)).toBe(rate);
  });

  test('is 98 % of the documented one', () => {
    expect(fullRate('CreateBackup')).toBe(49);
    expect(fullRate('DeleteBackup')).toBeCloseTo(9.8);
  });

  test.each([
    [1000, 49, 49],
    [3, 49, 3],
    [10, 0.5, 1],
    [10, 4.9, 4],
  ])('of %i wanted slots at %d a second one lease takes %i', (want, rate, slots) => {
    expect(slotsPerLease(want, rate)).toBe(slots);
  });
});

/** Leases as the catalog would grant them, to workers that come at any time and know what they know. */
function simulate(steps: { waitMs: number; want: number; isThrottled: boolean }[], full: number) {
  let now = 1_000_000;
  let quota: Quota | undefined;
  const slots: number[] = [];
  for (const { waitMs, want, isThrottled } of steps) {
    now += waitMs;
    if (isThrottled && quota !== undefined && quota.cutAt < now - 1000) quota = cut(quota, full, now);
    const taken = slotsPerLease(want, quota === undefined ? full : rateAt(quota, full, now));
    const next = nextStep(quota, taken, { full, horizonMs: 2000, now });
    if (next.step === 'wait' || next.step === 'reset') continue;
    const tat: number = (next.step === 'takeBusy' && quota !== undefined ? quota.tat : now) + next.spanMs;
    quota = { ...(quota ?? { rate: full, gen: 0, cutAt: 0 }), tat };
    slots.push(...slotsBefore(tat, next.spanMs, taken));
  }
  return slots;
}

const steps = fc.array(
  fc.record({ waitMs: fc.nat(3000), want: fc.integer({ min: 1, max: 200 }), isThrottled: fc.boolean() }),
  { maxLength: 60 },
);
const full = fc.constantFrom(...Object.values(documentedPerSecond).map((rate) => rate * 0.98));

describe('slots, whoever leases them and when', () => {
  test('are never closer than the rate allows, so that no second holds more than the documented number', () => {
    fc.assert(
      fc.property(steps, full, (steps, full) => {
        const slots = simulate(steps, full);
        for (const [index, slot] of slots.entries()) {
          const before = slots[index - 1];
          if (before !== undefined && slot - before < 1000 / full - 0.001) return false;
          const inASecond = slots.filter((other) => other >= slot && other < slot + 1000).length;
          if (inASecond > Math.ceil(full / 0.98)) return false;
        }
        return true;
      }),
    );
  });

  test('lie less than horizon and lease ahead of the clock', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 49 }), (ahead, want) => {
        const next = nextStep({ ...idle, tat: 10_000 + ahead }, want, at(10_000));
        return next.step === 'takeBusy' && ahead + next.spanMs <= 3000;
      }),
    );
  });

  test('add up in the catalog without loss: a span has at most three decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 49 }), fc.double({ min: 1, max: 49, noNaN: true }), (slots, rate) => {
        const span = spanMs(slots, rate);
        return Number(span.toFixed(3)) === span && span >= (slots * 1000) / rate - 1e-9;
      }),
    );
  });
});

describe('the gate of a process', () => {
  test('lets no more than the documented number out in any second, however late its slots are used', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(400), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(5, 10, 50),
        (waits, documented) => {
          const sentAt: number[] = [];
          let now = 1_000_000;
          for (const waitMs of waits) {
            now = Math.max(now + waitMs / documented, gateAt(sentAt, documented));
            sentAt.push(now);
          }
          return sentAt.every(
            (at, index) =>
              sentAt.filter((other) => other >= at && other < at + 1000).length <= documented &&
              (index === 0 || at - (sentAt[index - 1] ?? 0) >= 500 / documented),
          );
        },
      ),
    );
  });
});
