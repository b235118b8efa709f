import { afterEach, expect, test } from 'vitest';
import type { Keep } from '../../shared/plan.ts';
import { retain, retentionKey } from '../../shared/retention/apply.ts';
import type { World } from '../../shared/world.ts';
import { aPlan, hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const night = (day: number) => `2026-01-${String(day).padStart(2, '0')}T02:00Z`;

async function begin(keep: Keep, tables: string[], nights: number): Promise<void> {
  here = await surroundings('2026-01-01T00:00Z', [{ ...aPlan(), keep }]);
  for (const table of tables) await here.table(table);
  for (let day = 2; day < 2 + nights; day++) await here.backUpAll(night(day), tables);
}

const deploy = (keep: Keep): World => here.deploy({ ...aPlan(), keep });

async function apply(world: World, options = {}) {
  await here.pass(here.clock.now() + 1000);
  return here.run(retain(world, { plan: 'nightly', target: hub }, here.invocation(), options));
}

test('a stricter keep is told of once and acts after 72 hours', async () => {
  await begin({ last: 4 }, ['orders'], 4);
  await apply(here.world);
  const stricter = deploy({ last: 2 });
  const toldAt = here.clock.now() + 1000;
  expect(await apply(stricter)).toMatchObject({ kept: 4, deleted: 0 });
  expect(await apply(stricter)).toMatchObject({ kept: 4, deleted: 0 });
  const actsAt = new Date(toldAt + 72 * 3_600_000).toISOString();
  expect(here.told('Retention Changed')).toMatchObject([{ plan: 'nightly', wouldDelete: 2, actsAt }]);
  await here.pass(toldAt + 72 * 3_600_000 - 2000);
  expect(await apply(stricter)).toMatchObject({ deleted: 0 });
  expect(await apply(stricter)).toMatchObject({ kept: 2, deleted: 2 });
  expect(here.told('Retention Changed')).toHaveLength(1);
});

test('a stricter keep has its whole grace time also where retention began before it was deployed', async () => {
  await begin({ last: 4 }, ['orders'], 4);
  await apply(here.world);
  const key = retentionKey({ plan: 'nightly', target: hub });
  const values = { ':then': here.clock.now() - 80 * 3_600_000 };
  await here.run(here.world.catalog.update(key, { update: 'SET startedAt = :then', values }));
  expect(await apply(deploy({ last: 2 }))).toMatchObject({ kept: 4, deleted: 0 });
});

test('while it waits, what neither keep wants goes as before', async () => {
  await begin({ last: 3 }, ['orders'], 3);
  await apply(here.world);
  await here.backUpAll(night(5), ['orders']);
  expect(await apply(deploy({ last: 2 }))).toMatchObject({ kept: 3, deleted: 1 });
});

test('a keep that keeps more acts at once, and a change that costs nothing needs no warning', async () => {
  await begin({ last: 2 }, ['orders'], 2);
  await apply(here.world);
  await here.backUpAll(night(5), ['orders']);
  expect(await apply(deploy({ last: 3 }))).toMatchObject({ kept: 3, deleted: 0 });
  expect(await apply(deploy({ daily: 3 }))).toMatchObject({ kept: 3, deleted: 0 });
  expect(here.told('Retention Changed')).toEqual([]);
});

test('another zone can be stricter, too', async () => {
  await begin({ daily: 2 }, ['orders'], 0);
  // Two days in UTC; in Tokyo, nine hours ahead, both are on 3 January.
  await here.backUpAll('2026-01-02T16:00Z', ['orders']);
  await here.backUpAll('2026-01-03T02:00Z', ['orders']);
  await apply(here.world);
  await apply(here.deploy({ ...aPlan({ timezone: 'Asia/Tokyo' }), keep: { daily: 2 } }));
  expect(here.told('Retention Changed')).toMatchObject([{ wouldDelete: 1 }]);
});

test('a stricter keep that is taken back is forgotten: deployed again, it waits anew', async () => {
  await begin({ last: 4 }, ['orders'], 4);
  await apply(here.world);
  await apply(deploy({ last: 2 }));
  await apply(here.world);
  await here.pass(here.clock.now() + 73 * 3_600_000);
  expect(await apply(deploy({ last: 2 }))).toMatchObject({ deleted: 0 });
  expect(here.told('Retention Changed')).toHaveLength(2);
});

test('a new plan has no rules before it: its first keep acts at once', async () => {
  await begin({ last: 2 }, ['orders'], 3);
  expect(await apply(here.world)).toMatchObject({ kept: 2, deleted: 1 });
});

test('one run deletes two backups per table at most, the oldest first, and says once that more is due', async () => {
  await begin({ last: 1 }, ['orders', 'users'], 6);
  const bare = deploy({ last: 1 });
  expect(await apply(bare)).toMatchObject({ kept: 2, deleted: 4 });
  expect(here.told('Retention Blocked')).toMatchObject([{ plan: 'nightly', due: 10, budget: 4 }]);
  expect(
    here
      .told('Backup Deleted')
      .map(({ createdAt }) => String(createdAt).slice(0, 10))
      .sort(),
  ).toEqual(['2026-01-02', '2026-01-02', '2026-01-03', '2026-01-03']);
  expect(await apply(bare)).toMatchObject({ deleted: 4 });
  expect(await apply(bare)).toMatchObject({ deleted: 2 });
  expect(here.told('Retention Blocked')).toHaveLength(1);
});

test('a tenth of the backups, where that is more than two per table', async () => {
  await begin({ last: 1 }, ['orders'], 30);
  expect(await apply(here.world)).toMatchObject({ kept: 1, deleted: 3 });
});

test('confirmed by a person, one run deletes all that is due, and the next one has its budget again', async () => {
  await begin({ last: 1 }, ['orders'], 6);
  expect(await apply(here.world, { confirm: true })).toMatchObject({ kept: 1, deleted: 5 });
  expect(here.told('Retention Blocked')).toEqual([]);
  for (let day = 10; day < 16; day++) await here.backUpAll(night(day), ['orders']);
  expect(await apply(here.world)).toMatchObject({ deleted: 2 });
});
