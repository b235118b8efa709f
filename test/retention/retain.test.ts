import { afterEach, expect, test } from 'vitest';
import { retain } from '../../shared/retention/apply.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const nightly = { plan: 'nightly', target: hub };
const apply = (world = here.world, options = {}) => here.run(retain(world, nightly, here.invocation(), options));

test('deletes what no rule keeps, at AWS and in the ledger, and tells each with the reason', async () => {
  here = await surroundings('2026-01-01T00:00Z');
  await here.table('orders');
  const [oldest] = await here.backUpAll('2026-01-02T02:00Z', ['orders']);
  const kept = [
    ...(await here.backUpAll('2026-01-03T02:00Z', ['orders'])),
    ...(await here.backUpAll('2026-01-04T02:00Z', ['orders'])),
  ];
  expect(await apply()).toEqual({ kept: 2, deleted: 1, failed: 0, throttled: 0 });
  expect((await here.atAws()).sort()).toEqual(kept.map(({ backupArn }) => backupArn).sort());
  expect(here.told('Backup Deleted')).toMatchObject([
    { table: 'orders', backupArn: oldest?.backupArn, reason: 'No rule keeps it any more: last 2.' },
  ]);
  expect(here.told('Retention Completed')).toMatchObject([{ kept: 2, deleted: 1 }]);
  expect(await here.states()).toEqual({ AVAILABLE: 2, DELETED: 1 });
});
