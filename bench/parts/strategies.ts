import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inProcess } from '../../local/transport.ts';
import { backupsAtAws, withTables } from '../../test/run/nightly.ts';
import { service } from '../../test/support/service.ts';
import { Worker } from '../../test/support/worker.ts';
import { hub, type Local } from '../../test/support/world.ts';
import { type Process, type Strategy, strategies } from '../strategies.ts';

const tables = 500;

/** Each call takes a tenth of a second. */
const settings = { latencyMs: 100, dynamodb: { simultaneousTableOperations: 10_000 } };

/** What a reader of the table has to know. */
export const note =
  'Time is from the firing to the last CreateBackup that AWS took; killed is every process at work, half-way through its first invocation. An invocation that throws or runs out of its time is repeated by Lambda after one and two minutes, from the beginning: whoever does not remember makes second backups, and those that were refused before are refused again. The calls of the five end with AWS having taken the CreateBackup. Those of Tablekeep are also for describing each table, for its ledger (the writes) and its events, and for watching until each backup is AVAILABLE.';

interface Outcome {
  seconds: number;
  throttled: number;
  calls: number;
  creates: number;
  writes: number;
  missing: number;
  duplicates: number;
  /** How long the first invocation was at work. */
  firstMs: number;
}

/** Runs it as Lambda would, and resolves to how long the first invocation was at work. */
async function invoke(here: Local, strategy: Strategy, index: number, killAfterMs = Infinity): Promise<number> {
  let firstMs = 0;
  for (const [attempt, pauseMs] of [0, 60_000, 120_000].entries()) {
    await new Promise<void>((wake) => here.clock.at(here.clock.now() + pauseMs, wake));
    const startedAt = here.clock.now();
    const worker = new Worker(here.clock);
    const livesMs = Math.min(strategy.invocationMs, attempt === 0 ? killAfterMs : Infinity);
    const isDone = await Promise.race([
      strategy.work(processOf(here, worker), index).then(
        () => true,
        () => false,
      ),
      new Promise<false>((end) => here.clock.at(startedAt + livesMs, () => end(false))),
    ]);
    worker.kill();
    if (attempt === 0) firstMs = here.clock.now() - startedAt;
    if (isDone) break;
  }
  return firstMs;
}

const processOf = (here: Local, worker: Worker): Process => ({
  client: (options = {}) =>
    new DynamoDBClient({
      region: hub.region,
      credentials: worker.credentials(hub.account),
      requestHandler: worker.handler(inProcess(here.aws)),
      ...options,
    }),
  sleep: (ms) => worker.clock.sleep(ms),
});

async function ofToday(here: Local, strategy: Strategy, killAfterMs?: number): Promise<number> {
  const processes = Array.from({ length: strategy.processes }, (_, index) =>
    invoke(here, strategy, index, killAfterMs),
  );
  return Math.max(...(await Promise.all(processes)));
}

async function ours(here: Local, killAfterMs?: number): Promise<number> {
  const functions = service(here);
  const startedAt = here.clock.now();
  let lastAt = startedAt;
  here.aws.onCall(({ call, at }) => {
    if (call.operation === 'CreateBackup') lastAt = at;
  });
  functions.fire('nightly');
  if (killAfterMs !== undefined) {
    here.clock.at(startedAt + killAfterMs, () => {
      for (const worker of functions.workers) worker.kill();
    });
  }
  await functions.untilEnded();
  return lastAt - startedAt;
}

/** Counts what happens at AWS until `work`, which resolves to the first invocation's time, has come to rest. */
async function observe(work: (here: Local) => Promise<number>): Promise<Outcome> {
  const here = await withTables(tables, settings);
  const startedAt = here.clock.now();
  let [calls, creates, writes, lastAt] = [0, 0, 0, startedAt];
  let firstMs: number | undefined;
  here.aws.onCall(({ call, at, error }) => {
    if (firstMs !== undefined) return;
    calls++;
    if (/^(Put|Update|Delete)Item$/.test(call.operation)) writes++;
    if (call.operation === 'CreateBackup') creates++;
    if (call.operation === 'CreateBackup' && error === undefined) lastAt = at;
  });
  work(here).then((ms) => {
    firstMs = ms;
  });
  await here.until(() => firstMs !== undefined);
  await here.clock.run(here.clock.now() + 60_000);
  const backups = await backupsAtAws(here);
  const made = new Set(backups.map(({ TableName }) => TableName)).size;
  const { throttled = 0 } = here.dynamodb.counters().CreateBackup ?? {};
  here.close();
  return {
    seconds: (lastAt - startedAt) / 1000,
    ...{ throttled, calls, creates, writes, firstMs: firstMs ?? 0 },
    missing: tables - made,
    duplicates: backups.length - made,
  };
}

/** The strategies that people use today and ours, on the same local AWS and the same 500 tables. */
export async function sideBySide(): Promise<Record<string, string | number>[]> {
  type Run = (here: Local, killAfterMs?: number) => Promise<number>;
  const all: { name: string; run: Run }[] = [
    ...strategies.map((strategy) => ({
      name: strategy.name,
      run: ((here, killAfterMs) => ofToday(here, strategy, killAfterMs)) satisfies Run,
    })),
    { name: 'Tablekeep', run: ours },
  ];
  const rows: Record<string, string | number>[] = [];
  for (const { name, run } of all) {
    const whole = await observe((here) => run(here));
    const killed = await observe((here) => run(here, whole.firstMs / 2));
    rows.push({
      strategy: name,
      'last backup, s': Math.round(whole.seconds * 10) / 10,
      throttles: whole.throttled,
      'CreateBackup calls': whole.creates,
      'all calls': whole.calls,
      writes: whole.writes,
      missing: whole.missing,
      duplicates: whole.duplicates,
      'killed: missing': killed.missing,
      'killed: duplicates': killed.duplicates,
    });
  }
  return rows;
}
