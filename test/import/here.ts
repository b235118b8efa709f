import type { S3Service } from '../../local/s3/s3.ts';
import type { Bucket } from '../../local/s3/state.ts';
import type { Received } from '../../shared/door.ts';
import type { Answer } from '../../shared/import/ask.ts';
import type { ImportTask } from '../../shared/import/import-task.ts';
import { type importDoor, importTable } from '../../shared/import/trigger.ts';
import { beat } from '../../shared/run/heartbeat.ts';
import { taskFrom, taskKey } from '../../shared/task/task.ts';
import type { World } from '../../shared/world.ts';
import type { Fate, Worker } from '../support/worker.ts';
import { catalogName, hub, type Local, type LocalOptions, local, type Told } from '../support/world.ts';

type Item = Record<string, Record<string, unknown>>;
export type Place = typeof hub;

/** A window from where the last one, or the full export, ended. */
export interface Exported {
  /** `orders/AWSDynamoDB/<id>` */
  folder: string;
  arn: string;
  until: number;
}

export interface ExportWish {
  format?: 'DYNAMODB_JSON' | 'ION';
  view?: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';
  from?: number;
  until?: number;
  bucket?: string;
}

export interface ImportHere extends Local {
  thrown: unknown[];
  workers: Worker[];
  /** Operations that were called, without those of the catalog and the heartbeat. */
  calls: string[];
  /** By hand: the answer of the invocation. */
  invoke(request: unknown, fate?: Fate): Promise<Answer>;
  /** By event. */
  send(detail: unknown, id?: string): void;
  factsOf(type: string): Told[];
  done<T>(work: Promise<T>, withinMs?: number): Promise<T>;
  pass(ms: number): Promise<void>;
  taskOf(id: string): Promise<ImportTask>;
  untilEnded(ends?: number, withinMs?: number): Promise<void>;
  bucket(name?: string): Bucket;
  put(table: string, item: Item, at?: Place): Promise<void>;
  remove(table: string, key: Item): Promise<void>;
  /** All items, sorted: what two equal tables have alike. */
  items(table: string, at?: Partial<Place>): Promise<string[]>;
  exportFull(table: string, wish?: ExportWish): Promise<Exported>;
  /** What changed since then, up to now. */
  exportWindow(table: string, after: Exported, wish?: ExportWish): Promise<Exported>;
}

export interface ImportOptions extends LocalOptions {
  /** Mishaps of the n-th environment of import, from 0. */
  fateOf?: (environment: number) => Fate | undefined;
}

/** At home whoever calls is the administrator: he is it whom the table lets write. */
const asImporter = (world: World): World => ({
  ...world,
  importer: (target) => (target.account === hub.account ? `arn:aws:iam::${hub.account}:root` : world.importer(target)),
});

