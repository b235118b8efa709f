import { CreateBackupCommand, DynamoDBClient, ListTablesCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { inProcess } from '../../local/transport.ts';
import { backupsAtAws, withTables } from '../../test/run/nightly.ts';
import { service } from '../../test/support/service.ts';
import { Worker } from '../../test/support/worker.ts';
import { catalogName, hub, type Local } from '../../test/support/world.ts';

const tables = 500;

/** What of a process a strategy uses; it can be killed. */
interface Process {
  client(options?: { maxAttempts?: number; retryMode?: string }): DynamoDBClient;
  sleep(ms: number): Promise<void>;
}

/** A strategy of today in a few lines of ours, faithful to what its users tell. */
interface Strategy {
  name: string;
  /** How many processes begin at once, and after which time Lambda ends each. */
  processes: number;
  invocationMs: number;
  work(process: Process, index: number): Promise<void>;
}

const nameOf = (table: string) => `${table}-nightly`;

async function tableNames(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName: after }));
    names.push(...(page.TableNames ?? []).filter((name) => name.startsWith('orders-')));
    after = page.LastEvaluatedTableName;
  } while (after !== undefined);
  return names;
}

const backUp = (client: DynamoDBClient, table: string) =>
  client.send(new CreateBackupCommand({ TableName: table, BackupName: nameOf(table) }));

async function oneByOne(process: Process): Promise<void> {
  const client = process.client();
  for (const table of await tableNames(client)) await backUp(client, table);
}

/** A slot a second is a counter's item; who counts past the rate waits for the next second. */
async function counted(process: Process): Promise<void> {
  const client = process.client({ maxAttempts: 1 });
  const take = async (): Promise<void> => {
    for (;;) {
      const second = Math.floor(Date.now() / 1000);
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: catalogName,
          Key: { pk: { S: 'counter' }, sk: { S: String(second) } },
          UpdateExpression: 'ADD calls :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      if (Number(Attributes?.calls?.N) <= 50) return;
      await process.sleep(1000 - (Date.now() % 1000));
    }
  };
  const patiently = async (table: string): Promise<void> => {
    for (;;) {
      await take();
      try {
        await backUp(client, table);
        return;
      } catch (error) {
        if (!/^(Throttling|LimitExceeded)/.test((error as Error).name)) throw error;
      }
    }
  };
  await Promise.all((await tableNames(client)).map(patiently));
}

const strategies: Strategy[] = [
  {
    name: 'all at once, SDK retries',
    processes: 1,
    invocationMs: 900_000,
    async work(process) {
      const client = process.client();
      const ends = await Promise.allSettled((await tableNames(client)).map((table) => backUp(client, table)));
      const refused = ends.find(({ status }) => status === 'rejected');
      if (refused) throw new Error('some failed');
    },
  },
  { name: 'one by one', processes: 1, invocationMs: 900_000, work: oneByOne },
  { name: 'one by one, in a Lambda of 30 s', processes: 1, invocationMs: 30_000, work: oneByOne },
  { name: 'a counter in DynamoDB per call', processes: 1, invocationMs: 900_000, work: counted },
  {
    name: 'ten workers, SDK adaptive retries',
    processes: 10,
    invocationMs: 900_000,
    async work(process, index) {
      const client = process.client({ retryMode: 'adaptive', maxAttempts: 10 });
      const mine = (await tableNames(client)).filter((_, n) => n % 10 === index);
      const ends = await Promise.allSettled(mine.map((table) => backUp(client, table)));
      if (ends.some(({ status }) => status === 'rejected')) throw new Error('some failed');
    },
  },
];

interface Outcome {
  seconds: number;
  throttled: number;
  calls: number;
  writes: number;
  missing: number;
  duplicates: number;
}

