import { runFrom, runKey, runsOf } from '../ledger.ts';
import { adHoc, parseRunId, type RunName, runId } from '../names.ts';
import type { Run } from '../run.ts';
import type { Item, World, Written } from '../world.ts';

const key = { pk: 'admission', sk: 'run' };
const names = { '#runs': 'runs' };

/** True when the run is among those that run now: at most `maxRuns`, over all targets. */
export async function admit(world: World, run: RunName): Promise<boolean> {
  const asked = await enter(world, run);
  if (asked.done) return true;
  const over = await runsOver(world, asked.found);
  if (over.length === 0) return false;
  await remove(world, over);
  return (await enter(world, run)).done;
}

export function dismiss(world: World, run: RunName): Promise<void> {
  return remove(world, [runId(run)]);
}

function enter(world: World, run: RunName): Promise<Written> {
  return world.catalog.update(key, {
    update: 'ADD #runs :me',
    condition: 'attribute_not_exists(#runs) OR size(#runs) < :max OR contains(#runs, :id)',
    names,
    values: { ':me': new Set([runId(run)]), ':id': runId(run), ':max': world.options.maxRuns },
  });
}

async function remove(world: World, ids: string[]): Promise<void> {
  await world.catalog.update(key, { update: 'DELETE #runs :ids', names, values: { ':ids': new Set(ids) } });
}

/** Of those that were let in, who has ended: a driver that stood still may have let a run in after its end. */
async function runsOver(world: World, found: Item | undefined): Promise<string[]> {
  const over: string[] = [];
  for (const id of (found?.runs ?? []) as Set<string>) {
    const { pk, sk } = runKey(parseRunId(id));
    let isOver = true;
    for await (const item of world.catalog.query({ pk, prefix: sk, limit: 1 })) isOver = !isActive(runFrom(item));
    if (isOver) over.push(id);
  }
  return over;
}

/** So many of the newest runs are looked at first. */
const looked = 50;

/** Runs of the same plan and target that are not over; requests for single tables never wait for each other. */
export async function activeRuns(world: World, run: RunName): Promise<Run[]> {
  if (run.plan === adHoc) return [];
  const newest = await lastRuns(world, run, looked);
  // One that came to its end had waited for all before it. Where all were skipped, an older one may go on still.
  const isAll = newest.length < looked || newest.some(({ state }) => state === 'COMPLETED' || state === 'FAILED');
  const runs = isAll ? newest : await lastRuns(world, run);
  return runs.filter((other) => other.stamp !== run.stamp && isActive(other));
}

async function lastRuns(world: World, run: RunName, limit?: number): Promise<Run[]> {
  const runs: Run[] = [];
  const range = { ...runsOf(run), backwards: true, ...(limit !== undefined && { limit }) };
  for await (const item of world.catalog.query(range)) runs.push(runFrom(item));
  return runs;
}

const isActive = ({ state }: Run): boolean => state === 'QUEUED' || state === 'RUNNING';
