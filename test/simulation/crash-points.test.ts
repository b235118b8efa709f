import { describe, expect, test } from 'vitest';
import { Chance } from './chance.ts';
import { crashed, crashStories, type Mishap, mishaps, pointsOf } from './crash-points.ts';
import type { Story } from './story.ts';

/** Runs, restores and exports are crashed at each of their points in test/run, test/restore and test/export. */
const retention = crashStories.retention as Story;

const saidOf = async (story: Story, mishap: Mishap, points: string[], more: Partial<Story> = {}) => {
  const { violation, happened } = await crashed(story, mishap, points, more);
  return violation === undefined ? [] : [`${happened.join(', ')} (${mishap}): ${violation.rule}: ${violation.found}`];
};

describe('no rule is broken', () => {
  test.each(Object.keys(mishaps) as Mishap[])(
    'at whatever point retention is %s',
    { timeout: 300_000 },
    async (mishap) => {
      const points = (await pointsOf(retention)).filter((point) => point.startsWith('apply-retention'));
      const broken: string[] = [];
      for (const point of points) broken.push(...(await saidOf(retention, mishap, [point])));
      expect(broken).toEqual([]);
      expect(points.length).toBeGreaterThan(40);
    },
  );

  test('when two points of a run with its retention end badly, a sample of all pairs', {
    timeout: 300_000,
  }, async () => {
    const chance = new Chance(1);
    const points = await pointsOf(retention);
    const broken: string[] = [];
    for (let pair = 0; pair < 60; pair++) {
      const [one, other] = ['one', 'other'].map(
        (name) => points[chance.whole(`${name} ${pair}`, 0, points.length - 1)],
      );
      const mishap = chance.oneOf<Mishap>(`mishap ${pair}`, 'killed', 'killed', 'frozen for 250 s', 'frozen for 500 s');
      broken.push(...(await saidOf(retention, mishap, [one ?? '', other ?? ''])));
    }
    expect(broken).toEqual([]);
  });

  test('and all work is over, while the heartbeat goes on every minute for a day', { timeout: 120_000 }, async () => {
    const points = (await pointsOf(retention)).filter((point) => /^(take-backups|apply-retention)/.test(point));
    const broken: string[] = [];
    for (const at of [0.2, 0.5, 0.8]) {
      const point = points[Math.floor(at * points.length)] ?? '';
      broken.push(...(await saidOf(retention, 'killed', [point], { afterEndMs: 86_400_000 })));
    }
    expect(broken).toEqual([]);
  });
});
