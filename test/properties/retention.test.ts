import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Keep } from '../../shared/plan.ts';
import { withinBudget } from '../../shared/retention/budget.ts';
import { contentAt } from '../../shared/retention/rules.ts';
import { judge, type Verdict } from '../../shared/retention.ts';
import type { Backup } from '../../shared/run.ts';
import { backupAt, usual } from '../retention/backups.ts';
import { cases } from './cases.ts';
import { keepers } from './retention-oracle.ts';
import { zones } from './wall-clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

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
const someZone = fc.constantFrom(...zones);

/** Nights of half a year, and the hours around the days on which clocks change and years begin. */
const times = fc.oneof(
  fc.nat(24 * 200).map((hour) => Date.parse('2025-10-01T02:00Z') + hour * hourMs),
  fc
    .tuple(
      fc.constantFrom('2025-10-26', '2025-11-02', '2025-12-31', '2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04'),
      fc.nat(4 * 48),
    )
    .map(([day, quarter]) => Date.parse(`${day}T00:00Z`) - dayMs / 2 + quarter * 15 * 60_000),
);
const backup = fc
  .record({
    at: times,
    lateMs: fc.integer({ min: 0, max: 4 * hourMs }),
    tableId: fc.constantFrom('a', 'a', 'b'),
    state: fc.constantFrom('AVAILABLE' as const, 'AVAILABLE' as const, 'AVAILABLE' as const, 'FAILED' as const),
    isHeld: fc.nat(9).map((number) => number === 0),
  })
  .map(({ at, lateMs, tableId, state, isHeld }) =>
    backupAt(new Date(at).toISOString(), {
      ...{ tableId, state, createdAt: at + lateMs },
      ...(isHeld && { hold: { by: 'me', at: 0, reason: 'audit' } as NonNullable<Backup['hold']> }),
    }),
  );
const backups = fc.uniqueArray(backup, { maxLength: 24, selector: ({ stamp, tableId }) => `${stamp} ${tableId}` });

const isKept = ({ keptBy }: Verdict) => keptBy.length > 0;
const kept = (verdicts: Verdict[]) => verdicts.filter(isKept).map(({ backup }) => backup);
const expired = (verdicts: Verdict[]) => verdicts.filter((verdict) => !isKept(verdict)).map(({ backup }) => backup);
const isAvailable = ({ state }: Backup) => state === 'AVAILABLE';

describe('judging the backups of a plan', () => {
  test('keeps or lets go each that is AVAILABLE, and says by which rules or in a sentence why', () => {
    fc.assert(
      fc.property(backups, keeps, someZone, (some, keep, zone) => {
        const verdicts = judge(some, keep, { ...usual, zone });
        expect(verdicts).toHaveLength(some.filter(isAvailable).length);
        expect(new Set(verdicts.map(({ backup }) => backup))).toEqual(new Set(some.filter(isAvailable)));
        for (const verdict of verdicts) {
          expect(isKept(verdict)).toBe(verdict.expiredBecause === undefined);
          if (!isKept(verdict)) expect(verdict.expiredBecause).toMatch(/^[A-Z].*\.$/);
        }
      }),
      cases,
    );
  });

  test('keeps each by exactly the rules that a slow reading of the wall clock finds, whatever the zone', () => {
    fc.assert(
      fc.property(backups, keeps, someZone, (some, keep, zone) => {
        const found = judge(some, keep, { ...usual, zone });
        const expected = keepers(some.filter(isAvailable), keep, zone);
        for (const { backup, keptBy } of found) {
          expect(keptBy.filter((reason) => reason !== 'held').toSorted()).toEqual(expected.get(backup)?.toSorted());
        }
      }),
      cases,
    );
  });

  test('does not depend on the order in which they come', () => {
    const shuffled = backups.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(
      fc.property(shuffled, keeps, someZone, ([some, otherwise], keep, zone) => {
        const one = new Set(kept(judge(some, keep, { ...usual, zone })));
        const other = new Set(kept(judge(otherwise, keep, { ...usual, zone })));
        expect(other).toEqual(one);
      }),
      cases,
    );
  });

  test('of what was kept lets nothing more go', () => {
    fc.assert(
      fc.property(backups, keeps, someZone, (some, keep, zone) => {
        const stays = kept(judge(some, keep, { ...usual, zone }));
        expect(kept(judge(stays, keep, { ...usual, zone }))).toEqual(stays);
      }),
      cases,
    );
  });

  test('with another rule lets nothing more go', () => {
    fc.assert(
      fc.property(backups, keeps, someRules, someZone, (some, keep, more, zone) => {
        const stays = new Set(kept(judge(some, { ...more, ...keep }, { ...usual, zone })));
        for (const backup of kept(judge(some, keep, { ...usual, zone }))) expect(stays.has(backup)).toBe(true);
      }),
      cases,
    );
  });

  test('keeps the newest of every table by every rule, and all that are held', () => {
    fc.assert(
      fc.property(backups, keeps, someZone, (some, keep, zone) => {
        const verdicts = judge(some, keep, { ...usual, zone });
        for (const ofTable of Map.groupBy(verdicts, ({ backup }) => backup.tableId).values()) {
          const newestAt = Math.max(...ofTable.map(({ backup }) => contentAt(backup)));
          const newest = ofTable.filter(({ backup }) => contentAt(backup) === newestAt);
          expect(Math.max(...newest.map(({ keptBy }) => keptBy.filter((by) => by !== 'held').length))).toBe(
            Object.keys(keep).length,
          );
        }
        for (const { backup, keptBy } of verdicts) if (backup.hold) expect(keptBy).toContain('held');
      }),
      cases,
    );
  });

  test('when one comes in, whenever it is from, lets go at most one for each counted rule', () => {
    fc.assert(
      fc.property(backups, backup, keeps, someZone, (some, one, { withinMs: _, ...keep }, zone) => {
        fc.pre(Object.keys(keep).length > 0);
        fc.pre(!some.some(({ stamp, tableId }) => stamp === one.stamp && tableId === one.tableId));
        const before = new Set(expired(judge(some, keep, { ...usual, zone })));
        const after = expired(judge([...some, one], keep, { ...usual, zone }));
        const more = after.filter((backup) => !before.has(backup));
        expect(more.length).toBeLessThanOrEqual(Object.keys(keep).length);
        for (const { tableId } of more) expect(tableId).toBe(one.tableId);
      }),
      cases,
    );
  });
});

describe('what one run may delete', () => {
  test('is expired, oldest first, and with what it has deleted already within the budget, unless somebody confirmed', () => {
    fc.assert(
      fc.property(backups, keeps, fc.nat(12), fc.boolean(), (some, keep, done, isConfirmed) => {
        const verdicts = judge(some, keep, usual);
        const { act, budget, due, isBlocked } = withinBudget(verdicts, done, isConfirmed);
        const tables = new Set(verdicts.map(({ backup }) => backup.tableId)).size;
        expect(act.some(isKept)).toBe(false);
        expect(due).toBe(expired(verdicts).length + done);
        expect(budget).toBe(Math.max(Math.floor((verdicts.length + done) / 10), 2 * tables));
        expect(act.length).toBe(
          isConfirmed ? expired(verdicts).length : Math.min(due - done, Math.max(0, budget - done)),
        );
        expect(isBlocked).toBe(act.length < due - done || (!isConfirmed && done > budget));
        const ages = act.map(({ backup }) => contentAt(backup));
        expect(ages).toEqual(ages.toSorted((a, b) => a - b));
      }),
      cases,
    );
  });
});
