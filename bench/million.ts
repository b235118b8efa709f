import { resourceUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { inProcess } from '../local/transport.ts';
import { dynamoDbOf } from '../shared/aws/dynamodb.ts';
import type { World } from '../shared/world.ts';
import { hub, type Local, local } from '../test/support/world.ts';
import { type Figure, isMet, tableOf } from './figure.ts';
import { runOf, sentenceOf, writeResults } from './results.ts';

/*
 * A million CreateBackups in 400 targets at the same time, on the virtual clock: `npm run bench:million`. Each target
 * has a worker that sends as take-backups does: slots from the catalog, then CreateBackup in its slot, through the SDK
 * to the local AWS. Selecting, claiming and watching are left out, and one table of a target stands for its 2,500:
 * `npm run bench` has a whole night of 10,000 tables. The whole million writes its section of bench/results.md.
 */

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '400' },
    tables: { type: 'string', default: '2500' },
    json: { type: 'boolean', default: false },
  },
});
const [targets, tables] = [Number(values.targets), Number(values.tables)];

/** Backs up so many tables of a target, and resolves to the instants of the first and the last CreateBackup. */
async function backUp(world: World, here: Local, account: string): Promise<{ first: number; last: number }> {
  const target = { account, region: hub.region };
  // With the rights of its own account: no roles are assumed here.
  const credentials = { accessKeyId: account, secretAccessKey: 'secret' };
  const client = dynamoDbOf({ credentials, requestHandler: { ...inProcess(here.aws) } }, hub.region);
  const sentAt: number[] = [];
  let wanted = tables;
  const send = async (slot: number): Promise<void> => {
    if (!(await world.quotas.untilSlot(target, 'CreateBackup', slot))) {
      wanted++;
      return;
    }
    sentAt.push(here.clock.now());
    await client.createBackup('orders', 'nightly', here.clock.now() + 60_000);
  };
  while (sentAt.length < tables) {
    if (wanted === 0) await world.clock.sleep(100);
    const slots = wanted > 0 ? await world.quotas.leaseSlots(target, 'CreateBackup', Math.min(wanted, 49)) : [];
    wanted -= slots.length;
    await Promise.all(slots.map(send));
  }
  return { first: sentAt[0] ?? 0, last: sentAt.at(-1) ?? 0 };
}

const startedAt = new Date();
const begunAt = process.hrtime.bigint();
const here = await local({
  isImmortal: true,
  dynamodb: { simultaneousTableOperations: 1e6, backupMs: () => 3500 },
});
const accounts = Array.from({ length: targets }, (_, n) => String(200_000_000_000 + n));
for (const account of accounts) await here.createTable('orders', {}, { account });
await here.clock.run(here.clock.now() + 10_000);

let calls = 0;
here.aws.onCall(() => calls++);
const ends: { first: number; last: number }[] = [];
for (const account of accounts) {
  backUp(here.world().world, here, account).then((end) => ends.push(end));
}
await here.until(() => ends.length === targets);
const throttled = accounts.reduce(
  (sum, account) => sum + (here.dynamodb.counters({ account, region: hub.region }).CreateBackup?.throttled ?? 0),
  0,
);
const wallSeconds = Number(process.hrtime.bigint() - begunAt) / 1e9;
here.close();

const longest = Math.max(...ends.map(({ first, last }) => (last - first) / 1000));
const { userCPUTime, systemCPUTime, maxRSS } = resourceUsage();
const on = 'virtual clock';
const figures: Figure[] = [
  {
    figure: `${(targets * tables).toLocaleString('en')} CreateBackups in ${targets} targets: from the first to the last of a target`,
    value: longest,
    unit: 's',
    atMost: 60,
    on,
  },
  { figure: 'throttles', value: throttled, unit: 'calls', atMost: 0, isExact: true, on },
  { figure: 'calls', value: calls, unit: '', on },
  { figure: 'wall time of the simulation', value: wallSeconds, unit: 's', on: 'real clock' },
  { figure: 'processor time', value: (userCPUTime + systemCPUTime) / 1e6, unit: 's', on: 'real clock' },
  // In kilobytes: https://nodejs.org/api/process.html#processresourceusage
  { figure: 'memory, at most', value: maxRSS / 2 ** 10, unit: 'MB', on: 'real clock' },
];
const run = runOf(startedAt);
if (targets * tables === 1_000_000) {
  const text = `\`npm run bench:million\` on ${sentenceOf(run)}.\n\n${tableOf(figures)}`;
  writeResults([{ title: 'Many targets', text }]);
}
console.log(values.json ? JSON.stringify({ ...run, figures }) : tableOf(figures));
process.exitCode = figures.every((figure) => !figure.isExact || isMet(figure)) ? 0 : 1;
