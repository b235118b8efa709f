import { afterEach, beforeEach, expect, test } from 'vitest';
import { retain } from '../../shared/retention/apply.ts';
import type { World } from '../../shared/world.ts';
import { aPlan, hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
let stricter: World;

/** A plan that has kept two backups, and is to keep one. */
beforeEach(async () => {
  here = await surroundings('2026-01-01T00:00Z', [aPlan({ keep: { last: 2 } })]);
  await here.table('orders');
  for (const day of [2, 3]) await here.backUpAll(`2026-01-0${day}T02:00Z`, ['orders']);
  await apply(here.world);
  stricter = here.deploy(aPlan({ keep: { last: 1 } }));
});
afterEach(() => here.restore());

const apply = (world: World) => here.run(retain(world, { plan: 'nightly', target: hub }, here.invocation()));

test('that a keep has become stricter is told before it is remembered: where the telling fails, the next driver tells it', async () => {
  const deaf = { ...stricter, facts: { publish: () => Promise.reject(new Error('The bus is away.')) } };
  await expect(apply(deaf)).rejects.toThrow();
  expect(here.told('Retention Changed')).toEqual([]);
  await apply(stricter);
  expect(here.told('Retention Changed')).toHaveLength(1);
});

test('a driver that dies after it told does not move the instant at which a stricter keep acts', async () => {
  let isDead = false;
  const dying: World = {
    ...stricter,
    catalog: {
      ...stricter.catalog,
      update(key, change) {
        isDead ||= ':keepRules' in (change.values ?? {}) && here.told('Retention Changed').length > 0;
        return isDead ? new Promise(() => {}) : stricter.catalog.update(key, change);
      },
    },
  };
  retain(dying, { plan: 'nightly', target: hub }, here.invocation()).catch(() => {});
  await here.pass(here.clock.now() + 120_000);
  await apply(stricter);
  const told = here.told('Retention Changed');
  expect(told).toHaveLength(2);
  expect(told[1]?.actsAt).toBe(told[0]?.actsAt);
  expect(told[1]?.id).toBe(told[0]?.id);
});
