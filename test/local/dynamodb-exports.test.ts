import { createHash } from 'node:crypto';
import { DynamoDB, type ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { dataFiles, Turns } from '../../local/dynamodb/export-files.ts';
import { AwsError, type Core } from '../../local/service.ts';
import { refused } from './dynamodb-local.ts';
import {
  type Exporting,
  md5,
  minuteMs,
  objectsOf,
  readExport,
  records,
  recover,
  S3Bucket,
  startExporting,
  TableArn,
  textOf,
} from './exports-local.ts';
import { account } from './whole-aws.ts';

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

test('a full export has the items of its time, whatever was written later', async () => {
  const local = await startExporting();
  await local.put('a', 'first');
  await local.put('b', 'first');
  const at = local.clock.now();
  await local.pass(1000);
  await local.put('a', 'second');
  await local.remove('b');
  await local.pass(minuteMs);
  const done = await local.exported({ ExportTime: new Date(at) });
  const items = records(local, done).map(({ Item }) => Item);
  expect(items).toHaveLength(2);
  expect(items).toEqual(
    expect.arrayContaining([
      { id: { S: 'a' }, value: { S: 'first' } },
      { id: { S: 'b' }, value: { S: 'first' } },
    ]),
  );
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

test('a window has one net record per key: from its first instant, not its last', async () => {
  const local = await startExporting();
  await local.put('updated', '0');
  await local.put('deleted', '0');
  await local.put('untouched', '0');
  await local.pass(minuteMs);
  const from = local.clock.now();
  await local.put('at the first instant', '1');
  await local.put('updated', '1');
  await local.pass(1500);
  await local.put('updated', '2');
  await local.remove('deleted');
  await local.put('came and went', '1');
  await local.pass(1000);
  await local.remove('came and went');
  const until = from + 20 * minuteMs;
  await local.clock.run(until);
  await local.put('at the last instant', '1');
  await local.put('updated', '3');
  await local.pass(1000);

  const IncrementalExportSpecification = { ExportFromTime: new Date(from), ExportToTime: new Date(until) };
  const asked = { ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification } as const;
  const done = await local.exported(asked);
  const { summary, files } = readExport(local, done);
  expect(summary).toMatchObject({
    version: '2023-08-01',
    exportFromTime: new Date(from).toISOString(),
    exportToTime: new Date(until).toISOString(),
    outputView: 'NEW_AND_OLD_IMAGES',
    exportType: 'INCREMENTAL_EXPORT',
    itemCount: 3,
  });
  expect(summary).not.toHaveProperty('exportTime');
  for (const { dataFileS3Key } of files) expect(dataFileS3Key).toMatch(/^AWSDynamoDB\/data\//);
  const item = (id: string, value: string) => ({ id: { S: id }, value: { S: value } });
  const written = (at: number) => ({ WriteTimestampMicros: { N: `${at}000` } });
  const keyed = (id: string) => ({ id: { S: id } });
  const changes = [
    { Metadata: written(from), Keys: keyed('at the first instant'), NewImage: item('at the first instant', '1') },
    {
      Metadata: written(from + 1500),
      Keys: keyed('updated'),
      NewImage: item('updated', '2'),
      OldImage: item('updated', '0'),
    },
    { Metadata: written(from + 1500), Keys: keyed('deleted'), OldImage: item('deleted', '0') },
  ];
  const byKey = (a: { Keys: object }, b: { Keys: object }) =>
    JSON.stringify(a.Keys) < JSON.stringify(b.Keys) ? -1 : 1;
  expect((records(local, done) as never[]).sort(byKey)).toEqual(changes.sort(byKey));

  const specification = { ...IncrementalExportSpecification, ExportViewType: 'NEW_IMAGE' } as const;
  const newOnly = await local.exported({ ...asked, IncrementalExportSpecification: specification });
  expect((records(local, newOnly) as never[]).sort(byKey)).toEqual(changes.map(({ OldImage: _, ...rest }) => rest));
});

test('windows that join apply to the same items as the table has', async () => {
  const local = await startExporting();
  for (let index = 0; index < 10; index++) await local.put(`${index}`, 'start');
  await local.pass(1000);
  const start = local.clock.now();
  const state = new Map<string, unknown>();
  for (const { Item } of records(local, await local.exported({ ExportTime: new Date(start) }))) {
    state.set((Item as unknown as { id: { S: string } }).id.S, Item);
  }
  let seed = 7;
  const chance = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let step = 0; step < 200; step++) {
    await local.pass(chance(2) === 0 ? 1000 * chance(60) : chance(30_000));
    const id = `${chance(15)}`;
    if (chance(3) === 0) await local.remove(id);
    else await local.put(id, `${step}`);
  }
  await local.clock.run(start + 3 * hourMs);
  for (let from = start; from < start + 3 * hourMs; from += 30 * minuteMs) {
    const IncrementalExportSpecification = {
      ExportFromTime: new Date(from),
      ExportToTime: new Date(from + 30 * minuteMs),
    };
    const done = await local.exported({ ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification });
    for (const record of records(local, done)) {
      const { Keys, NewImage } = record as unknown as { Keys: { id: { S: string } }; NewImage?: unknown };
      if (NewImage === undefined) state.delete(Keys.id.S);
      else state.set(Keys.id.S, NewImage);
    }
  }
  const living = [...local.aws.dynamodb.itemsOf({ account, region: 'us-east-1' }, 'orders').items()];
  expect(new Map(living.map((item) => [String(item.id?.S), item]))).toEqual(state);
});

test('Ion text has a line per item, with sets, decimals and binary as AWS writes them', async () => {
  const local = await startExporting();
  await local.client.putItem({
    TableName: 'orders',
    Item: {
      id: { S: 'a "b"\n\\' },
      Authors: { SS: ['x', 'y'] },
      Price: { N: '2000' },
      Ratio: { N: '-0.0125' },
      'not-plain': { NULL: true },
      Inside: { M: { list: { L: [{ N: '103' }, { BOOL: false }] }, bytes: { B: new Uint8Array([104, 105]) } } },
      Numbers: { NS: ['8.5'] },
    },
  });
  await local.pass(1000);
  const done = await local.exported({ ExportFormat: 'ION' });
  const { lines, files } = readExport(local, done);
  expect(files[0]?.dataFileS3Key).toMatch(/\.ion\.gz$/);
  expect(lines).toEqual([
    `$ion_1_0 {Item:{id:"a \\"b\\"\\n\\\\",Authors:$dynamodb_SS::["x","y"],Price:2d3,Ratio:-0.0125,'not-plain':null,` +
      'Inside:{list:[103.,false],bytes:{{aGk=}}},Numbers:$dynamodb_NS::[8.5]}}',
  ]);
});

test('a filter is of the expression language, and leaves out attributes that are not asked for', async () => {
  const local = await startExporting();
  for (let index = 0; index < 20; index++) await local.put(`item-${index}`, index % 2 === 0 ? 'even' : 'odd');
  await local.pass(1000);
  const done = await local.exported({
    FilterSpecification: {
      FilterExpression: '#v = :even AND begins_with(id, :prefix)',
      ProjectionExpression: 'id',
      ExpressionAttributeNames: { '#v': 'value' },
      ExpressionAttributeValues: { ':even': { S: 'even' }, ':prefix': { S: 'item-1' } },
    },
  });
  const ids = records(local, done).map(({ Item }) => Item);
  expect(ids).toHaveLength(5);
  expect(ids).toContainEqual({ id: { S: 'item-10' } });
  const one = await local.exported({
    FilterSpecification: {
      KeyConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': { S: 'item-3' } },
    },
  });
  expect(records(local, one)).toEqual([{ Item: { id: { S: 'item-3' }, value: { S: 'odd' } } }]);
  const unreadable = ask(local, { FilterSpecification: { FilterExpression: 'value = ' } });
  await expect(unreadable).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/^Invalid FilterExpression: Syntax error/),
  });
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

test('times outside of the window are refused, and the sentence names the window', async () => {
  const local = await startExporting();
  await local.pass(30 * minuteMs);
  const now = local.clock.now();
  const window = (from: number, until: number) =>
    ask(local, {
      ExportType: 'INCREMENTAL_EXPORT',
      IncrementalExportSpecification: { ExportFromTime: new Date(from), ExportToTime: new Date(until) },
    });
  const bounds = `must be between ${new Date(now - 30 * minuteMs).toISOString()} and ${new Date(now).toISOString()}`;
  const late = ask(local, { ExportTime: new Date(now + 1000) });
  await refused(late, 'InvalidExportTimeException', `ExportTime ${bounds}`);
  await refused(window(now - hourMs, now), 'InvalidExportTimeException', `ExportFromTime ${bounds}`);
  const difference = 'Difference between export period from time and to time is';
  const short = window(now - 15 * minuteMs + 1000, now);
  await refused(short, 'InvalidExportTimeException', `${difference} less than 15 minutes`);
  await window(now - 15 * minuteMs, now);
  await local.pass(25 * hourMs);
  const end = local.clock.now();
  const long = window(end - 24 * hourMs - 1000, end);
  await refused(long, 'InvalidExportTimeException', `${difference} greater than 24 hours`);
  await window(end - 24 * hourMs, end);
});

test('a bucket that is not there or is closed makes the export FAILED soon after, not the call', async () => {
  const local = await startExporting();
  const missing = await local.exported({ S3Bucket: 'nowhere-to-be-found' });
  expect(missing).toMatchObject({
    ExportStatus: 'FAILED',
    FailureCode: 'S3NoSuchBucket',
    FailureMessage: 'The specified bucket does not exist',
  });
  const theirs = { account: '111122223333' };
  await local.caller('s3', theirs)('CreateBucket', { Bucket: 'theirs' });
  const closed = await local.exported({ S3Bucket: 'theirs', S3BucketOwner: theirs.account });
  expect(closed).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied' });

  const Policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: account },
        Action: ['s3:PutObject', 's3:PutObjectAcl'],
        Resource: 'arn:aws:s3:::theirs/*',
      },
    ],
  };
  const Body = new TextEncoder().encode(JSON.stringify(Policy));
  await local.caller('s3', theirs)('PutBucketPolicy', { Bucket: 'theirs', Body });
  const open = await local.exported({ S3Bucket: 'theirs', S3BucketOwner: theirs.account });
  expect(open).toMatchObject({ ExportStatus: 'COMPLETED' });
  const ownerless = await local.exported({ S3Bucket: 'theirs' });
  expect(ownerless).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied' });
});

