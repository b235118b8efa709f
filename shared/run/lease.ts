import { runFrom, runKey, type StoredRun } from '../ledger.ts';
import type { RunName } from '../names.ts';
import type { Change, Invocation, World } from '../world.ts';
import type { Driving } from './context.ts';

/** How long a driver has the run to itself; three renewals may fail before another takes over. */
const leaseMs = 60_000;
export const renewEveryMs = 20_000;

/** The run has another driver by now: this one stops. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/**
 * Makes this process the run's driver; undefined when it has one, or is over, or is not known. An invocation that
 * Lambda delivers twice is two drivers, so the instant is part of the name.
 */
export async function takeLease(world: World, name: RunName, { id }: Invocation): Promise<StoredRun | undefined> {
  const now = world.clock.now();
  const written = await world.catalog.update(runKey(name), {
    update: 'SET driver = :me, leaseUntil = :until, dueAt = :until',
    condition: 'attribute_exists(due) AND (attribute_not_exists(driver) OR leaseUntil < :now)',
    values: { ':me': `${id}/${now}`, ':until': now + leaseMs, ':now': now },
  });
  return written.done ? runFrom(written.item) : undefined;
}

/** Writes to the run as its driver. Throws LeaseLost when that is another. */
export async function writeAsDriver(driven: Driving, change: Omit<Change, 'condition'>): Promise<void> {
  const { world, run } = driven;
  const written = await world.catalog.update(runKey(run), {
    ...change,
    condition: 'driver = :me',
    values: { ...change.values, ':me': run.driver ?? '' },
  });
  if (!written.done) throw new LeaseLost(`Another driver has taken over run ${runKey(run).sk}.`);
  driven.run = runFrom(written.item);
}

/** Keeps the lease, and writes down what has been told by now and how often we were throttled. */
export async function renewLease(driven: Driving): Promise<void> {
  const { clock } = driven.world;
  const until = clock.now() + leaseMs;
  const throttled = driven.throttled;
  await writeAsDriver(driven, {
    update: 'SET leaseUntil = :until, dueAt = :until, announcedUntil = :told, throttled = throttled + :throttled',
    values: { ':until': until, ':told': driven.announcer.watermark(), ':throttled': throttled },
  });
  driven.throttled -= throttled;
}

/** Leaves the run to whoever comes after that instant (epoch ms). */
export async function leave(driven: Driving, dueAt: number): Promise<void> {
  await writeAsDriver(driven, {
    update: 'SET dueAt = :due, announcedUntil = :told, throttled = throttled + :throttled REMOVE driver, leaseUntil',
    values: { ':due': dueAt, ':told': driven.announcer.watermark(), ':throttled': driven.throttled },
  });
  driven.throttled = 0;
}
