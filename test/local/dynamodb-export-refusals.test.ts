import { DynamoDB, type ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { refused } from './dynamodb-local.ts';
import { type Exporting, minuteMs, objectsOf, recover, S3Bucket, startExporting, TableArn } from './exports-local.ts';
import { account } from './whole-aws.ts';

const hourMs = 60 * minuteMs;

const ask = ({ client }: Exporting, options: Partial<ExportTableToPointInTimeCommandInput> = {}) =>
  client.exportTableToPointInTime({ TableArn, S3Bucket, ...options });

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