test('what S3 refuses in the middle makes the export FAILED, and no summary is there', async () => {
  const local = await startExporting();
  local.aws.intercept((call, perform) => {
    if (call.operation === 'UploadPart') throw new AwsError('SlowDown', 'Please reduce your request rate.', 503);
    return perform();
  });
  const failed = await local.exported();
  expect(failed).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3SlowDown' });
  expect(failed).not.toHaveProperty('ItemCount');
  expect(objectsOf(local).map(({ key }) => key.split('/').pop())).toEqual(['_started']);
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

test('without recovery, or a table, nothing is exported; strange ARNs are told apart', async () => {
  const local = await startExporting();
  const other = TableArn.replace('orders', 'nobody');
  await refused(ask(local, { TableArn: other }), 'TableNotFoundException', `Table not found: ${other}`);
  await recover(local.client, false);
  const message = "Point in time recovery is not enabled for table 'orders'";
  await refused(ask(local), 'PointInTimeRecoveryUnavailableException', message);
  const describe = (ExportArn: string) => local.client.describeExport({ ExportArn });
  await refused(describe(TableArn), 'ValidationException', 'Invalid Export ARN');
  await refused(describe(TableArn.replace(account, '111122223333')), 'AccessDeniedException');
  await refused(describe(`${TableArn}/export/01768385930622-efd1a093`), 'ExportNotFoundException');
});

test('with a key of KMS the objects say so, and one that is none makes the export FAILED', async () => {
  const local = await startExporting();
  const { KeyMetadata } = (await local.caller('kms')('CreateKey', {})) as unknown as { KeyMetadata: { Arn: string } };
  const done = await local.exported({ S3SseAlgorithm: 'KMS', S3SseKmsKeyId: KeyMetadata.Arn });
  expect(done).toMatchObject({ ExportStatus: 'COMPLETED', S3SseAlgorithm: 'KMS', S3SseKmsKeyId: KeyMetadata.Arn });
  for (const { described } of objectsOf(local)) {
    expect(described.encryption).toEqual({ algorithm: 'aws:kms', keyArn: KeyMetadata.Arn });
  }
  const none = await local.exported({ S3SseAlgorithm: 'KMS', S3SseKmsKeyId: 'no-key' });
  expect(none).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'KMS.NotFoundException' });
});

