import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Keep } from '../../shared/plan.ts';
import { contentAt } from '../../shared/retention/rules.ts';
import { judge, type Verdict } from '../../shared/retention.ts';
import { backupAt, usual } from './backups.ts';

const dayMs = 86_400_000;
const firstNight = Date.parse('2025-10-01T02:00Z');

const count = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined });
const someRules = fc
  .record({
    last: count,
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    withinMs: fc.option(fc.integer({ min: 0, max: 20 * dayMs }), { nil: undefined }),
  })
  .map((rules) => Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as Keep);
const keeps = someRules.filter((keep) => Object.keys(keep).length > 0);
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu');

const backups = fc.uniqueArray(fc.integer({ min: 0, max: 24 * 200 }), { maxLength: 40 }).chain((hours) =>
  fc.tuple(
    ...hours.map((hour) =>
      fc
        .record({
          late: fc.integer({ min: 0, max: 4 * 3_600_000 }),
          table: fc.constantFrom('a', 'b'),
          state: fc.constantFrom('AVAILABLE' as const, 'AVAILABLE' as const, 'FAILED' as const),
        })
        .map(({ late, table, state }) => {
          const at = firstNight + hour * 3_600_000;
          return backupAt(new Date(at).toISOString(), { tableId: table, state, createdAt: at + late });
        }),
    ),
  ),
);

const kept = (verdicts: Verdict[]) => verdicts.filter(({ keptBy }) => keptBy.length > 0).map(({ backup }) => backup);

test('judging what was kept deletes nothing more', () => {
  fc.assert(
    fc.property(backups, keeps, zones, (some, keep, zone) => {
      const stays = kept(judge(some, keep, { ...usual, zone }));
      expect(kept(judge(stays, keep, { ...usual, zone }))).toEqual(stays);
    }),
  );
});

test('another rule never deletes more', () => {
  fc.assert(
    fc.property(backups, keeps, someRules, zones, (some, keep, more, zone) => {
      const stays = new Set(kept(judge(some, { ...more, ...keep }, { ...usual, zone })));
      for (const backup of kept(judge(some, keep, { ...usual, zone }))) expect(stays).toContain(backup);
    }),
  );
});

test('the newest AVAILABLE backup of every table is kept by any keep', () => {
  fc.assert(
    fc.property(backups, keeps, zones, (some, keep, zone) => {
      const stays = new Set(kept(judge(some, keep, { ...usual, zone })));
      const available = some.filter(({ state }) => state === 'AVAILABLE');
      for (const ofTable of Map.groupBy(available, ({ tableId }) => tableId).values()) {
        const newestAt = Math.max(...ofTable.map(contentAt));
        expect(ofTable.some((backup) => contentAt(backup) === newestAt && stays.has(backup))).toBe(true);
      }
    }),
  );
});

test('every AVAILABLE backup gets one verdict: something keeps it, or a sentence says why it goes', () => {
  fc.assert(
    fc.property(backups, keeps, zones, (some, keep, zone) => {
      const verdicts = judge(some, keep, { ...usual, zone });
      const available = some.filter(({ state }) => state === 'AVAILABLE');
      expect(new Set(verdicts.map(({ backup }) => backup))).toEqual(new Set(available));
      for (const { keptBy, expiredBecause } of verdicts) expect(keptBy.length > 0).toBe(expiredBecause === undefined);
    }),
  );
});

test('60 backups of each of 10,000 tables are judged about ten times as long as of 1,000', { timeout: 60_000 }, () => {
  const keep = { last: 3, daily: 7, weekly: 4, monthly: 6 };
  const nights = Array.from({ length: 60 }, (_, night) => new Date(firstNight + night * dayMs).toISOString());
  const secondsFor = (tables: number) => {
    const some = nights.flatMap((at) => Array.from({ length: tables }, (_, id) => backupAt(at, { tableId: `t${id}` })));
    const start = process.cpuUsage();
    const verdicts = judge(some, keep, { ...usual, zone: 'Europe/Berlin' });
    expect(kept(verdicts)).toHaveLength(tables * 10);
    return process.cpuUsage(start).user / 1e6;
  };
  secondsFor(500);
  expect(secondsFor(10_000)).toBeLessThan(25 * Math.max(secondsFor(1_000), 0.1));
});
