import { gunzipSync } from 'node:zlib';
import type { Bucket } from '../../local/s3/state.ts';
import type { Answer } from '../../shared/export/ask.ts';
import type { ExportTask } from '../../shared/export/export-task.ts';
import { exportTable } from '../../shared/export/trigger.ts';
import { bucketOf, makeBucket } from '../support/buckets.ts';
import { type TaskFunction, type Tasks, tasksHere } from '../support/tasks.ts';
import { type Local, type LocalOptions, local } from '../support/world.ts';

export const other = '210987654321';

/** A request that is right in all but what a test is about. */
export const request = {
  source: { table: 'orders' },
  destination: { bucket: 'archive', prefix: 'daily/orders' },
  reason: 'the analysts asked',
};

export interface ExportHere extends Local, Tasks<Answer, ExportTask> {
  bucket(name?: string): Bucket;
  /** The lines of all data files. */
  lines(): string[];
}

export interface ExportOptions extends LocalOptions, Partial<Pick<TaskFunction<Answer>, 'fateOf'>> {
  /** Of the table orders, which has point-in-time recovery unless said. */
  items?: number;
  withoutRecovery?: boolean;
}

/** The local AWS with a table, two buckets, the function export and the heartbeat, as the deployment wires them. */
export async function exportHere(options: ExportOptions = {}): Promise<ExportHere> {
  const exportBuckets = `archive, theirs=${other}, gone`;
  const dynamodb = { exportMs: () => 60_000, ...options.dynamodb };
  const here = await local({ isWhole: true, exportBuckets, ...options, dynamodb });
  const { fateOf } = options;
  const tasks = tasksHere<Answer, ExportTask>(here, { kind: 'Export', run: exportTable, fateOf });
  const { done, pass } = tasks;

  await makeBucket(here, 'archive');
  await makeBucket(here, 'theirs', '333333333333');
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
  tasks.calls.length = 0; // those until here are ours

  const bucket = (name?: string) => bucketOf(here, name);
  return Object.assign(here, tasks, {
    bucket,
    lines: () =>
      objectsOf(bucket())
        .filter(({ key }) => key.includes('/data/'))
        .flatMap(({ body }) => gunzipSync(body).toString().split('\n'))
        .filter((line) => line !== ''),
  });
}

export const objectsOf = (bucket: Bucket) => [...bucket.objects.entries()].map(([, object]) => object);
