import { runFrom, runsOf } from '../ledger.ts';
import { adHoc, type RunName, runId } from '../names.ts';
import type { Run } from '../run.ts';
import type { World } from '../world.ts';

const key = { pk: 'admission', sk: 'run' };
const names = { '#runs': 'runs' };

/** True when the run is among those that run now: at most `maxRuns`, over all targets. */
export async function admit(world: World, run: RunName): Promise<boolean> {
  const { done } = await world.catalog.update(key, {
    update: 'ADD #runs :me',
    condition: 'attribute_not_exists(#runs) OR size(#runs) < :max OR contains(#runs, :id)',
    names,
    values: { ':me': new Set([runId(run)]), ':id': runId(run), ':max': world.options.maxRuns },
  });
  return done;
}

export async function dismiss(world: World, run: RunName): Promise<void> {
  await world.catalog.update(key, { update: 'DELETE #runs :me', names, values: { ':me': new Set([runId(run)]) } });
}

/** Newest runs looked at: more than can be under way. */
const looked = 50;

/** Runs of the same plan and target that are not over; requests for single tables never wait for each other. */
export async function activeRuns(world: World, run: RunName): Promise<Run[]> {
  if (run.plan === adHoc) return [];
  const active: Run[] = [];
  for await (const item of world.catalog.query({ ...runsOf(run), backwards: true, limit: looked })) {
    const other = runFrom(item);
    if (other.stamp !== run.stamp && (other.state === 'QUEUED' || other.state === 'RUNNING')) active.push(other);
  }
  return active;
}
