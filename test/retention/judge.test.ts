import { expect, test } from 'vitest';
import type { Keep } from '../../shared/plan.ts';
import { judge, judgeAdHoc } from '../../shared/retention.ts';
import { backupAt, reasons, usual } from './backups.ts';

const nights = (...days: string[]) => days.map((day) => backupAt(`${day}T02:00Z`));
const hours = (...times: string[]) => times.map((time) => backupAt(time));
const dayMs = 86_400_000;

interface Row {
  rule: string;
  keep: Keep;
  zone?: string;
  backups: ReturnType<typeof backupAt>[];
  kept: string[];
}

const rows: Row[] = [
  {
    rule: 'last keeps the newest, that many',
    keep: { last: 2 },
    backups: nights('2026-01-29', '2026-01-31', '2026-01-30'),
    kept: ['20260131T0200 last', '20260130T0200 last', '20260129T0200 -'],
  },
  {
    rule: 'daily keeps the newest backup of each day that has one, however long ago',
    keep: { daily: 2 },
    backups: hours('2026-01-31T02:00Z', '2026-01-31T14:00Z', '2025-11-01T02:00Z', '2025-10-31T02:00Z'),
    kept: ['20260131T1400 daily', '20260131T0200 -', '20251101T0200 daily', '20251031T0200 -'],
  },
  {
    rule: 'a day is one of the zone of the plan',
    keep: { daily: 3 },
    zone: 'America/New_York',
    // 31 January begins there at 05:00 UTC.
    backups: hours('2026-01-31T04:59Z', '2026-01-31T05:00Z', '2026-01-30T05:00Z'),
    kept: ['20260131T0500 daily', '20260131T0459 daily', '20260130T0500 -'],
  },
  {
    rule: 'hourly counts the hours that have a backup',
    keep: { hourly: 2 },
    backups: hours('2026-01-31T02:59Z', '2026-01-31T02:00Z', '2026-01-31T01:59Z', '2026-01-30T23:00Z'),
    kept: ['20260131T0259 hourly', '20260131T0200 -', '20260131T0159 hourly', '20260130T2300 -'],
  },
  {
    rule: 'the hour that comes twice in autumn is two hours',
    keep: { hourly: 3 },
    zone: 'Europe/Berlin',
    // 02:30 summer time, 02:30 winter time, 03:30.
    backups: hours('2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T02:30Z'),
    kept: ['20261025T0230 hourly', '20261025T0130 hourly', '20261025T0030 hourly'],
  },
  {
    rule: 'a week begins on Monday and is one week across the new year',
    keep: { weekly: 2 },
    // Monday 29 December 2025 to Sunday 4 January 2026 is week 1 of 2026.
    backups: nights('2026-01-05', '2026-01-04', '2026-01-01', '2025-12-29', '2025-12-28'),
    kept: ['20260105T0200 weekly', '20260104T0200 weekly', '20260101T0200 -', '20251229T0200 -', '20251228T0200 -'],
  },
  {
    rule: 'weeks before 1970 would count as well as those after',
    keep: { weekly: 3 },
    // 1 January 1970 was a Thursday: its week began on 29 December 1969.
    backups: nights('1970-01-05', '1970-01-04', '1969-12-29', '1969-12-28'),
    kept: ['19700105T0200 weekly', '19700104T0200 weekly', '19691229T0200 -', '19691228T0200 weekly'],
  },
  {
    rule: 'monthly and yearly keep the newest of each month and year',
    keep: { monthly: 3, yearly: 2 },
    backups: nights('2026-02-28', '2026-02-01', '2026-01-31', '2025-12-31', '2025-11-30', '2024-12-31'),
    kept: [
      '20260228T0200 monthly yearly',
      '20260201T0200 -',
      '20260131T0200 monthly',
      '20251231T0200 monthly yearly',
      '20251130T0200 -',
      '20241231T0200 -',
    ],
  },
  {
    rule: 'within counts from the newest backup, not from now, and keeps what is exactly that old',
    keep: { withinMs: 2 * dayMs },
    backups: nights('2026-01-10', '2026-01-08', '2026-01-07'),
    kept: ['20260110T0200 within', '20260108T0200 within', '20260107T0200 -'],
  },
  {
    rule: 'a backup stays when any rule keeps it, and every such rule is named',
    keep: { last: 1, daily: 2, weekly: 1 },
    backups: nights('2026-01-07', '2026-01-06', '2026-01-05'),
    kept: ['20260107T0200 last daily weekly', '20260106T0200 daily', '20260105T0200 -'],
  },
  {
    rule: 'the tables of a run that spans midnight are of the day it was scheduled for',
    keep: { daily: 2 },
    backups: [
      backupAt('2026-01-30T23:59:30Z', { createdAt: Date.parse('2026-01-31T00:00:10Z') }),
      backupAt('2026-01-31T23:59:30Z', { createdAt: Date.parse('2026-01-31T23:59:40Z') }),
    ],
    kept: ['20260131T2359 daily', '20260130T2359 daily'],
  },
  {
    rule: 'of two backups the one with the later content is the newer, whenever they were scheduled',
    keep: { last: 1 },
    backups: [
      backupAt('2026-01-31T02:00Z', { createdAt: Date.parse('2026-01-31T05:00Z') }),
      backupAt('2026-01-31T04:00Z', { createdAt: Date.parse('2026-01-31T04:00Z') }),
    ],
    kept: ['20260131T0200 last', '20260131T0400 -'],
  },
  {
    rule: 'what is held or pinned stays, and says so',
    keep: { last: 1 },
    backups: [
      backupAt('2026-01-31T02:00Z'),
      backupAt('2026-01-30T02:00Z', { hold: { by: 'Ada', reason: 'the lawsuit', at: 0 } }),
      backupAt('2026-01-29T02:00Z', { pins: new Set(['restore-1']) }),
      backupAt('2026-01-28T02:00Z', { pins: new Set() }),
    ],
    kept: ['20260131T0200 last', '20260130T0200 held', '20260129T0200 pinned', '20260128T0200 -'],
  },
  {
    rule: 'only AVAILABLE backups are judged or count for a rule',
    keep: { last: 2 },
    backups: [
      backupAt('2026-01-31T02:00Z', { state: 'CREATING' }),
      backupAt('2026-01-30T02:00Z', { state: 'FAILED' }),
      backupAt('2026-01-29T02:00Z', { state: 'VANISHED' }),
      backupAt('2026-01-28T02:00Z', { state: 'DELETING' }),
      backupAt('2026-01-27T02:00Z'),
      backupAt('2026-01-26T02:00Z'),
    ],
    kept: ['20260127T0200 last', '20260126T0200 last'],
  },
  {
    rule: 'a duplicate counts for no rule and goes when its original is AVAILABLE',
    keep: { last: 2 },
    backups: [
      backupAt('2026-01-31T02:00Z', { isDuplicate: true }),
      ...nights('2026-01-31', '2026-01-30', '2026-01-29'),
    ],
    kept: ['20260131T0200 -', '20260131T0200 last', '20260130T0200 last', '20260129T0200 -'],
  },
  {
    rule: 'a duplicate stays while its original is not AVAILABLE',
    keep: { last: 1 },
    backups: [
      backupAt('2026-01-31T02:00Z', { isDuplicate: true }),
      backupAt('2026-01-31T02:00Z', { state: 'CREATING' }),
      backupAt('2026-01-30T02:00Z', { isDuplicate: true }),
      backupAt('2026-01-30T02:00Z', { state: 'DELETED' }),
      backupAt('2026-01-29T02:00Z'),
    ],
    kept: ['20260131T0200 original missing', '20260130T0200 -', '20260129T0200 last'],
  },
  {
    rule: 'a duplicate stays when it is all there is of a table, although its original was deleted',
    keep: { last: 1 },
    backups: [
      backupAt('2026-01-30T02:00Z', { isDuplicate: true }),
      backupAt('2026-01-30T02:00Z', { state: 'DELETED' }),
      backupAt('2026-01-31T02:00Z', { state: 'VANISHED' }),
    ],
    kept: ['20260130T0200 original missing'],
  },
];

