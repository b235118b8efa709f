import { afterEach, expect, test } from 'vitest';
import { runKey } from '../../shared/ledger.ts';
import { parseRunId } from '../../shared/names.ts';
import { driving } from '../../shared/run/context.ts';
import { begin, takeRun } from '../../shared/run/lease.ts';
import { startRun } from '../../shared/run/start.ts';
import { done } from '../support/done.ts';
import type { Local } from '../support/world.ts';
import { withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

test('a firing that is delivered once more leaves the run as it is by then', async () => {
  here = await withTables(1);
  const { world } = here.world();
  const invocation = { id: 'one', endsAt: here.clock.now() + 900_000 };
  const firing = { plan: 'nightly', scheduledAt: new Date(here.clock.now()).toISOString() };
  const fire = () => startRun(world)({ type: 'bare', detail: firing }, invocation);
  const { runs } = await done(here, fire());
  const name = parseRunId(runs[0] ?? '');
  const lease = await done(here, takeRun(world, name, invocation));
  if (lease === undefined) throw new Error('no lease');
  await done(here, begin(driving(world, lease, invocation)));
  const before = await done(here, world.catalog.get(runKey(name)));
  expect((await done(here, fire())).runs).toEqual(runs);
  expect(before).toMatchObject({ state: 'RUNNING' });
  expect(await done(here, world.catalog.get(runKey(name)))).toEqual(before);
});
