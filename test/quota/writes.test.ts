import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Quota } from '../../shared/quota.ts';
import { leaseOf, resetOf } from '../../shared/quota-writes.ts';
import type { Change } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { type Local, local } from '../support/world.ts';

let here: Local;
beforeEach(async () => {
  here = await local();
});
afterEach(() => here.close());

const now = Date.UTC(2026, 0, 31);
const quota = (more: Partial<Quota> = {}): Quota => ({ tat: now + 500, rate: 49, gen: 1, cutAt: 0, ...more });
const range = { from: now, until: now + 2000 };
const lease = (step: 'make' | 'takeIdle' | 'takeBusy', known: Quota) =>
  leaseOf({ quota: known, full: 49 }, step, 1000, range as never);

test.each<[string, Quota, Change, boolean]>([
  ['slots behind those of others', quota(), lease('takeBusy', quota()), true],
  ['slots by who does not know of the last cut', quota({ gen: 2 }), lease('takeBusy', quota()), false],
  ['slots beyond the horizon', quota({ tat: now + 2001 }), lease('takeBusy', quota()), false],
  ['slots that have gone by', quota({ tat: now - 1 }), lease('takeBusy', quota()), false],
  ['slots of an idle quota', quota({ tat: now - 1 }), lease('takeIdle', quota()), true],
  [
    'idle slots by who does not know of the last cut',
    quota({ tat: now - 1, gen: 2 }),
    lease('takeIdle', quota()),
    false,
  ],
  ['idle slots that others have taken meanwhile', quota(), lease('takeIdle', quota()), false],
  ['a quota that is there', quota(), lease('make', quota()), false],
  ['a reset of what is as it was found', quota(), resetOf(quota(), true, 49, now), true],
  ['a reset of what others have set right', quota(), resetOf(quota({ tat: now + 1e9 }), true, 49, now), false],
  ['a reset of what can be read by now', quota(), resetOf(undefined, false, 49, now), false],
])('%s', async (_, stored, change, isGranted) => {
  const { catalog } = here.world().world;
  const key = { pk: 'quota#a', sk: 'CreateBackup' };
  await done(here, catalog.put({ ...key, ...stored }));
  const written = await done(here, catalog.update(key, change));
  expect(written.done).toBe(isGranted);
  if (!isGranted) expect(await done(here, catalog.get(key))).toEqual({ ...key, ...stored });
});
