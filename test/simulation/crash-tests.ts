import { describe, expect, test } from 'vitest';
import { Chance } from './chance.ts';
import { type Crashes, named, pairsAfter, pointsOfStory, singles, tryEach } from './crash-explore.ts';
import { allMishaps, type Crash, type CrashStoryName, crashing, differing, type Mishap } from './crash-points.ts';
import type { Point } from './faults.ts';
import { simulate } from './simulation.ts';

interface Expected {
  /** What its processes call; S3 by method. */
  operations: string[];
  /** So many points, and so many sleeps among them, at least. */
  points: number;
  sleeps: number;
  /** Of so many mishaps in a hundred, another process of the function takes note while they last. */
  goneOnWith: number;
  pairs: number;
}

/** A violation as a sentence. */
const saidOf = ({ broken }: Crashes): string[] =>
  broken.map(({ crashes, outcome: { violation } }) => `${named(crashes)}: ${violation?.rule}: ${violation?.found}`);

/** The crash points of a story as tests. */
export function crashTests(name: CrashStoryName, expected: Expected): void {
  describe(`no rule is broken in the story of ${name}`, { timeout: 900_000 }, () => {
    test.each(allMishaps)('at whatever point a process is %s', async (mishap) => {
      const told = await tryEach(name, await singles(name, mishap));
      expect(saidOf(told)).toEqual([]);
      expect((100 * told.goneOnWith) / told.tried).toBeGreaterThanOrEqual(expected.goneOnWith);
    });

    test('when two processes are killed, one after the other, at a sample of all pairs', async () => {
      const chance = new Chance(name.length);
      const firsts = await singles(name, 'killed');
      const pairs: Crash[][] = [];
      for (let draw = 0; pairs.length < expected.pairs; draw++) {
        const [first] = firsts[chance.whole(`first ${draw}`, 0, firsts.length - 1)] ?? [];
        const seconds = first ? await pairsAfter(name, first) : [];
        pairs.push(...seconds.slice(chance.whole(`second ${draw}`, 0, seconds.length - 1)).slice(0, 1));
      }
      expect(saidOf(await tryEach(name, pairs))).toEqual([]);
    });

    test('and all its calls and sleeps have points', async () => {
      const points = await pointsOfStory(name);
      expect(points.length).toBeGreaterThan(expected.points);
      expect(points.filter(({ moment }) => moment === 'asleep').length).toBeGreaterThanOrEqual(expected.sleeps);
      const { points: all, history } = await simulate(crashing(name, []), { withHistory: true });
      expect(countOf(all.filter(({ moment }) => moment === 'signed').map(({ process }) => process))).toEqual(
        countOf(history.flatMap((line) => /^ *[\d.]+ {2}([a-z-]+ \d+) /.exec(line)?.[1] ?? [])),
      );
      const operations = points.flatMap(({ operation }) => operation?.replace(/^(GET|PUT|HEAD|DELETE) .*/, '$1') ?? []);
      expect([...new Set(operations)].sort()).toEqual(expected.operations);
    });

    test('and points that are left out come to the same as the one before, to the last call', async () => {
      const points = await pointsOfStory(name);
      const chance = new Chance(1);
      for (const mishap of allMishaps) {
        const tried = new Set(differing(points, mishap));
        const others = mishap === 'killed with its request on its way' ? [] : points.filter((one) => !tried.has(one));
        for (const nth of others.length > 0 ? [1, 2] : []) {
          const other = others[chance.whole(`${mishap} ${nth}`, 0, others.length - 1)] as Point;
          const before = points
            .slice(0, points.indexOf(other))
            .findLast((point) => point.process === other.process && tried.has(point)) as Point;
          expect(await hashOf(name, mishap, other)).toBe(await hashOf(name, mishap, before));
        }
      }
    });
  });
}

const hashOf = async (name: CrashStoryName, mishap: Mishap, point: Point): Promise<string> =>
  (await simulate(crashing(name, [[mishap, point]]))).hash;

const countOf = (all: string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(Object.groupBy(all, (one) => one)).map(([one, some = []]) => [one, some.length]));
