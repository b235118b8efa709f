import { describe, expect, test } from 'vitest';
import {
  cut,
  expectedMs,
  gateAt,
  isPossible,
  leadMs,
  nextStep,
  type Quota,
  rangeOf,
  rateAt,
  slotsPerLease,
} from '../../shared/quota.ts';
import { fullRate } from '../../shared/quota-rates.ts';

const idle: Quota = { tat: 0, rate: 49, gen: 0, cutAt: 0 };

describe('the next step', () => {
  test.each<[string, Quota | undefined, number, object]>([
    ['makes the item of a quota that nobody has used', undefined, 5000, { step: 'make', spanMs: 1000 }],
    ['begins now where the last slot has passed', { ...idle, tat: 4999 }, 5000, { step: 'takeIdle', spanMs: 1000 }],
    ['goes behind the slots of others', { ...idle, tat: 5000 }, 5000, { step: 'takeBusy', spanMs: 1000 }],
    ['still does two seconds ahead', { ...idle, tat: 7000 }, 5000, { step: 'takeBusy', spanMs: 1000 }],
    ['waits exactly until it can', { ...idle, tat: 7400.5 }, 5000, { step: 'wait', ms: 401 }],
    ['resets what cannot be', { ...idle, tat: 35_001 }, 5000, { step: 'reset' }],
  ])('%s', (_, quota, now, expected) => {
    expect(nextStep(quota, 49, 49, rangeOf(now, 2000, 0))).toEqual(expected);
  });

  test.each<[string, number, number, object]>([
    ['leaves out what passes while it is written', 5399, 400, { step: 'takeIdle', spanMs: 1000 }],
    ['takes what begins after that', 5400, 400, { step: 'takeBusy', spanMs: 1000 }],
    ['goes as far ahead as every other', 7001, 400, { step: 'wait', ms: 1 }],
    ['goes further only where that would be too late', 8000, 3000, { step: 'takeBusy', spanMs: 1000 }],
  ])('where writes take their time %s', (_, tat, lead, expected) => {
    expect(nextStep({ ...idle, tat }, 49, 49, rangeOf(5000, 2000, lead))).toEqual(expected);
  });
});

describe('what a write takes', () => {
  test.each([
    ['what the last one took', 5, 400, 400],
    ['half of what one before took, for a while', 400, 5, 200],
    ['no time where a clock went back', 0, -60_000, 0],
    ['no longer than is waited for', 0, 60_000, 5000],
  ])('is %s', (_, before, tookMs, expected) => {
    expect(expectedMs(before, tookMs)).toBe(expected);
  });

  test.each([
    [1, 400, 400],
    [2, 400, 800],
    [2, 4000, 5000],
  ])('%i of %i ms each put the first slot off by %i ms', (writes, writeMs, expected) => {
    expect(leadMs(writes, writeMs)).toBe(expected);
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
    [4000, 10.911],
    [13_000, 11.472],
    [163_000, 48.972],
    [164_000, 49],
    [1_000_000, 49],
  ])('%i ms after a cut to 10 it is %d', (ms, rate) => {
    expect(rateAt({ tat: 0, rate: 10, gen: 1, cutAt: 5000 }, 49, 5000 + ms)).toBeCloseTo(rate, 3);
  });

  test('is 98 or 99 % of the documented one where a night waits for it, and else four fifths', () => {
    expect(fullRate('CreateBackup')).toBe(49);
    expect(fullRate('DeleteBackup')).toBeCloseTo(9.9);
    expect(fullRate('ListBackups')).toBe(4);
    expect(fullRate('DescribeBackup')).toBe(8);
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

test.each<[string, Partial<Quota>, boolean]>([
  ['half a minute ahead', { tat: 35_000 }, true],
  ['further ahead', { tat: 35_000.001 }, false],
  ['cut half a minute ahead', { cutAt: 35_000 }, true],
  ['cut further ahead', { cutAt: 35_001 }, false],
  ['of the slowest rate', { rate: 1 }, true],
  ['of a slower one', { rate: 0.999 }, false],
  ['of no number of cuts', { gen: Number.NaN }, false],
])('a quota %s (%j) can be: %s', (_, quota, expected) => {
  expect(isPossible({ ...idle, ...quota }, 5000)).toBe(expected);
});

test.each<[string, number[], number]>([
  ['half an interval after the last send', [5000], 5010],
  ['a second after the fiftieth before', Array.from({ length: 50 }, (_, index) => 5000 + index * 10), 6000],
  ['half an interval where fewer were sent', Array.from({ length: 49 }, (_, index) => 5000 + index * 10), 5490],
])('at 50 a second the gate opens %s', (_, sentAt, expected) => {
  expect(gateAt(sentAt, 50)).toBe(expected);
});
