import { parseArgs } from 'node:util';
import { allFaultKinds } from './fault-kinds.ts';
import { allRules, simulate } from './simulation.ts';
import { storyOf } from './story.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, history: { type: 'boolean' } },
});
const first = Number(values.seed ?? 1);
const runs = Number(values.runs ?? 1);
const cpu = process.cpuUsage();
let calls = 0;
let checks = 0;
const hits: Record<string, number> = {};
for (let seed = first; seed < first + runs; seed++) {
  const outcome = await simulate(storyOf(seed), { withHistory: values.history === true });
  calls += outcome.calls;
  checks += outcome.checks;
  for (const kind of allFaultKinds) hits[kind] = (hits[kind] ?? 0) + outcome.hits[kind];
  if (values.history) console.log(outcome.history.join('\n'));
  if (runs === 1) console.log(outcome.hash);
  if (outcome.violation) console.log(`seed ${seed}: ${outcome.violation.rule}: ${outcome.violation.found}`);
}
const { user, system } = process.cpuUsage(cpu);
console.log({ first, runs, calls, checks, rules: allRules().length, cpuMs: (user + system) / 1000, hits });