test.each(rows)('$rule', ({ keep, zone = 'UTC', backups, kept }) => {
  expect(reasons(backups, keep, { zone })).toEqual(kept);
});

test('each table, and each life of a table, is judged for itself', () => {
  const backups = [
    ...nights('2026-01-30', '2026-01-31'),
    backupAt('2026-01-01T02:00Z', { tableId: 'id-orders-before' }),
    backupAt('2026-01-02T02:00Z', { tableId: 'id-users', tableName: 'users' }),
  ];
  expect(reasons(backups, { last: 1 }).sort()).toEqual([
    '20260101T0200 last',
    '20260102T0200 last',
    '20260130T0200 -',
    '20260131T0200 last',
  ]);
});

const goneAt = () => Date.parse('2026-02-01T00:00Z');
const after = { last: 1, afterTableDeletedMs: 30 * dayMs };

test('the last backup of a deleted table stays for ever without afterTableDeleted', () => {
  expect(reasons(nights('2026-01-30', '2026-01-31'), { last: 1 }, { goneAt })).toEqual([
    '20260131T0200 last',
    '20260130T0200 -',
  ]);
});

test.each([
  ['2026-03-02T23:59:59Z', '20260131T0200 last'],
  ['2026-03-03T00:00:00Z', '20260131T0200 -'],
])('with afterTableDeleted of 30 days, the last backup of a table gone since 1 February at %s: %s', (now, kept) => {
  expect(reasons(nights('2026-01-31'), after, { goneAt, now: Date.parse(now) })).toEqual([kept]);
});

