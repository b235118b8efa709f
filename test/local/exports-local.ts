import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { DynamoDB, type ExportDescription, type ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import type { Options } from '../../local/dynamodb/options.ts';
import type { StoredObject } from '../../local/s3/state.ts';
import { account, startWhole, type Whole } from './whole-aws.ts';

export const minuteMs = 60_000;
export const TableArn = `arn:aws:dynamodb:us-east-1:${account}:table/orders`;
export const S3Bucket = 'exports';

export interface Exporting extends Whole {
  client: DynamoDB;
  put(id: string, value: string): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  /** Asks for an export and lets it end. */
  exported(options?: Partial<ExportTableToPointInTimeCommandInput>): Promise<ExportDescription>;
}

/** A table `orders` with point-in-time recovery and a bucket `exports`; exports take a minute. */
export async function startExporting(options: Options = {}): Promise<Exporting> {
  const whole = startWhole({ dynamodb: { exportMs: () => minuteMs, importMs: () => minuteMs, ...options } });
  const client = new DynamoDB(whole.config);
  await whole.caller('s3')('CreateBucket', { Bucket: S3Bucket });
  await client.createTable({
    TableName: 'orders',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await whole.pass(10_000);
  await recover(client, true);
  return {
    ...whole,
    client,
    put: (id, value) => client.putItem({ TableName: 'orders', Item: { id: { S: id }, value: { S: value } } }),
    remove: (id) => client.deleteItem({ TableName: 'orders', Key: { id: { S: id } } }),
    async exported(asked = {}) {
      const { ExportDescription: begun } = await client.exportTableToPointInTime({ TableArn, S3Bucket, ...asked });
      await whole.pass(2 * minuteMs);
      const { ExportDescription } = await client.describeExport({ ExportArn: begun?.ExportArn });
      return ExportDescription as ExportDescription;
    },
  };
}

export const recover = (client: DynamoDB, PointInTimeRecoveryEnabled: boolean) =>
  client.updateContinuousBackups({
    TableName: 'orders',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled },
  });

export const objectsOf = ({ aws }: Whole, bucket = S3Bucket): StoredObject[] => [
  ...(aws.s3.bucket(bucket)?.objects.values() ?? []),
];

export function textOf(whole: Whole, key: string | undefined): string {
  const object = objectsOf(whole).find((one) => one.key === key);
  if (object === undefined) throw new Error(`There is no object ${key}.`);
  return new TextDecoder().decode(key?.endsWith('.gz') ? gunzipSync(object.body) : object.body);
}

interface FileEntry {
  itemCount: number;
  md5Checksum: string;
  etag: string;
  dataFileS3Key: string;
}

/** What a reader finds who knows nothing but the manifest's key. */
export function readExport(whole: Whole, { ExportManifest }: ExportDescription) {
  const summary = JSON.parse(textOf(whole, ExportManifest)) as Record<string, unknown>;
  const files = textOf(whole, String(summary.manifestFilesS3Key))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as FileEntry);
  const lines = files.flatMap(({ dataFileS3Key }) => textOf(whole, dataFileS3Key).split('\n').filter(Boolean));
  return { summary, files, lines };
}

export const records = (whole: Whole, description: ExportDescription) =>
  readExport(whole, description).lines.map((line) => JSON.parse(line) as Record<string, never>);

export const md5 = (bytes: Uint8Array | string, encoding: 'base64' | 'hex' = 'base64') =>
  createHash('md5').update(bytes).digest(encoding);