/** Runs it as Lambda would: an invocation that throws or is ended is tried again after one and two minutes. */
async function begin(here: Local, strategy: Strategy, index: number, killAfterMs?: number): Promise<void> {
  for (const [attempt, pauseMs] of [0, 60_000, 120_000].entries()) {
    await new Promise<void>((wake) => here.clock.at(here.clock.now() + pauseMs, wake));
    const worker = new Worker(here.clock);
    const process: Process = {
      client: (options = {}) =>
        new DynamoDBClient({
          region: hub.region,
          credentials: worker.credentials(hub.account),
          requestHandler: worker.handler(inProcess(here.aws)),
          ...options,
        }),
      sleep: (ms) => worker.clock.sleep(ms),
    };
    const ended = new Promise<'killed'>((end) => {
      const livesMs = attempt === 0 ? Math.min(killAfterMs ?? Infinity, strategy.invocationMs) : strategy.invocationMs;
      here.clock.at(here.clock.now() + livesMs, () => {
        worker.kill();
        end('killed');
      });
    });
    const came = await Promise.race([
      strategy.work(process, index).then(
        () => 'done' as const,
        () => 'thrown' as const,
      ),
      ended,
    ]);
    if (came === 'done') return;
  }
}

/** Each call takes a tenth of a second. */
const settings = { latencyMs: 100, dynamodb: { simultaneousTableOperations: 10_000 } };

/** Counts what happens at AWS until `work` has come to rest. */
async function observe(work: (here: Local) => Promise<void>): Promise<Outcome> {
  const here = await withTables(tables, settings);
  const startedAt = here.clock.now();
  let [calls, writes, lastAt] = [0, 0, startedAt];
  here.aws.onCall(({ call, at, error }) => {
    calls++;
    if (/^(Put|Update|Delete)Item$/.test(call.operation)) writes++;
    if (call.operation === 'CreateBackup' && error === undefined) lastAt = at;
  });
  let isOver = false;
  const over = work(here).finally(() => {
    isOver = true;
  });
  await here.until(() => isOver, 3_600_000);
  await over;
  const [callsOfAll, writesOfAll] = [calls, writes];
  await here.clock.run(here.clock.now() + 60_000);
  const backups = await backupsAtAws(here);
  const made = new Map<string, number>();
  for (const { TableName } of backups) made.set(TableName, (made.get(TableName) ?? 0) + 1);
  const { throttled = 0 } = here.dynamodb.counters().CreateBackup ?? {};
  here.close();
  return {
    seconds: (lastAt - startedAt) / 1000,
    throttled,
    calls: callsOfAll,
    writes: writesOfAll,
    missing: tables - made.size,
    duplicates: backups.length - made.size,
  };
}

const ofToday = (strategy: Strategy, killAfterMs?: number) =>
  observe(async (here) => {
    const all = Array.from({ length: strategy.processes }, (_, index) => begin(here, strategy, index, killAfterMs));
    await Promise.all(all);
  });

const ours = (killAfterMs?: number) =>
  observe(async (here) => {
    const functions = service(here);
    functions.fire('nightly');
    if (killAfterMs !== undefined) {
      here.clock.at(here.clock.now() + killAfterMs, () => {
        for (const worker of functions.workers) worker.kill();
      });
    }
    await functions.untilEnded();
  });

/** The strategies that people use today and ours, on the same local AWS and the same 500 tables. */
export async function sideBySide(): Promise<Record<string, string | number>[]> {
  const rows: Record<string, string | number>[] = [];
  const all = [
    ...strategies.map((strategy) => ({ name: strategy.name, run: (at?: number) => ofToday(strategy, at) })),
    { name: 'Tablekeep', run: ours },
  ];
  for (const { name, run } of all) {
    const whole = await run();
    const killed = await run((whole.seconds / 2) * 1000);
    rows.push({
      strategy: name,
      'last backup, s': Math.round(whole.seconds * 10) / 10,
      throttles: whole.throttled,
      calls: whole.calls,
      writes: whole.writes,
      missing: whole.missing,
      duplicates: whole.duplicates,
      'killed half-way: missing': killed.missing,
      'killed half-way: duplicates': killed.duplicates,
    });
  }
  return rows;
}
