import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readPlans, sentenceOf } from '../../deploy/plans/read.ts';
import { planNamePattern } from '../../events/patterns.ts';
import { type Plan, planHash, targetsOf } from '../../shared/plan.ts';
import { rulesOf } from '../../shared/retention/rules.ts';
import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { matches } from '../../shared/selection.ts';
import { cases } from './cases.ts';

const plain = [
  'plans:\n  nightly:\n    schedule: rate(1 day) # each\n    tables: { include: ["*"] }\n    keep: { daily: 7, within: 48h }\n',
  'plans:\n  a: &a\n    schedule: cron(0 3 * * ? *)\n    tables: { tags: { env: "prod*" } }\n    keep:\n      last: 2\n  b: *a\n',
  'plans:\n  b:\n    schedule: at(2027-01-31T03:00:00)\n    tables:\n      include: [a*]\n    keep: { last: 1 }\n    targets:\n      - regions: [eu-west-1]\n    rate: 10\n',
  'plans: { a: { schedule: rate(1 day), tables: { include: ["*"] }, keep: { last: 1 } } }\nexports:\n  lake:\n    schedule: cron(0 * * * ? *)\n    tables: { include: ["*"] }\n    bucket: lake\n    prefix: "{plan}/{table}/{date}"\n',
];

/** Printable ones, and some of the others. */
const letters = fc.oneof(
  { weight: 9, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
  fc.constantFrom('\n', '\t', '\r', '\u0000', '\u0007', '\u00a0', '\u2028', '\ufeff', '\ud800', 'é', '\u{1f4be}'),
);

/** What a slip of the hand does to a file: something is put in, taken out, doubled, or moved. */
const slip = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(12),
  way: fc.constantFrom('insert', 'cut', 'double', 'move'),
  text: fc.oneof(
    fc.constantFrom(
      ':',
      ' ',
      '\n',
      '\t',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '*',
      '&a ',
      '*a',
      '!',
      '|',
      '>',
      '- ',
      '#',
      '? ',
      '<<: ',
      '%',
      '---',
      '\u0000',
      '\u2028',
      'null',
      '~',
      '.nan',
      '0x1f',
      '2026-01-01',
      '99999999999999999999',
    ),
    fc.string({ maxLength: 4, unit: letters }),
  ),
});
const slipped = fc
  .tuple(fc.constantFrom(...plain), fc.array(slip, { minLength: 1, maxLength: 5 }))
  .map(([text, slips]) =>
    slips.reduce((file, { where, length, way, text }) => {
      const at = Math.floor(where * file.length);
      const [before, piece, after] = [file.slice(0, at), file.slice(at, at + length), file.slice(at + length)];
      return {
        insert: before + text + piece + after,
        cut: before + after,
        double: before + piece + piece + after,
        move: after + before + piece,
      }[way];
    }, text),
  );

/** Files that are YAML, with fields of ours and others, and values of any kind behind them. */
const odd = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    '',
    'x',
    '7d',
    '0h',
    '99999w',
    'UTC',
    'europe/berlin',
    '*',
    'a*',
    '[',
    'prod',
    'skip',
    'queue',
    'forever',
  ),
  fc.constantFrom(
    'cron(0 3 * * ? *)',
    'cron(0 3 31 2 ? *)',
    'rate(1 day)',
    'rate(0 days)',
    'at(2026-03-29T02:30:00)',
    'cron(99999999999999999999 * * * ? *)',
    'cron(0 3 ? * 6#3,1 *)',
  ),
  fc.string({ maxLength: 6 }),
  fc.integer({ min: -5, max: 20_000 }),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof({ withCrossShrink: true, maxDepth: 3 }, odd, fc.array(tie('value'), { maxLength: 3 }), tie('fields')),
  fields: fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'schedule',
        'timezone',
        'tables',
        'keep',
        'targets',
        'deadline',
        'startWithin',
        'overlap',
        'rpo',
        'enabled',
        'rate',
      ),
      fc.constantFrom(
        'include',
        'exclude',
        'tags',
        'last',
        'within',
        'daily',
        'afterTableDeleted',
        'account',
        'regions',
        'scedule',
        'toString',
        '__proto__',
        'tablekeep:skip',
        'bucket',
        'prefix',
        'format',
        'view',
      ),
      fc.string({ maxLength: 5 }),
    ),
    tie('value'),
    { maxKeys: 6 },
  ),
}));
const good = { schedule: 'cron(0 3 * * ? *)', tables: { include: ['*'] }, keep: { daily: 7 } };
const half = fc
  .tuple(values.fields, fc.boolean())
  .map(([fields, isNearlyGood]) => (isNearlyGood ? { ...good, ...fields } : fields));
const written = fc
  .oneof(
    fc
      .dictionary(fc.oneof(fc.constantFrom('nightly', 'ad-hoc', 'Nightly'), fc.string({ maxLength: 40 })), half, {
        maxKeys: 3,
      })
      .chain((plans) => fc.oneof(fc.constant({ plans }), fc.constant({ plans: { nightly: good }, exports: plans }))),
    values.value,
  )
  .map((content) => stringify(content));

const files = fc.oneof(slipped, written, fc.string({ maxLength: 60, unit: letters }));

/** What the rest of the service takes for granted of a plan. */
function expectUsable(plan: Plan): void {
  expect(plan.name).toMatch(planNamePattern);
  expect(nextFiring(parseSchedule(plan.schedule, plan.timezone), 0)).toBeDefined();
  expect(rulesOf(plan.keep, plan.timezone).length).toBeGreaterThan(0);
  expect(targetsOf(plan, { account: '111111111111', region: 'eu-west-1' }).length).toBeGreaterThan(0);
  expect(plan.startWithinMs).toBeLessThan(plan.deadlineMs);
  expect(plan.tables.include.every((pattern) => typeof matches(pattern, 'orders') === 'boolean')).toBe(true);
  expect(planHash(plan)).toHaveLength(16);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
}

describe('plans.yml, whatever is in it', () => {
  test('gives plans that can be used, or a sentence with a place and a remedy for each mistake', () => {
    fc.assert(
      fc.property(files, (text) => {
        const read = readPlans(text, 'plans.yml');
        if ('plans' in read) return read.plans.forEach(expectUsable);
        expect(read.problems.length).toBeGreaterThan(0);
        const lines = text.split(/\r\n|\n/);
        for (const problem of read.problems) {
          expect(sentenceOf(problem)).toMatch(/^plans\.yml:\d+:\d+ [^\p{C}\p{Zl}\p{Zp}]+[.?]$/u);
          expect(problem.message).not.toMatch(/undefined|\[object|NaN/);
          expect(problem.line).toBeLessThanOrEqual(lines.length);
          expect(problem.column).toBeLessThanOrEqual((lines[problem.line - 1]?.length ?? 0) + 1);
        }
      }),
      cases,
    );
  });
});
