import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Plan, planHash, planOf, targetsOf } from '../../shared/plan.ts';
import type { PlanSource } from '../../shared/plans/definition.ts';
import { durationMs, formatDuration } from '../../shared/plans/duration.ts';
import { overdueAt } from '../../shared/plans/overdue.ts';

const source: PlanSource = { schedule: 'cron(0 3 * * ? *)', tables: { include: ['*'] }, keep: { daily: 7 } };
const planWith = (fields: Partial<PlanSource>): Plan => planOf('nightly', { ...source, ...fields });
const home = { account: '111111111111', region: 'eu-central-1' };
const hourMs = 3_600_000;

test.each([
  ['1m', 60_000],
  ['90m', 5_400_000],
  ['36h', 129_600_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
])('%s are %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
  expect(durationMs(formatDuration(ms))).toBe(ms);
});

test.each(['', '1', 'h', '1.5h', '1s', '-1h', '1 h'])('"%s" is no duration', (text) => {
  expect(() => durationMs(text)).toThrow('write a number and m, h, d or w, as in 36h');
});

describe('a plan', () => {
  test('means all tables when it asks only for tags', () => {
    expect(planWith({ tables: { tags: { backup: 'yes' } } }).tables).toEqual({
      include: ['*'],
      exclude: [],
      tags: { backup: 'yes' },
    });
  });

  test('keeps the last backups of a deleted table for ever unless it says how long', () => {
    expect(planWith({ keep: { last: 1 } }).keep).toEqual({ last: 1 });
    expect(planWith({ keep: { last: 1, afterTableDeleted: 'forever' } }).keep).toEqual({ last: 1 });
    expect(planWith({ keep: { last: 1, within: '36h', afterTableDeleted: '90d' } }).keep).toEqual({
      last: 1,
      withinMs: 36 * hourMs,
      afterTableDeletedMs: 90 * 24 * hourMs,
    });
  });

  test.each<[PlanSource['targets'], string[]]>([
    [undefined, ['111111111111/eu-central-1']],
    [[{ regions: ['us-east-1', 'eu-west-1'] }], ['111111111111/us-east-1', '111111111111/eu-west-1']],
    [[{ account: '222222222222' }], ['222222222222/eu-central-1']],
    [[{ account: '111111111111' }, { regions: ['eu-central-1'] }], ['111111111111/eu-central-1']],
  ])('with targets %j runs in %j, in each once', (targets, expected) => {
    const found = targetsOf(planWith(targets === undefined ? {} : { targets }), home);
    expect(found.map(({ account, region }) => `${account}/${region}`)).toEqual(expected);
  });

  test('has the same hash in whatever order it is written, and another when it says something else', () => {
    const other = (value: unknown): unknown =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, other(inner)]),
          )
        : value;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.string(), (daily, tag) => {
        const plan = planWith({
          keep: { daily, last: 1 },
          tables: { include: ['b', 'a'], tags: { one: tag, two: 'x' } },
        });
        expect(planHash(other(plan) as Plan)).toBe(planHash(plan));
        expect(planHash({ ...plan, keep: { daily: daily + 1, last: 1 } })).not.toBe(planHash(plan));
        expect(planHash({ ...plan, tables: { ...plan.tables, include: ['a', 'b'] } })).not.toBe(planHash(plan));
      }),
      { numRuns: 50 },
    );
    expect(planHash(planWith({}))).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('a table is overdue', () => {
  const friday = Date.parse('2026-05-08T03:00:10Z');
  test.each<[string, Partial<PlanSource>, string | undefined]>([
    ['when its newest backup is older than rpo', { rpo: '36h' }, '2026-05-09T15:00:10Z'],
    ['without rpo, when the next firing has passed by startWithin and deadline', {}, '2026-05-09T08:00:00Z'],
    ["by the plan's own startWithin and deadline", { startWithin: '10m', deadline: '20m' }, '2026-05-09T03:30:00Z'],
    ['not before Monday in a plan for working days', { schedule: 'cron(0 3 ? * MON-FRI *)' }, '2026-05-11T08:00:00Z'],
    ['in the time zone of its plan', { timezone: 'America/New_York' }, '2026-05-08T12:00:00Z'],
    ['never, when its plan is off', { enabled: false, rpo: '36h' }, undefined],
    ['never, when its plan does not fire again', { schedule: 'at(2026-05-08T03:00:00)' }, undefined],
  ])('%s', (_title, fields, expected) => {
    expect(overdueAt(planWith(fields), friday)).toBe(expected === undefined ? undefined : Date.parse(expected));
  });
});
