import { runItem } from '../../shared/ledger.ts';
import { type Driving, driving } from '../../shared/run/context.ts';
import { takeRun } from '../../shared/run/lease.ts';
import type { Run } from '../../shared/run.ts';
import type { World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { hub, type Local } from '../support/world.ts';

export const run = { target: hub, plan: 'nightly', stamp: '20260131T020000Z' };

/** A run of an hour over the table orders that has begun, driven by a process with that world. */
export async function drivenRun(
  here: Local,
  more: Partial<Run> = {},
  world: World = here.world().world,
): Promise<Driving> {
  const scheduledAt = here.clock.now();
  const times = { scheduledAt, deadlineAt: scheduledAt + 3_600_000, announcedUntil: scheduledAt, throttled: 0 };
  const selector = { include: ['orders'], exclude: [], tags: {} };
  const item = runItem({ ...run, ...times, selector, state: 'RUNNING', overlap: 'skip', ...more, due: 'work' });
  await done(here, world.catalog.put(item));
  const invocation = { id: 'one', endsAt: scheduledAt + 900_000 };
  const lease = await done(here, takeRun(world, run, invocation));
  if (lease === undefined) throw new Error('no lease');
  return driving(world, lease, invocation);
}
