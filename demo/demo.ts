import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { VirtualClock } from '../local/clock.ts';
import { installGlobals } from '../local/globals.ts';
import { seededRandom } from '../local/random.ts';
import { createWholeAws } from '../local/services.ts';
import { inProcess } from '../local/transport.ts';
import { awayAndBack, exportBucket } from './away-and-back.ts';
import { disaster } from './disaster.ts';
import { onFact } from './facts.ts';
import { night, type Told } from './night.ts';
import type { Scene } from './scene.ts';
import { screen } from './screen.ts';
import { administrator, deployDemo, makeBucket, packageWith } from './stage.ts';
import { summary } from './summary.ts';
import { week } from './week.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const nights = 7;
const dayMs = 86_400_000;
/** Monday noon in Berlin; the plan fires at two in the night there. */
const startAt = Date.parse('2026-03-02T11:00:00Z');
const firstFiringAt = Date.parse('2026-03-03T01:00:00Z');

const { line, progress } = screen();
progress('packaging the service …');
const plans = readFileSync(new URL('./week-plans.yml', import.meta.url), 'utf8');
const packaged = await packageWith(plans, { exportBuckets: exportBucket });

const clock = new VirtualClock(startAt);
const uninstall = installGlobals(clock, seededRandom(Number(values.seed)));
const aws = createWholeAws({ clock, seed: Number(values.seed), latencyMs: () => 20 });
const admin = administrator(aws, { requestHandler: { ...inProcess(aws) } });
let calls = 0;
aws.onCall(() => calls++);
const cpuBefore = process.threadCpuUsage();
const told: Told = { facts: [] };
onFact(aws, (fact) => {
  told.facts.push(fact);
  progress(
    `${new Date(fact.at).toISOString().slice(0, 19)}  ${fact.type}  ${fact.detail.table ?? fact.detail.plan ?? ''}`,
  );
});

/** Lets the clock run until the work is done. */
async function play<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = () => {
    isDone = true;
  };
  work.then(ended, ended);
  await clock.run(Number.POSITIVE_INFINITY, () => isDone);
  return work;
}

const deployed = await play(deployDemo(aws, packaged));
packaged.remove();
const story = week(admin, deployed, aws.core.account);
line('Seven nights of Tablekeep in a local AWS: the packaged service, real SDK clients, virtual time.');
line(`Deployed ${deployed.resources} resources of the packaged template. Plan nightly: 02:00 in Berlin, every table,`);
line('keep last 2, daily 3, weekly 1, and a deleted table’s backups for 60 hours.');
line();
const made = await play(story.begin());
line(`Tables: ${made.map(({ table, items }) => `${table} (${items} items)`).join(', ')}.`);
line('One backup of Chat was made by hand before Tablekeep came.');

for (let number = 1; number <= nights; number++) {
  const firedAt = firstFiringAt + (number - 1) * dayMs;
  const before = await play(story.before(number));
  await clock.run(firedAt + 5_000);
  const during = await play(story.during(number, firedAt));
  await clock.run(firedAt + 2 * 3_600_000);
  const lines = await play(night({ admin, deployed, told, number, firedAt, notes: [before, during] }));
  for (const text of lines) line(text);
  await clock.run(firedAt + 10 * 3_600_000);
}

const scene: Scene = {
  admin,
  deployed,
  told,
  now: () => clock.now(),
  line,
  until: (isSo) => clock.run(clock.now() + dayMs, isSo),
  play,
};
const restored = await disaster(scene);
line(
  `Compared with what was there: ${restored.itemsRestored} of ${restored.itemsExpected} items and ${restored.settingsRestored} of ${restored.settingsExpected} settings are as before.`,
);
await play(makeBucket(aws, exportBucket));
const returned = await awayAndBack(scene);
line(
  `Compared with the living table: ${returned.itemsFromS3} of ${returned.itemsInTable} items that came back from S3 are the same.`,
);
const { numbers, sentences, isGood } = await play(summary({ aws, admin, deployed, told, nights }));
uninstall();
const { user, system } = process.threadCpuUsage(cpuBefore);
const cpuSeconds = (user + system) / 1_000_000;
line();
for (const sentence of sentences) line(sentence);
line(
  `A virtual week of ${calls} AWS calls took ${cpuSeconds.toFixed(0)} s of one core, ${Math.round(calls / cpuSeconds)} calls a second.`,
);
if (values.json) line(JSON.stringify({ ...numbers, ...restored, ...returned }));
const isBack =
  restored.itemsRestored === restored.itemsExpected && restored.settingsRestored === restored.settingsExpected;
const isHere = returned.itemsInTable > 0 && returned.itemsFromS3 === returned.itemsInTable;
process.exitCode = isGood && isBack && isHere ? 0 : 1;
