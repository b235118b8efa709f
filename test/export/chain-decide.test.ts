import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chain } from '../../shared/export/chain/chain.ts';
import { type Decision, decide } from '../../shared/export/chain/decide.ts';
import { exportsPlanOf } from '../../shared/plans/exports.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const at = (text: string) => Date.parse(`2026-01-31T${text}Z`);

const plan = exportsPlanOf('lake', {
  schedule: 'rate(1 hour)',
  tables: { include: ['*'] },
  bucket: 'archive',
  mode: 'incremental',
});
const chainUntil = (until?: number, more: Partial<Chain> = {}): Chain => ({
  table: { name: 'orders', id: 'a' },
  since: 0,
  mode: 'incremental',
  rev: 1,
  ...(until !== undefined && { until, bucket: 'archive', format: 'DYNAMODB_JSON' as const }),
  ...more,
});

describe('what a chain needs next', () => {
  const earliest = at('00:00');
  const rows: [what: string, until: string | undefined, goal: string, latest: string, decision: object][] = [
    ['nothing was exported', undefined, '03:00', '03:00', { act: 'export', kind: 'full', until: at('03:00') }],
    ['nothing was, and AWS is not so far', undefined, '03:00', '02:55', { act: 'wait', forMs: 5 * minuteMs }],
    [
      'an hour is missing',
      '02:00',
      '03:00',
      '03:10',
      { act: 'export', kind: 'window', from: at('02:00'), until: at('03:00') },
    ],
    ['14 minutes are missing', '02:46', '03:00', '03:10', { act: 'settled' }],
    [
      '15 minutes are missing',
      '02:45',
      '03:00',
      '03:10',
      { act: 'export', kind: 'window', from: at('02:45'), until: at('03:00') },
    ],
    ['a window ends later than AWS can restore', '02:00', '03:00', '02:59', { act: 'wait', forMs: minuteMs }],
  ];

  test.each(rows)('when %s', (_, until, goal, latest, decision) => {
    const chain = chainUntil(until === undefined ? undefined : at(until));
    const recovery = { earliest, latest: at(latest) };
    expect(decide(plan, chain, at(goal), { now: at('04:00'), recovery })).toMatchObject(decision);
  });

  test.each<[string, Partial<Chain>, object]>([
    ['format', { format: 'ION' }, {}],
    ['the exports go to archive now', { bucket: 'another' }, {}],
    ['exports were of whole tables before', { mode: 'full' }, {}],
    ['failed 3 times', { lost: 'the window failed 3 times' }, {}],
    ['recovery reaches back to 2026-01-31T02:30', {}, { earliest: at('02:30') }],
  ])('a new chain where the reason is: %s', (reason, chain, recovery) => {
    const decision = decide(plan, chainUntil(at('02:00'), chain), at('03:00'), {
      now: at('04:00'),
      recovery: { earliest, latest: at('03:10'), ...recovery },
    });
    expect(decision).toMatchObject({ act: 'export', kind: 'full', until: at('03:00') });
    expect((decision as Decision & { reason: string }).reason).toContain(reason);
  });

  test('a full export of recovery that began after the goal is of its beginning, in whole seconds', () => {
    const recovery = { earliest: at('03:00') + 1500, latest: at('03:10') };
    expect(decide(plan, chainUntil(), at('03:00'), { now: at('04:00'), recovery })).toMatchObject({
      until: at('03:00') + 2000,
    });
  });

  test('nothing while recovery is off, and it says so', () => {
    expect(decide(plan, chainUntil(at('02:00')), at('03:00'), { now: at('04:00') })).toMatchObject({ act: 'blocked' });
  });
});

const instant = (toHours: number) =>
  fc.integer({ min: 0, max: toHours * 3600 }).map((seconds) => at('00:00') + seconds * 1000);
const look = fc.record({ goal: instant(200), now: instant(250), latest: instant(220), earliest: instant(60) });

test('whatever our clock, the firings and the window of recovery do, windows join, have 15 minutes to 24 hours, and end in the past of AWS', () => {
  fc.assert(
    fc.property(fc.array(look, { maxLength: 40 }), (looks) => {
      let chain = chainUntil();
      for (const { goal, now, latest, earliest } of looks) {
        const decision = decide(plan, chain, goal, { now, recovery: { earliest, latest } });
        if (decision.act !== 'export') continue;
        const { kind, from = 0, until } = decision;
        expect(until).toBeLessThanOrEqual(Math.min(latest, now));
        if (kind === 'window') {
          expect(from).toBe(chain.until);
          expect(from).toBeGreaterThanOrEqual(earliest);
          expect(until - from).toBeGreaterThanOrEqual(15 * minuteMs);
          expect(until - from).toBeLessThanOrEqual(24 * hourMs);
        } else {
          expect(until).toBeGreaterThanOrEqual(earliest);
          expect(chain.until === undefined || chain.until < earliest).toBe(true);
        }
        chain = chainUntil(until);
      }
    }),
  );
});
