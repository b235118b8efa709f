import { parseArgs } from 'node:util';
import { explore } from './explore.ts';
import { allFaultKinds } from './fault-kinds.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulation.ts';
import { storyOf } from './story.ts';

/*
 * npm run simulate -- --seed 42 --runs 1000   the stories of 1,000 seeds from 42 on
 * npm run simulate -- --seed 42               one story: its hash, and with --history all that happened
 */
const options = { seed: { type: 'string' }, runs: { type: 'string' }, history: { type: 'boolean' } } as const;
const { values } = parseArgs({ options });
const seed = Number(values.seed ?? 1);
const runs = Number(values.runs ?? 1);

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
  const story = await shrink(storyOf(first.seed), first.outcome, (smaller) => simulate(smaller));
  const shortest = await simulate(story, { withHistory: true });
  console.log(`\nThe shortest story of seed ${first.seed} that shows it (npm run simulate -- --seed ${first.seed}):`);
  console.log(JSON.stringify(story, undefined, 1));
  for (const line of shortest.history) console.log(line);
  process.exitCode = 1;
} else {
  console.log('No rule was broken.');
}
