import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { cases } from './cases.ts';
import { firingsByMinute, type Walk, walk } from './cron-oracle.ts';
import { zones } from './wall-clock.ts';

const dayMs = 86_400_000;
const [yearFrom, yearTo] = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)];
const minutesOfYear = (yearTo - yearFrom) / 60_000;

const number = (from: number, to: number) => fc.integer({ min: from, max: to });
const list = (from: number, to: number) =>
  fc.oneof(
    fc.constant('*'),
    number(from, to).map(String),
    fc.tuple(number(from, to), number(from, to)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.tuple(number(from, to), number(1, to)).map(([a, b]) => `${a}/${b}`),
    fc.array(number(from, to), { minLength: 2, maxLength: 4 }).map((all) => all.join(',')),
  );
const byDate = fc
  .oneof(list(1, 31), fc.constantFrom('L', 'LW', 'L-2', '1W', '15W', '30W', '31W'))
  .map((field) => [field, '?']);
const byDay = fc
  .constantFrom('1', '2-6', 'MON,WED', 'L', '5L', 'SUNL', '1#1', '6#3', 'TUE#5', '*')
  .map((field) => ['?', field]);
const months = fc.oneof(fc.constant('*'), list(1, 12), fc.constantFrom('MAR', 'OCT-NOV', '3,4,10,11'));
const expressions = fc
  .tuple(list(0, 59), list(0, 23), fc.oneof(byDate, byDay), months)
  .map(([minutes, hours, [dates, days], month]) => `cron(${minutes} ${hours} ${dates} ${month} ${days} *)`);

/** The days on which clocks change in some of the zones. */
const changes = ['03-08', '03-22', '03-28', '03-29', '04-05', '09-26', '09-27', '10-04', '10-25', '11-01'];

function firings(expression: string, zone: string, from: number, to: number, count = Infinity): number[] {
  const schedule = parseSchedule(expression, zone);
  const found: number[] = [];
  let at = nextFiring(schedule, from - 1);
  while (at !== undefined && at < to && found.length < count) {
    found.push(at);
    at = nextFiring(schedule, at);
  }
  return found;
}

describe('any cron fires exactly at the minutes that a walk over all minutes finds', () => {
  const walks = new Map<string, Walk>();
  const walkOf = (zone: string): Walk => {
    const known = walks.get(zone) ?? walk(zone, yearFrom, yearTo);
    walks.set(zone, known);
    return known;
  };

  test('through a year, in each of ten zones', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones), (expression, zone) => {
        const count = 150;
        const expected = firingsByMinute(expression, walkOf(zone), 0, minutesOfYear, count);
        expect(firings(expression, zone, yearFrom, yearTo, count)).toEqual(expected);
      }),
      // Half a million minutes each: a tenth of the cases of the others.
      { numRuns: Math.ceil(cases.numRuns / 10) },
    );
  });

  test('around the changes of the clocks', () => {
    const starts = fc.constantFrom(...changes).map((day) => Date.parse(`2026-${day}T00:00Z`) - dayMs / 2);
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones), starts, (expression, zone, from) => {
        const first = (from - yearFrom) / 60_000;
        const expected = firingsByMinute(expression, walkOf(zone), first, first + 2 * 1440, 200);
        expect(firings(expression, zone, from, from + 2 * dayMs, 200)).toEqual(expected);
      }),
      cases,
    );
  });

  test('on other days since 1970 and to come', () => {
    fc.assert(
      fc.property(expressions, fc.constantFrom(...zones), number(800, 25_000), (expression, zone, day) => {
        const [from, to] = [day * dayMs, (day + 3) * dayMs];
        const expected = firingsByMinute(expression, walk(zone, from, to), undefined, undefined, 200);
        expect(firings(expression, zone, from, to, 200)).toEqual(expected);
      }),
      { numRuns: Math.ceil(cases.numRuns / 20) },
    );
  });
});
