import { expect, test } from 'vitest';
import { judge } from '../../shared/retention.ts';
import { backupAt, usual } from './backups.ts';

test('60 backups of each of 10,000 tables are judged about ten times as long as of 1,000', () => {
  const keep = { last: 3, daily: 7, weekly: 4, monthly: 6 };
  const firstNight = Date.parse('2025-10-01T02:00Z');
  const nights = Array.from({ length: 60 }, (_, night) => new Date(firstNight + night * 86_400_000).toISOString());
  const secondsFor = (tables: number) => {
    const some = nights.flatMap((at) => Array.from({ length: tables }, (_, id) => backupAt(at, { tableId: `t${id}` })));
    const start = process.cpuUsage();
    const verdicts = judge(some, keep, { ...usual, zone: 'Europe/Berlin' });
    expect(verdicts.filter(({ keptBy }) => keptBy.length > 0)).toHaveLength(tables * 10);
    return process.cpuUsage(start).user / 1e6;
  };
  secondsFor(500);
  expect(secondsFor(10_000)).toBeLessThan(25 * Math.max(secondsFor(1_000), 0.1));
});
