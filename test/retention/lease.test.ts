import { afterEach, expect, test } from 'vitest';
import { retentionKey } from '../../shared/retention/apply.ts';
import { WantedLease } from '../../shared/retention/lease.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

test('a lease lets its process end a second after the work, and not with its next renewal', async () => {
  here = await surroundings('2026-01-01T00:00Z');
  const { world } = here;
  const sleeps = new Set<number>();
  const clock = {
    now: world.clock.now,
    async sleep(ms: number) {
      const until = here.clock.now() + ms;
      sleeps.add(until);
      await world.clock.sleep(ms);
      sleeps.delete(until);
    },
  };
  const key = retentionKey({ plan: 'nightly', target: hub });
  const lease = await here.run(WantedLease.take({ ...world, clock }, key, here.invocation()));
  await here.run(lease?.keepDuring(() => world.clock.sleep(1500)) ?? Promise.reject(new Error('No lease.')));
  expect(sleeps.size).toBe(1);
  for (const until of sleeps) expect(until - here.clock.now()).toBeLessThanOrEqual(1000);
});
