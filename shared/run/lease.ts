import { Lease, takeItem } from '../lease.ts';
import { runFrom, runKey } from '../ledger.ts';
import type { RunName } from '../names.ts';
import type { Run } from '../run.ts';
import type { Invocation, World } from '../world.ts';
import { type Driving, stopMs } from './context.ts';

/** Makes this process the run's driver; undefined when it has one, or is over, or is not known. */
export async function takeRun(world: World, name: RunName, invocation: Invocation): Promise<Lease | undefined> {
  const item = await takeItem(world, runKey(name), invocation);
  return item && new Lease(world, runKey(name), invocation, item, stopMs);
}

/** Writes to the run as its driver. Throws LeaseLost when that is another. */
export async function writeAsDriver(driven: Driving, attributes: Partial<Run> & { ttl?: number }): Promise<void> {
  driven.run = runFrom(await driven.lease.write(attributes));
}

/** What has been told by now, and how often we were throttled. */
const come = ({ run, announcer, isLedgerRead, throttled }: Driving) => ({
  announcedUntil: isLedgerRead ? announcer.watermark() : run.announcedUntil,
  throttled: run.throttled + throttled,
});

/** Keeps the lease, and writes down how far the run has come. */
export async function renewLease(driven: Driving): Promise<void> {
  const { throttled } = driven;
  await writeAsDriver(driven, come(driven));
  driven.throttled -= throttled;
}

/** Leaves the run to whoever comes after that instant (epoch ms). */
export const leave = (driven: Driving, dueAt: number): Promise<void> =>
  driven.lease.leave(dueAt, undefined, { ...come(driven), isLeft: true });

/** The run that waited goes on from here. */
export async function begin(driven: Driving): Promise<void> {
  const startedAt = driven.world.clock.now();
  driven.run = runFrom(await driven.lease.write({ state: 'RUNNING', startedAt, isLeft: undefined }));
}

/** Takes a run over that has begun, and remembers whether its driver left it or was lost. */
export async function takeOver(driven: Driving): Promise<void> {
  const isDoubtful = driven.run.isLeft === true ? driven.run.isDoubtful : true;
  driven.run = runFrom(await driven.lease.write({ isLeft: undefined, ...(isDoubtful && { isDoubtful }) }));
}
