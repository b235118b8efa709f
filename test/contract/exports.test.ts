import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { ExportDescription, ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';
import { makeBucket, s3 } from './s3-client.ts';

const S3Bucket = await makeBucket();
const table = await makeTable();
await eventually(
  () =>
    dynamodb.updateContinuousBackups({
      TableName: table.name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  () => true,
);
for (const id of ['a', 'b']) {
  await dynamodb.putItem({ TableName: table.name, Item: { id: { S: id }, set: { SS: ['x'] } } });
}
// An export is of a whole second: this one must have begun after the writes.
await pause(1500);

const ask = (options: Partial<ExportTableToPointInTimeCommandInput> = {}) =>
  dynamodb.exportTableToPointInTime({
    TableArn: table.arn,
    S3Bucket,
    S3Prefix: 'some/where',
    ExportFormat: 'DYNAMODB_JSON',
    ...options,
  });

/** An export that has ended; AWS takes more than the ten minutes that a rule waits for other things. */
async function ended(ExportArn: string | undefined): Promise<ExportDescription> {
  const look = () =>
    eventually(
      () => dynamodb.describeExport({ ExportArn }),
      ({ ExportDescription: seen }) => seen?.ExportStatus !== 'IN_PROGRESS',
    );
  const { ExportDescription } = await look().catch(look);
  return ExportDescription as ExportDescription;
}

const sum = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

rule('an export is IN_PROGRESS at once, and COMPLETED later with files that its manifests describe', async () => {
  const { ExportDescription: begun } = await ask();
  expect(begun).toMatchObject({ ExportStatus: 'IN_PROGRESS', TableArn: table.arn, ExportFormat: 'DYNAMODB_JSON' });
  const done = await ended(begun?.ExportArn);
  expect(done).toMatchObject({ ExportStatus: 'COMPLETED', ItemCount: 2 });
  const folder = `some/where/AWSDynamoDB/${done.ExportArn?.split('/').pop()}`;
  const read = async (key: string) => s3(`${S3Bucket}/${key}`);
  expect((await read(`${folder}/_started`)).text).toBe('');
  const summaryFile = await read(`${folder}/manifest-summary.json`);
  expect((await read(`${folder}/manifest-summary.md5`)).text).toBe(sum(summaryFile.bytes));
  const summary = JSON.parse(summaryFile.text) as Record<string, unknown>;
  expect(summary).toMatchObject({
    exportArn: done.ExportArn,
    tableArn: table.arn,
    s3Bucket: S3Bucket,
    s3Prefix: 'some/where',
    manifestFilesS3Key: `${folder}/manifest-files.json`,
    itemCount: 2,
    outputFormat: 'DYNAMODB_JSON',
  });
  const filesFile = await read(String(summary.manifestFilesS3Key));
  expect((await read(`${folder}/manifest-files.md5`)).text).toBe(sum(filesFile.bytes));
  const items: unknown[] = [];
  for (const line of filesFile.text.split('\n').filter(Boolean)) {
    const { itemCount, md5Checksum, etag, dataFileS3Key } = JSON.parse(line) as Record<string, string>;
    const file = await read(String(dataFileS3Key));
    expect([sum(file.bytes), file.headers.get('etag')]).toEqual([md5Checksum, `"${etag}"`]);
    const lines = gunzipSync(file.bytes).toString().split('\n').filter(Boolean);
    expect(lines).toHaveLength(Number(itemCount));
    items.push(...lines.map((one) => JSON.parse(one)));
  }
  const item = (id: string) => ({ Item: { id: { S: id }, set: { SS: ['x'] } } });
  expect(items).toHaveLength(2);
  expect(items).toEqual(expect.arrayContaining([item('a'), item('b')]));
});

rule('an export to a bucket that does not exist is accepted and fails', async () => {
  const { ExportDescription } = await ask({ S3Bucket: newName() });
  const failed = await ended(ExportDescription?.ExportArn);
  expect(failed).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3NoSuchBucket' });
  expect(failed.FailureMessage).toContain('The specified bucket does not exist');
});

rule('a token is one export, and another request with it a conflict', async () => {
  const ClientToken = newName();
  const asked = { ClientToken, S3Bucket: newName() };
  const first = await ask(asked);
  expect((await ask(asked)).ExportDescription?.ExportArn).toBe(first.ExportDescription?.ExportArn);
  await expect(ask({ ...asked, S3Prefix: 'other' })).rejects.toMatchObject({
    name: 'ExportConflictException',
    message: expect.stringContaining('Duplicate request detected'),
  });
});

rule('a list tells the export and its type', async () => {
  const { ExportDescription } = await ask({ S3Bucket: newName() });
  const { ExportSummaries } = await dynamodb.listExports({ TableArn: table.arn });
  const found = ExportSummaries?.find(({ ExportArn }) => ExportArn === ExportDescription?.ExportArn);
  expect(found?.ExportType).toBe('FULL_EXPORT');
});

rule('a page of exports has 25 at most', async () => {
  await expect(dynamodb.listExports({ MaxResults: 26 })).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('a window of less than 15 minutes is refused', async () => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const IncrementalExportSpecification = { ExportFromTime: new Date(now - 1000), ExportToTime: new Date(now) };
  await expect(ask({ ExportType: 'INCREMENTAL_EXPORT', IncrementalExportSpecification })).rejects.toMatchObject({
    name: 'InvalidExportTimeException',
  });
});

rule('a time that is still to come is refused', async () => {
  const later = ask({ ExportTime: new Date(Date.now() + 3_600_000) });
  await expect(later).rejects.toMatchObject({ name: 'InvalidExportTimeException' });
});

rule('a table that does not exist is not exported, and one without point-in-time recovery neither', async () => {
  const missing = table.arn.replace(table.name, newName());
  await expect(ask({ TableArn: missing })).rejects.toMatchObject({
    name: 'TableNotFoundException',
    message: `Table not found: ${missing}`,
  });
  const plain = await makeTable();
  await expect(ask({ TableArn: plain.arn })).rejects.toMatchObject({
    name: 'PointInTimeRecoveryUnavailableException',
    message: `Point in time recovery is not enabled for table '${plain.name}'`,
  });
});

rule('an unknown format is refused', async () => {
  const asked = ask({ ExportFormat: 'CSV' as never });
  await expect(asked).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("'exportFormat' failed to satisfy constraint"),
  });
});

rule('an ARN that is of no export is refused', async () => {
  const described = dynamodb.describeExport({ ExportArn: table.arn });
  await expect(described).rejects.toMatchObject({ name: 'ValidationException', message: 'Invalid Export ARN' });
});
