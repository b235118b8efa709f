import { gunzipSync } from 'node:zlib';
import type { S3Service } from '../../local/s3/s3.ts';
import type { Bucket } from '../../local/s3/state.ts';
import type { Received } from '../../shared/door.ts';
import type { Answer } from '../../shared/export/ask.ts';
import type { ExportTask } from '../../shared/export/export-task.ts';
import { type exportDoor, exportTable } from '../../shared/export/trigger.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import { taskFrom, taskKey } from '../../shared/task/task.ts';
import type { Fate, Worker } from '../support/worker.ts';
import { catalogName, hub, type Local, type LocalOptions, local, type Told } from '../support/world.ts';

export const other = '210987654321';

/** A request that is right in all but what a test is about. */
export const request = {
  source: { table: 'orders' },
  destination: { bucket: 'archive', prefix: 'daily/orders' },
  reason: 'the analysts asked',
};

export interface ExportHere extends Local {
  thrown: unknown[];
  workers: Worker[];
  /** Operations that were called, without those of the catalog and the heartbeat. */
  calls: string[];
  /** By hand: the answer of the invocation. */
  ask(request: unknown, fate?: Fate): Promise<Answer>;
  /** By event. */
  send(detail: unknown, id?: string): void;
  factsOf(type: string): Told[];
  done<T>(work: Promise<T>, withinMs?: number): Promise<T>;
  taskOf(id: string): Promise<ExportTask>;
  untilEnded(ends?: number, withinMs?: number): Promise<void>;
  pass(ms: number): Promise<void>;
  bucket(name?: string): Bucket;
  /** The lines of all data files. */
  lines(): string[];
}

export interface ExportOptions extends LocalOptions {
  /** Mishaps of the n-th environment of export, from 0. */
  fateOf?: (environment: number) => Fate | undefined;
  /** Of the table orders, which has point-in-time recovery unless said. */
  items?: number;
  withoutRecovery?: boolean;
}

/** The local AWS with a table, two buckets, the function export and the heartbeat, as the deployment wires them. */
export async function exportHere(options: ExportOptions = {}): Promise<ExportHere> {
  const exportBuckets = `archive, theirs=${other}, gone`;
  const dynamodb = { exportMs: () => 60_000, ...options.dynamodb };
  const here = await local({ isWhole: true, exportBuckets, ...options, dynamodb });
  const { clock, facts } = here;
  const thrown: unknown[] = [];
  const workers: Worker[] = [];
  const calls: string[] = [];
  let invocations = 0;

  const inWorld = (fate?: Fate) => {
    const { world, worker } = here.world(fate ?? options.fateOf?.(invocations));
    workers.push(worker);
    const invocation = { id: `invocation-${++invocations}`, endsAt: clock.now() + 900_000 };
    clock.at(invocation.endsAt, () => worker.kill());
    return { world, invocation };
  };
  const invoke = (received: unknown, fate?: Fate): Promise<Answer> => {
    const { world, invocation } = inWorld(fate);
    return exportTable(world)(received as Received<typeof exportDoor>, invocation);
  };
  const inBackground = (received: unknown) => {
    invoke(received).catch((error: unknown) => thrown.push(error));
  };
  const envelopeOf = (id: string) => ({ id, account: hub.account, source: 'test', at: clock.now(), isReplayed: false });
  const heart = here.world().world;
  const everyMinute = () => {
    beat(heart)().catch((error: unknown) => thrown.push(error));
    clock.at(clock.now() + 60_000, everyMinute);
  };
  clock.at(clock.now() + 30_000, everyMinute);
  const push = facts.push.bind(facts);
  facts.push = (...told) => {
    for (const { type, detail } of told) {
      if (type !== 'Work Due') continue;
      clock.at(clock.now() + 20, () => inBackground({ type, detail, envelope: envelopeOf('due') }));
    }
    return push(...told);
  };

  const done = async <T>(work: Promise<T>, withinMs = 3_600_000): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await here.until(() => isOver, withinMs);
    if (!isOver) throw new Error('Not done in time.');
    return work;
  };
  const pass = (ms: number) => clock.run(clock.now() + ms);
  const s3 = here.aws.service('s3') as S3Service;
  const bucket = (name = 'archive'): Bucket => {
    const found = s3.bucket(name);
    if (found === undefined) throw new Error(`no bucket ${name}`);
    return found;
  };
  const makeBucket = (name: string, account: string) =>
    here.aws.core.call({
      service: 's3',
      operation: 'CreateBucket',
      input: { Bucket: name },
      caller: here.iam.caller(account),
      account,
      region: hub.region,
    });

  await makeBucket('archive', hub.account);
  await makeBucket('theirs', '333333333333');
  await here.createTable('orders');
  await pass(10_000);
  if (options.withoutRecovery !== true) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await here.call('UpdateContinuousBackups', { TableName: 'orders', PointInTimeRecoverySpecification });
  }
  for (let n = 0; n < (options.items ?? 3); n++) {
    await done(here.call('PutItem', { TableName: 'orders', Item: { id: { S: `item-${n}` }, n: { N: String(n) } } }));
  }
  await pass(1000);
  here.aws.onCall(({ call }) => {
    if (call.input.TableName === catalogName || call.operation === 'PutEvents') return;
    calls.push(call.operation);
  });
  const ended = () => facts.filter(({ type }) => /^Export (Completed|Failed)$/.test(type)).length;

  return Object.assign(here, {
    thrown,
    workers,
    calls,
    ask: (value: unknown, fate?: Fate) => done(invoke({ type: 'bare', detail: value }, fate)),
    send: (detail: unknown, id = 'event-1') =>
      inBackground({ type: 'Export Requested', detail, envelope: envelopeOf(id) }),
    factsOf: (type: string) => facts.filter((fact) => fact.type === type),
    done,
    pass,
    bucket,
    taskOf: async (id: string) => taskFrom<ExportTask>((await done(here.world().world.catalog.get(taskKey(id)))) ?? {}),
    async untilEnded(ends = 1, withinMs = 24 * 3_600_000) {
      await here.until(() => ended() >= ends, withinMs);
      await pass(5000);
    },
    lines: () =>
      objectsOf(bucket())
        .filter(({ key }) => key.includes('/data/'))
        .flatMap(({ body }) => gunzipSync(body).toString().split('\n'))
        .filter((line) => line !== ''),
  });
}

export const objectsOf = (bucket: Bucket) => [...bucket.objects.entries()].map(([, object]) => object);
