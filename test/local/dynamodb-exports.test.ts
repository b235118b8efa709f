import { createHash } from 'node:crypto';
import type { ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { dataFiles, Turns } from '../../local/dynamodb/export-files.ts';
import type { Core } from '../../local/service.ts';
import { refused } from './dynamodb-local.ts';
import {
  type Exporting,
  md5,
  minuteMs,
  objectsOf,
  readExport,
  recover,
  S3Bucket,
  startExporting,
  TableArn,
  textOf,
} from './exports-local.ts';

const hourMs = 60 * minuteMs;

const ask = ({ client }: Exporting, options: Partial<ExportTableToPointInTimeCommandInput> = {}) =>
  client.exportTableToPointInTime({ TableArn, S3Bucket, ...options });

test('an export answers at once, and its objects are those that AWS writes', async () => {
  const local = await startExporting();
  await local.put('a', '1');
  await local.pass(1000);
  const startedAt = local.clock.now();
  const { ExportDescription: begun } = await ask(local, { S3Prefix: 'archive/orders' });
  expect(begun).toMatchObject({ ExportStatus: 'IN_PROGRESS', ExportFormat: 'DYNAMODB_JSON', TableArn, S3Bucket });
  expect(begun?.ClientToken).toBeDefined();
  expect(begun).not.toHaveProperty('ExportType');
  const id = begun?.ExportArn?.split('/').pop() ?? '';
  expect(id).toMatch(new RegExp(`^0${startedAt}-[0-9a-f]{8}$`));

  await local.pass(2 * minuteMs);
  const { ExportDescription } = await local.client.describeExport({ ExportArn: begun?.ExportArn });
  const folder = `archive/orders/AWSDynamoDB/${id}/`;
  expect(ExportDescription).toMatchObject({
    ExportStatus: 'COMPLETED',
    ExportManifest: `${folder}manifest-summary.json`,
    ItemCount: 1,
    StartTime: new Date(startedAt),
    EndTime: new Date(startedAt + minuteMs),
    ExportTime: new Date(startedAt),
  });
  const keys = objectsOf(local).map(({ key }) => key);
  const data = keys.filter((key) => key.startsWith(`${folder}data/`));
  expect(data).toHaveLength(4);
  for (const key of data) expect(key).toMatch(/\/[a-z2-7]{26}\.json\.gz$/);
  const beside = [
    '_started',
    'manifest-files.json',
    'manifest-files.md5',
    'manifest-summary.json',
    'manifest-summary.md5',
  ];
  expect(keys.filter((key) => !data.includes(key))).toEqual(beside.map((name) => folder + name));
});

test('manifests tell counts, sums and ETags of the files as they are', async () => {
  const local = await startExporting();
  for (let index = 0; index < 50; index++) await local.put(`item-${index}`, 'x'.repeat(index));
  await local.pass(1000);
  const done = await local.exported();
  const { summary, files, lines } = readExport(local, done);
  expect(summary).toEqual({
    version: '2020-06-30',
    exportArn: done.ExportArn,
    startTime: done.StartTime?.toISOString(),
    endTime: done.EndTime?.toISOString(),
    tableArn: TableArn,
    tableId: done.TableId,
    exportTime: done.ExportTime?.toISOString(),
    s3Bucket: S3Bucket,
    s3Prefix: null,
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: done.ExportManifest?.replace('summary', 'files'),
    billedSizeBytes: done.BilledSizeBytes,
    itemCount: 50,
    outputFormat: 'DYNAMODB_JSON',
    exportType: 'FULL_EXPORT',
  });
  expect(lines).toHaveLength(50);
  for (const { itemCount, md5Checksum, etag, dataFileS3Key } of files) {
    const object = objectsOf(local).find(({ key }) => key === dataFileS3Key);
    expect(textOf(local, dataFileS3Key).split('\n')).toHaveLength(itemCount + 1);
    expect(md5Checksum).toBe(md5(object?.body ?? ''));
    const digest = createHash('md5')
      .update(object?.body ?? '')
      .digest();
    expect(etag).toBe(`${md5(digest, 'hex')}-1`);
    expect(object?.etag).toBe(`"${etag}"`);
  }
  for (const name of ['summary', 'files']) {
    const key = done.ExportManifest?.replace('summary', name);
    expect(textOf(local, key?.replace('.json', '.md5'))).toBe(md5(textOf(local, key)));
  }
});

test('an export goes on when the table is deleted and recovery is off', async () => {
  const local = await startExporting();
  await local.put('a', '1');
  await local.pass(1000);
  const { ExportDescription } = await ask(local);
  await recover(local.client, false);
  await local.client.deleteTable({ TableName: 'orders' });
  await local.pass(2 * minuteMs);
  const ended = await local.client.describeExport({ ExportArn: ExportDescription?.ExportArn });
  expect(ended.ExportDescription).toMatchObject({ ExportStatus: 'COMPLETED', ItemCount: 1 });
});

test('a token is the same export for eight hours, and another request with it a conflict', async () => {
  const local = await startExporting();
  const [first, again] = await Promise.all([ask(local, { ClientToken: 'one' }), ask(local, { ClientToken: 'one' })]);
  expect(again.ExportDescription?.ExportArn).toBe(first.ExportDescription?.ExportArn);
  const message = 'Duplicate request detected with a different request body';
  await refused(ask(local, { ClientToken: 'one', S3Prefix: 'p' }), 'ExportConflictException', message);
  await local.pass(8 * hourMs - 1000);
  expect((await ask(local, { ClientToken: 'one' })).ExportDescription?.ExportStatus).toBe('COMPLETED');
  await local.pass(2000);
  const later = await ask(local, { ClientToken: 'one', S3Prefix: 'p' });
  expect(later.ExportDescription?.ExportArn).not.toBe(first.ExportDescription?.ExportArn);
});

test('300 exports run at once, and lists have 25 a page, newest first, for 90 days', async () => {
  const local = await startExporting();
  await Promise.all(Array.from({ length: 300 }, () => ask(local)));
  await refused(ask(local), 'LimitExceededException');
  await local.pass(2 * minuteMs);
  await ask(local);
  await local.pass(2 * minuteMs);
  const arns: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await local.client.listExports({ TableArn, ...(NextToken !== undefined && { NextToken }) });
    expect(page.ExportSummaries?.length).toBeLessThanOrEqual(25);
    arns.push(...(page.ExportSummaries ?? []).map(({ ExportArn }) => String(ExportArn)));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(arns).toHaveLength(301);
  expect(arns).toEqual([...new Set(arns)].sort().reverse());
  await local.pass(90 * 24 * hourMs);
  expect((await local.client.listExports({})).ExportSummaries).toEqual([]);
});

test('a file of many batches is one compressed stream, and the same seed gives the same objects', async () => {
  const history = async () => {
    const local = await startExporting();
    for (let index = 0; index < 40; index++) await local.put(`item-${index}`, `${index}`.repeat(150_000));
    await local.pass(1000);
    await Promise.all([ask(local), ask(local, { S3Prefix: 'second' }), ask(local, { ExportFormat: 'ION' })]);
    await local.pass(2 * minuteMs);
    return objectsOf(local).map(({ key, etag }) => `${key} ${etag}`);
  };
  const first = await history();
  expect(first).toHaveLength(3 * 9);
  expect(await history()).toEqual(first);
});

test('a partition with much in it gives several files, and one with nothing an empty one', async () => {
  const text = `${'x'.repeat(2 ** 20)}\n`;
  async function* lines() {
    for (let index = 0; index < 130; index++) yield { partition: 1, text };
  }
  const counts: number[] = [];
  const core = { during: <T>(work: Promise<T>) => work } as Core;
  for await (const { itemCount } of dataFiles(core, new Turns(), lines())) counts.push(itemCount);
  expect(counts).toEqual([0, 128, 2, 0, 0]);
});
