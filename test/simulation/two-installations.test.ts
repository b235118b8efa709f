import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';
import { type Act, storyOf } from './story.ts';

const tables = Array.from({ length: 120 }, (_, n) => `orders-${n}`);
const fire = (installation: number): Act => ({ do: 'fire', plan: 'nightly', atMs: 0, installation });

/**
 * Two catalogs know nothing of each other, and the quota is the account's: each begins at 98 % of it, and is told by
 * throttles that it is not alone.
 */
test('two installations in one account share a quota after two seconds, and each has its backups', {
  timeout: 60_000,
}, async () => {
  const { violation, sent } = await simulate({
    ...storyOf(1),
    ...{ tables, installations: 2, hasExports: false, hasSettings: false, faults: {}, acts: [fire(0), fire(1)] },
    plans: { nightly: { schedule: 'cron(0 2 * * ? *)', tables: { include: ['orders-*'] }, keep: { last: 1 } } },
    ...{ faultsUntilMs: 180_000, latencyMs: 2, backupMs: 2000, listLagMs: 0, heartbeatMs: 60_000 },
  });
  // Among the rules: every selected table ends in exactly one way, and none in Failed before the deadline.
  expect(violation).toBeUndefined();
  const at = sent.filter(({ name }) => name.startsWith('CreateBackup ')).map((call) => call.at);
  const [first = 0] = at;
  const perSecond = [...Map.groupBy(at, (one) => Math.floor((one - first) / 1000)).values()].map(
    ({ length }) => length,
  );
  expect(Math.max(...perSecond.slice(0, 3))).toBeLessThanOrEqual(98);
  expect(Math.max(...perSecond.slice(3))).toBeLessThanOrEqual(50);
  // Each backup was asked for, and what was throttled in the first seconds was asked for again.
  expect(at.length).toBeGreaterThanOrEqual(240);
  expect(at.length).toBeLessThan(240 * 1.5);
});
