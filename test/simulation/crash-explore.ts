import {
  type Crash,
  type CrashStoryName,
  crashing,
  crashStories,
  differing,
  lastsMs,
  type Mishap,
  pointsOf,
} from './crash-points.ts';
import type { Point } from './faults.ts';
import { type Outcome, type SimulationOptions, simulate } from './simulation.ts';

/** What became of a story that crashed again and again. */
export interface Crashes {
  tried: number;
  /** After so many of them, or while a process stood still, another one of the same function did something. */
  goneOnWith: number;
  broken: { crashes: Crash[]; outcome: Outcome }[];
}

/** The points of a story that nothing happens in. */
export async function pointsOfStory(name: CrashStoryName): Promise<Point[]> {
  return pointsOf(crashStories[name].of, (await simulate(crashing(name, []))).points);
}

/** All that can become of a story by one mishap. */
export async function singles(name: CrashStoryName, mishap: Mishap): Promise<Crash[][]> {
  return differing(await pointsOfStory(name), mishap).map((point) => [[mishap, point]]);
}

/** All that can become of it when after one process another is killed, or the one that goes on with its work. */
export async function pairsAfter(name: CrashStoryName, first: Crash): Promise<Crash[][]> {
  const { points } = await simulate({
    ...crashing(name, [first]),
    faultsUntilMs: crashStories[name].longer.faultsUntilMs,
  });
  const after = points.slice(points.findIndex((point) => point.name === first[1].name) + 1);
  return differing(pointsOf(/./, after), 'killed').map((point) => [first, ['killed', point]]);
}

/** Tells the story with each of these. */
export async function tryEach(
  name: CrashStoryName,
  all: Crash[][],
  options: SimulationOptions & { onEach?: () => void } = {},
): Promise<Crashes> {
  const told: Crashes = { tried: 0, goneOnWith: 0, broken: [] };
  for (const crashes of all) {
    const outcome = await simulate(crashing(name, crashes), options);
    told.tried++;
    const [first] = crashes;
    if (first && isGoneOnWith(first, outcome)) told.goneOnWith++;
    if (outcome.violation) told.broken.push({ crashes, outcome });
    options.onEach?.();
  }
  return told;
}

const functionOf = ({ process }: Point): string => process.split(' ')[0] ?? '';

const isGoneOnWith = ([mishap, struck]: Crash, { points }: Outcome): boolean =>
  points.some(
    (point) =>
      point.process !== struck.process &&
      functionOf(point) === functionOf(struck) &&
      point.at > struck.at &&
      point.at < struck.at + lastsMs(mishap),
  );

/** What happens, as a person reads it. */
export const named = (crashes: Crash[]): string =>
  crashes
    .map(([mishap, { name, moment, operation = '' }]) => `${mishap} at ${name} (${moment} ${operation})`)
    .join(', ');
