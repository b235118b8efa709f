import type { Bucket } from '../../local/s3/state.ts';
import type { Answer } from '../../shared/import/ask.ts';
import type { ImportTask } from '../../shared/import/import-task.ts';
import { importTable } from '../../shared/import/trigger.ts';
import type { World } from '../../shared/world.ts';
import { bucketOf, makeBucket } from '../support/buckets.ts';
import { type TaskFunction, type Tasks, tasksHere } from '../support/tasks.ts';
import type { Fate } from '../support/worker.ts';
import { hub, type Local, type LocalOptions, local } from '../support/world.ts';

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

export interface ImportHere extends Local, Tasks<Answer, ImportTask> {
  /** By hand: the answer of the invocation. */
  invoke(request: unknown, fate?: Fate): Promise<Answer>;
  bucket(name?: string): Bucket;
  put(table: string, item: Item, at?: Place): Promise<void>;
  remove(table: string, key: Item): Promise<void>;
  /** All items, sorted: what two equal tables have alike. */
  items(table: string, at?: Partial<Place>): Promise<string[]>;
  exportFull(table: string, wish?: ExportWish): Promise<Exported>;
  /** What changed since then, up to now. */
  exportWindow(table: string, after: Exported, wish?: ExportWish): Promise<Exported>;
}

export interface ImportOptions extends LocalOptions, Partial<Pick<TaskFunction<Answer>, 'fateOf'>> {}

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
  const { clock } = here;
  const { fateOf } = options;
  const kind = { kind: 'Import', run: importTable, around: asImporter, fateOf } as const;
  const tasks = tasksHere<Answer, ImportTask>(here, kind);
  const { done, pass } = tasks;

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

  await makeBucket(here, 'archive');
  await makeBucket(here, 'theirs', '333333333333');
  tasks.calls.length = 0; // those until here are ours

  return Object.assign(here, tasks, {
    invoke: tasks.ask,
    bucket: (name?: string) => bucketOf(here, name),
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
