import { named, pairsAfter, pointsOfStory, singles, tryEach } from './crash-explore.ts';
import { allMishaps, type Crash, type CrashStoryName, crashing } from './crash-points.ts';
import type { Outcome } from './simulation.ts';
import type { Story } from './story.ts';

/** Says what a broken story is at its shortest. */
export type TellShortest = (story: Story, outcome: Outcome) => Promise<void>;

/** Crashes these stories, and prints it; true when no rule was broken. */
export async function reportCrashes(names: CrashStoryName[], areInPairs: boolean, tellShortest: TellShortest) {
  let broken = 0;
  for (const name of names) {
    const points = await pointsOfStory(name);
    const count = (moment: string) => points.filter((point) => point.moment === moment).length;
    console.log(`${name}: ${points.length} points of ${count('signed')} calls and ${count('asleep')} sleeps`);
    for (const [what, tries] of areInPairs ? pairsOf(name) : singlesOf(name)) {
      const told = { tried: 0, goneOnWith: 0 };
      for await (const all of tries) {
        const { broken: found, tried, goneOnWith } = await tryEach(name, all);
        told.tried += tried;
        told.goneOnWith += goneOnWith;
        for (const { crashes, outcome } of found) {
          console.log(`\n${named(crashes)}: ${outcome.violation?.rule}: ${outcome.violation?.found}`);
          if (broken++ === 0) await tellShortest(crashing(name, crashes), outcome);
        }
      }
      console.log(`  ${what.padEnd(35)} ${told.tried} tried, another process did something in ${told.goneOnWith}`);
    }
  }
  return broken === 0;
}

type Tries = [what: string, tries: AsyncIterable<Crash[][]>][];

const singlesOf = (name: CrashStoryName): Tries =>
  allMishaps.map((mishap) => [
    mishap,
    (async function* () {
      yield await singles(name, mishap);
    })(),
  ]);

const pairsOf = (name: CrashStoryName): Tries => [
  [
    'killed, and then another',
    (async function* () {
      for (const [first] of await singles(name, 'killed')) if (first !== undefined) yield await pairsAfter(name, first);
    })(),
  ],
];