test('objects are put with the rights of the caller, which are told', async () => {
  const local = await startExporting();
  const { iam } = local.aws;
  const role = `arn:aws:iam::${account}:role/exporter`;
  const trust = { Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' } };
  const exportWith = async (s3Actions: string[]) => {
    const Statement = [
      { Effect: 'Allow', Action: ['dynamodb:ExportTableToPointInTime', 'dynamodb:DescribeExport'], Resource: '*' },
      ...s3Actions.map((Action) => ({ Effect: 'Allow', Action, Resource: `arn:aws:s3:::${S3Bucket}/*` })),
    ];
    iam.putRole({ account, name: 'exporter', trust, policies: { own: { Statement } } });
    const { accessKeyId } = iam.openSession(role, 'test', 3600);
    const client = new DynamoDB({ ...local.config, credentials: { accessKeyId, secretAccessKey: 'x' } });
    const { ExportDescription } = await client.exportTableToPointInTime({ TableArn, S3Bucket });
    await local.pass(2 * minuteMs);
    return (await client.describeExport({ ExportArn: ExportDescription?.ExportArn })).ExportDescription;
  };
  const failed = await exportWith(['s3:PutObject']);
  expect(failed).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied' });
  expect(failed?.FailureMessage).toMatch(/exporter\/test is not authorized to perform: s3:PutObjectAcl on resource/);
  const done = await exportWith(['s3:PutObject', 's3:PutObjectAcl']);
  expect(done).toMatchObject({ ExportStatus: 'COMPLETED' });
  const used = iam.used().map(({ action }) => action);
  expect(new Set(used)).toEqual(
    new Set(['dynamodb:ExportTableToPointInTime', 'dynamodb:DescribeExport', 's3:PutObject', 's3:PutObjectAcl']),
  );
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