/** The local AWS with a table, two buckets, the function import and the heartbeat, as the deployment wires them. */
export async function importHere(options: ImportOptions = {}): Promise<ImportHere> {
  const exportBuckets = 'archive, theirs=210987654321';
  const dynamodb = { exportMs: () => 60_000, importMs: () => 60_000, ...options.dynamodb };
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
    return { world: asImporter(world), invocation };
  };
  const receive = (received: unknown, fate?: Fate): Promise<Answer> => {
    const { world, invocation } = inWorld(fate);
    return importTable(world)(received as Received<typeof importDoor>, invocation);
  };
  const inBackground = (received: unknown) => {
    receive(received).catch((error: unknown) => thrown.push(error));
  };
  const envelopeOf = (id: string) => ({ id, account: hub.account, source: 'me', at: clock.now(), isReplayed: false });
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

  const exported = async (table: string, input: object, until: number, bucketName: string): Promise<Exported> => {
    const { ExportDescription } = await done(
      here.call<{ ExportDescription: { ExportArn: string } }>('ExportTableToPointInTime', {
        TableArn: `arn:aws:dynamodb:us-east-1:${hub.account}:table/${table}`,
        S3Bucket: bucketName,
        S3Prefix: table,
        ...input,
      }),
    );
    await pass(120_000);
    const arn = ExportDescription.ExportArn;
    const found = await done(
      here.call<{ ExportDescription: Record<string, unknown> }>('DescribeExport', { ExportArn: arn }),
    );
    const { ExportStatus, ExportTime, FailureMessage } = found.ExportDescription;
    if (ExportStatus !== 'COMPLETED') throw new Error(`${ExportStatus}: ${FailureMessage}`);
    const at = ExportTime === undefined ? until : Number(ExportTime) * 1000;
    return { folder: `${table}/AWSDynamoDB/${arn.split('/').at(-1)}`, arn, until: at };
  };

  await makeBucket('archive', hub.account);
  await makeBucket('theirs', '333333333333');
  here.aws.onCall(({ call }) => {
    if (call.input.TableName === catalogName || call.operation === 'PutEvents') return;
    calls.push(call.operation);
  });
  const ended = () => facts.filter(({ type }) => /^Import (Completed|Failed)$/.test(type)).length;

  return Object.assign(here, {
    thrown,
    workers,
    calls,
    invoke: (value: unknown, fate?: Fate) => done(receive({ type: 'bare', detail: value }, fate)),
    send: (detail: unknown, id = 'event-1') =>
      inBackground({ type: 'Import Requested', detail, envelope: envelopeOf(id) }),
    factsOf: (type: string) => facts.filter((fact) => fact.type === type),
    done,
    pass,
    bucket,
    taskOf: async (id: string) => taskFrom<ImportTask>((await done(here.world().world.catalog.get(taskKey(id)))) ?? {}),
    async untilEnded(ends = 1, withinMs = 24 * 3_600_000) {
      await here.until(() => ended() >= ends, withinMs);
      await pass(5000);
    },
    async put(table: string, item: Item, at?: Place) {
      await done(here.call('PutItem', { TableName: table, Item: item }, at));
    },
    async remove(table: string, key: Item) {
      await done(here.call('DeleteItem', { TableName: table, Key: key }));
    },
    async items(table: string, at?: Partial<Place>) {
      const { Items } = await done(
        here.call<{ Items: Item[] }>('Scan', { TableName: table, ConsistentRead: true }, at),
      );
      return Items.map(canonical).toSorted();
    },
    exportFull: (table: string, { format = 'DYNAMODB_JSON', bucket: name = 'archive' }: ExportWish = {}) =>
      exported(table, { ExportFormat: format }, clock.now(), name),
    async exportWindow(table: string, after: Exported, wish: ExportWish = {}) {
      const {
        format = 'DYNAMODB_JSON',
        view = 'NEW_AND_OLD_IMAGES',
        from = after.until,
        bucket: name = 'archive',
      } = wish;
      const until = wish.until ?? Math.floor(clock.now() / 1000) * 1000;
      const times = { ExportFromTime: Math.floor(from / 1000), ExportToTime: Math.floor(until / 1000) };
      const IncrementalExportSpecification = { ...times, ExportViewType: view };
      const input = { ExportFormat: format, ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification };
      return exported(table, input, until, name);
    },
  });
}

/** The same text for the same item. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A table with everything that an attribute can be, and recovery. */
export async function makeOrders(here: ImportHere, more: Record<string, unknown> = {}, name = 'orders'): Promise<void> {
  await here.createTable(name, more);
  await here.pass(10_000);
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await here.call('UpdateContinuousBackups', { TableName: name, PointInTimeRecoverySpecification });
}

export const order = (n: number, more: Item = {}): Item => ({ id: { S: `order-${n}` }, n: { N: String(n) }, ...more });

/** One of each type, with what is hard to write. */
export const everything: Item = {
  text: { S: 'it\'s "so"\\ — \u2028\n\t😀' },
  number: { N: '-12345678901234567890.0123456789' },
  large: { N: '6E+30' },
  small: { N: '1.5E-20' },
  zero: { N: '0' },
  bytes: { B: 'AAEC/w==' },
  yes: { BOOL: true },
  none: { NULL: true },
  texts: { SS: ['a', 'b "c"'] },
  numbers: { NS: ['1', '2.5'] },
  manyBytes: { BS: ['AA==', 'AQ=='] },
  list: { L: [{ S: 'x' }, { L: [] }, { M: { deep: { N: '1' } } }] },
  map: { M: { 'a b': { S: '' }, null: { BOOL: false }, "it's": { M: {} } } },
};
