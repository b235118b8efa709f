import { afterEach, expect, test } from 'vitest';
import { auditKey } from '../../shared/audit/memory.ts';
import { WantedLease } from '../../shared/retention/lease.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

test('work that never ends is an error after hours of virtual time, not weeks of renewed leases', async () => {
  here = await surroundings('2026-01-01T00:00Z');
  const lease = await here.run(WantedLease.take(here.world, auditKey(hub), here.invocation()));
  await expect(here.run(lease?.keepDuring(() => new Promise(() => {})) ?? Promise.resolve())).rejects.toThrow(
    'has not ended',
  );
}, 5000);

test('a test that was given up does not go on in the background', async () => {
  here = await surroundings('2026-01-01T00:00Z');
  const abandoned = here.run(new Promise(() => {}));
  here.restore();
  await expect(abandoned).rejects.toThrow('has not ended');
  await expect(here.pass('2026-02-01T00:00Z')).rejects.toThrow('is over');
});
