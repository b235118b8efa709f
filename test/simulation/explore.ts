import type { World } from '../../shared/world.ts';
import { allFaultKinds, type FaultKind } from './fault-kinds.ts';
import { allRules, type Outcome, simulate } from './simulation.ts';
import { storyOf } from './story.ts';

/** What many stories came to. */
export interface Explored {
  schedules: number;
  calls: number;
  checks: number;
  rules: string[];
  hits: Record<FaultKind, number>;
  broken: { seed: number; outcome: Outcome }[];
}

/** Plays the stories of so many seeds; `onEach` is told after each. */
export async function explore(
  first: number,
  runs: number,
  {
    around,
    onEach,
    stopAtFirst = false,
  }: { around?: (world: World) => World; onEach?: () => void; stopAtFirst?: boolean } = {},
): Promise<Explored> {
  const hits = Object.fromEntries(allFaultKinds.map((kind) => [kind, 0])) as Explored['hits'];
  const explored: Explored = {
    ...{ schedules: 0, calls: 0, checks: 0, hits, broken: [] },
    rules: allRules().map(({ name }) => name),
  };
  for (let seed = first; seed < first + runs; seed++) {
    const outcome = await simulate(storyOf(seed), { ...(around && { around }) });
    explored.schedules++;
    explored.calls += outcome.calls;
    explored.checks += outcome.checks;
    for (const kind of allFaultKinds) hits[kind] += outcome.hits[kind];
    if (outcome.violation) explored.broken.push({ seed, outcome });
    if (outcome.violation && stopAtFirst) break;
    onEach?.();
  }
  return explored;
}
