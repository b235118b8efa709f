import { parseArgs } from 'node:util';
import { allCrashStories, type CrashStoryName } from './crash-points.ts';
import { reportCrashes } from './crash-report.ts';
import { explore } from './explore.ts';
import { allFaultKinds } from './fault-kinds.ts';
import { shrink } from './shrink.ts';
import { type Outcome, simulate } from './simulation.ts';
import { type Story, storyOf } from './story.ts';

/*
 * npm run simulate -- --seed 42 --runs 1000   the stories of 1,000 seeds from 42 on
 * npm run simulate -- --seed 42               one story: its hash, and with --history all that happened
 * npm run simulate -- --crash-points [run|retention|restore|export] [--pairs]   every point, or all pairs of kills
 */
const options = {
  seed: { type: 'string' },
  runs: { type: 'string' },
  history: { type: 'boolean' },
  'crash-points': { type: 'boolean' },
  pairs: { type: 'boolean' },
} as const;
const { values, positionals } = asked();

function asked() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

async function tellShortest(story: Story, outcome: Outcome): Promise<void> {
  const shorter = await shrink(story, outcome, (smaller) => simulate(smaller));
  const shortest = await simulate(shorter, { withHistory: true });
  console.log(JSON.stringify(shorter, undefined, 1));
  for (const line of shortest.history) console.log(line);
}

async function reportSeeds(seed: number, runs: number): Promise<boolean> {
  if (runs === 1) {
    const outcome = await simulate(storyOf(seed), { withHistory: values.history === true });
    for (const line of outcome.history) console.log(line);
    console.log(`hash over ${outcome.calls} calls and their times: ${outcome.hash}`);
  }
  const explored = await explore(seed, runs);
  const { schedules, calls, checks, rules, hits, broken } = explored;
  const seeds = runs === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + runs - 1}`;
  console.log(`${seeds}: ${schedules} schedules explored, ${calls} calls, ${checks} checks of ${rules.length} rules`);
  for (const rule of rules) console.log(`  rule   ${rule}`);
  for (const kind of allFaultKinds) console.log(`  fault  ${kind.padEnd(20)} ${hits[kind]}`);

  for (const { seed, outcome } of broken) {
    console.log(`\nseed ${seed}: ${outcome.violation?.rule}: ${outcome.violation?.found}`);
  }
  const [first] = broken;
  if (first !== undefined) {
    console.log(`\nThe shortest story of seed ${first.seed} that shows it (npm run simulate -- --seed ${first.seed}):`);
    await tellShortest(storyOf(first.seed), first.outcome);
  }
  return first === undefined;
}

function wholeNumber(option: 'seed' | 'runs'): number {
  const text = values[option] ?? '1';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return refuse(`--${option} ${text} is not a whole number: give one of at most nine digits.`);
}

function storyNames(): CrashStoryName[] {
  const names = values['crash-points'] ? allCrashStories : [];
  const strange = positionals.find((name) => !names.some((known) => known === name));
  if (strange === undefined) return names.filter((name) => positionals.length === 0 || positionals.includes(name));
  return refuse(
    `There are no crash points of ${strange}: say --crash-points and one of ${allCrashStories.join(', ')}.`,
  );
}

const names = storyNames();
const isUnbroken = values['crash-points']
  ? await reportCrashes(names, values.pairs === true, tellShortest)
  : await reportSeeds(wholeNumber('seed'), wholeNumber('runs'));
if (isUnbroken) console.log('No rule was broken.');
else process.exitCode = 1;
