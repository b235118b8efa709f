import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reportOf } from '../../deploy/plans/report.ts';
import { type Plan, planOf } from '../../shared/plan.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import { nextFirings, steadyState } from '../../shared/plans/forecast.ts';

const now = Date.parse('2026-11-20T12:00Z');
const planWith = (fields: Partial<PlanSource>): Plan =>
  planOf('nightly', { schedule: 'cron(0 3 * * ? *)', tables: { include: ['*'] }, keep: { daily: 7 }, ...fields });

describe('in steady state', () => {
  test.each<[string, PlanSource['keep'], number]>([
    ['cron(0 3 * * ? *)', { last: 3 }, 3],
    ['cron(0 3 * * ? *)', { daily: 7 }, 7],
    ['cron(0 3 * * ? *)', { within: '48h' }, 3],
    ['cron(0 3 * * ? *)', { within: '1h' }, 1],
    ['cron(0 3 * * ? *)', { last: 5, daily: 7 }, 7],
    ['cron(0 3 * * ? *)', { hourly: 10 }, 10],
    ['cron(0 3 * * ? *)', { yearly: 3 }, 3],
    ['cron(0 3 ? * SUN *)', { daily: 7 }, 7],
    ['cron(0 3 1 * ? *)', { daily: 3, monthly: 12 }, 12],
    ['cron(0 3 29 2 ? *)', { last: 2, yearly: 4 }, 4],
    ['rate(1 hour)', { hourly: 24 }, 24],
    ['rate(1 hour)', { daily: 7 }, 7],
    ['rate(5 minutes)', { within: '1h' }, 13],
    ['rate(1 minute)', { last: 100 }, 100],
    ['rate(1 minute)', { hourly: 48 }, 48],
    ['rate(1 minute)', { monthly: 12 }, 12],
    ['at(2027-01-01T00:00:00)', { daily: 7 }, 1],
    ['at(2026-01-01T00:00:00)', { daily: 7 }, 0],
    ['cron(0 3 1 1 ? 2027-2028)', { yearly: 10 }, 2],
  ])('a plan with %s and %j holds %i backups of a table', (schedule, keep, expected) => {
    expect(steadyState(planWith({ schedule, keep }), now)).toBe(expected);
  });

  test('a plan holds what its largest rule keeps, and not more than all rules together', () => {
    const count = fc.integer({ min: 1, max: 6 });
    const keeps = fc.record({ last: count, daily: count, weekly: count, monthly: count });
    fc.assert(
      fc.property(keeps, fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia'), (keep, timezone) => {
        const held = steadyState(planWith({ keep, timezone }), now);
        expect(held).toBeGreaterThanOrEqual(Math.max(...Object.values(keep)));
        expect(held).toBeLessThanOrEqual(Object.values(keep).reduce((sum, one) => sum + one, 0));
      }),
      { numRuns: 100 },
    );
  });

  test('a plan that fires every minute for years is counted in seconds', () => {
    const started = performance.now();
    expect(steadyState(planWith({ schedule: 'cron(* * * * ? *)', keep: { yearly: 50 } }), now)).toBe(50);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

test('the next firings are as many as asked for, or as there are', () => {
  expect(nextFirings(planWith({}), now, 3)).toHaveLength(3);
  expect(nextFirings(planWith({ schedule: 'at(2027-01-01T00:00:00)' }), now, 3)).toEqual([
    Date.parse('2027-01-01T00:00Z'),
  ]);
});

describe('the report on a plan', () => {
  const options = { now, firings: 2, dollarsPerGbMonth: 0.1 };
  const tables = [
    { name: 'orders', sizeBytes: 3 * 2 ** 30 },
    { name: 'users', sizeBytes: 2 ** 30 },
  ];

  test('says when, which tables, how many backups and what they cost', () => {
    const report = reportOf(planWith({ timezone: 'America/New_York' }), [{ region: 'us-east-1', tables }], options);
    expect(report.lines).toEqual([
      'nightly: cron(0 3 * * ? *), America/New_York',
      '  fires   Sat 2026-11-21 03:00 (08:00 UTC)',
      '          Sun 2026-11-22 03:00 (08:00 UTC)',
      '  tables  2 in us-east-1: orders, users',
      '  holds   about 7 backups of each table in steady state (daily 7)',
      '  costs   about 14 backups, 28.00 GB-months, $2.80 a month',
    ]);
    expect(report.dollars).toBeCloseTo(2.8);
  });

  test('names the day of UTC where it is another', () => {
    const { lines } = reportOf(planWith({ timezone: 'Asia/Kolkata' }), [], { ...options, firings: 1 });
    expect(lines[1]).toBe('  fires   Sat 2026-11-21 03:00 (2026-11-20 21:30 UTC)');
  });

  test('says so when nobody could look at the tables, and has no price then', () => {
    const report = reportOf(planWith({}), [{ notLookedAt: 'not known: AWS did not answer' }], options);
    expect(report.lines.join('\n')).toContain('  tables  not known: AWS did not answer');
    expect(report.lines.join('\n')).not.toContain('costs');
    expect(report.dollars).toBeUndefined();
  });

  test('of one that is off shows the price and adds nothing to the sum', () => {
    const report = reportOf(planWith({ enabled: false }), [{ region: 'us-east-1', tables }], options);
    expect(report.lines[0]).toContain('(off: enabled is false)');
    expect(report.lines.at(-1)).toContain('$2.80');
    expect(report.dollars).toBe(0);
  });

  test('of one that has passed says never again', () => {
    const { lines } = reportOf(planWith({ schedule: 'at(2026-01-01T00:00:00)' }), [], options);
    expect(lines[1]).toBe('  fires   never again');
  });

  test('names twenty tables and counts the others', () => {
    const many = Array.from({ length: 23 }, (_, index) => ({ name: `table-${index}`, sizeBytes: 0 }));
    const { lines } = reportOf(planWith({}), [{ region: 'us-east-1', tables: many }], options);
    expect(lines[3]).toMatch(/^ {2}tables {2}23 in us-east-1: table-0, .*, table-19 and 3 more$/);
  });
});