test('a hold outlives afterTableDeleted', () => {
  const held = backupAt('2026-01-31T02:00Z', { hold: { by: 'Ada', reason: 'the lawsuit', at: 0 } });
  expect(reasons([held], after, { goneAt })).toEqual(['20260131T0200 held']);
});

test('says of every backup that goes why it goes', () => {
  const backups = [...nights('2026-01-31', '2026-01-30'), backupAt('2026-01-31T02:00Z', { isDuplicate: true })];
  const why = judge(backups, { last: 1, withinMs: 3_600_000 }, usual).map(({ expiredBecause }) => expiredBecause);
  expect(why).toEqual([
    undefined,
    'It is a second backup of the same run and table.',
    'No rule keeps it any more: last 1, within 1 h.',
  ]);
  expect(judge(nights('2026-01-31'), after, { ...usual, goneAt })[0]?.expiredBecause).toContain('afterTableDeleted');
});

test.each<[string, Keep]>([
  ['no rule at all', {}],
  ['only afterTableDeleted', { afterTableDeletedMs: dayMs }],
  ['a count of 0', { daily: 0 }],
  ['a count of 0 beside a rule', { daily: 7, weekly: 0 }],
  ['a count that is no number', { last: Number.NaN }],
  ['a time below 0', { withinMs: -1 }],
])('refuses a keep that keeps nothing: %s', (_, keep) => {
  expect(() => judge([], keep, usual)).toThrow(RangeError);
});

test('a backup that was asked for stays until its date, or for good, and follows no rule', () => {
  const now = Date.parse('2026-02-01T00:00Z');
  const backups = [
    backupAt('2026-01-31T02:00Z', { plan: 'ad-hoc', expiresAt: now }),
    backupAt('2026-01-30T02:00Z', { plan: 'ad-hoc', expiresAt: now + 1 }),
    backupAt('2026-01-29T02:00Z', { plan: 'ad-hoc' }),
    backupAt('2026-01-28T02:00Z', { plan: 'ad-hoc', expiresAt: now, hold: { by: 'Ada', reason: 'audit', at: 0 } }),
  ];
  expect(judgeAdHoc(backups, now).map(({ keptBy }) => keptBy)).toEqual([[], ['wanted'], ['wanted'], ['held']]);
  expect(judgeAdHoc(backups, now)[0]?.expiredBecause).toBe('It has reached the date that was asked for.');
});
