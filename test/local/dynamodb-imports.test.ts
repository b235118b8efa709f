import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ImportTableCommandInput, ImportTableDescription } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { refused } from './dynamodb-local.ts';
import { type Exporting, minuteMs, S3Bucket, startExporting, TableArn } from './exports-local.ts';
import { account, region } from './whole-aws.ts';

const TableCreationParameters: ImportTableCommandInput['TableCreationParameters'] = {
  TableName: 'again',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
};

const upload = (local: Exporting, Key: string, body: string | Uint8Array) =>
  local.caller('s3')('PutObject', { Bucket: S3Bucket, Key, Body: Buffer.from(body) });

const ask = ({ client }: Exporting, options: Partial<ImportTableCommandInput> = {}) =>
  client.importTable({
    S3BucketSource: { S3Bucket, S3KeyPrefix: 'in/' },
    InputFormat: 'DYNAMODB_JSON',
    TableCreationParameters,
    ...options,
  });

async function imported(local: Exporting, options: Partial<ImportTableCommandInput> = {}) {
  const { ImportTableDescription: begun } = await ask(local, options);
  await local.pass(2 * minuteMs);
  const { ImportTableDescription } = await local.client.describeImport({ ImportArn: begun?.ImportArn });
  return ImportTableDescription as ImportTableDescription;
}

const statusOf = async ({ client }: Exporting, TableName = 'again') =>
  (await client.describeTable({ TableName })).Table?.TableStatus;

const itemsOf = ({ aws }: Exporting, name: string) => [...aws.dynamodb.itemsOf({ account, region }, name).items()];

const line = (item: object): string => `${JSON.stringify({ Item: item })}\n`;

test('an export comes back as a new table with the same items', async () => {
  const local = await startExporting();
  for (let index = 0; index < 30; index++) await local.put(`ü-${index}`, `${index}`);
  await local.pass(1000);
  const { ExportManifest } = await local.exported();
  const S3KeyPrefix = ExportManifest?.replace('manifest-summary.json', 'data/') ?? '';
  const source = { S3BucketSource: { S3Bucket, S3KeyPrefix }, InputCompressionType: 'GZIP' } as const;
  const { ImportTableDescription: begun } = await ask(local, source);
  expect(begun).toMatchObject({ ImportStatus: 'IN_PROGRESS', TableArn: TableArn.replace('orders', 'again') });
  expect(await statusOf(local)).toBe('CREATING');
  await local.pass(2 * minuteMs);
  const { ImportTableDescription } = await local.client.describeImport({ ImportArn: begun?.ImportArn });
  expect(ImportTableDescription).toMatchObject({
    ImportStatus: 'COMPLETED',
    ProcessedItemCount: 30,
    ImportedItemCount: 30,
    ErrorCount: 0,
  });
  expect(ImportTableDescription?.EndTime).toBeDefined();
  expect(await statusOf(local)).toBe('ACTIVE');
  expect(itemsOf(local, 'again')).toEqual(itemsOf(local, 'orders'));
});

test('an export in Ion comes back with every type, too', async () => {
  const local = await startExporting();
  await local.client.putItem({
    TableName: 'orders',
    Item: {
      id: { S: 'a "b"\n\\ \u2028' },
      'not plain': { N: '-0.00125' },
      numbers: { NS: ['600', '8.5', '12345678901234567890'] },
      sets: { M: { strings: { SS: ['x', 'y'] }, bytes: { BS: [new Uint8Array([1, 2])] }, empty: { M: {} } } },
      list: { L: [{ NULL: true }, { BOOL: false }, { B: new Uint8Array([3]) }, { L: [] }, { S: '' }] },
    },
  });
  await local.pass(1000);
  const { ExportManifest } = await local.exported({ ExportFormat: 'ION' });
  const S3KeyPrefix = ExportManifest?.replace('manifest-summary.json', 'data/') ?? '';
  const source = { S3BucketSource: { S3Bucket, S3KeyPrefix }, InputCompressionType: 'GZIP' } as const;
  const done = await imported(local, { ...source, InputFormat: 'ION' });
  expect(done).toMatchObject({ ImportStatus: 'COMPLETED', ImportedItemCount: 1 });
  expect(itemsOf(local, 'again')).toEqual(itemsOf(local, 'orders'));
});

test('a bad item makes the import FAILED, although the good ones are there, and in the indexes', async () => {
  const local = await startExporting();
  const bad = [line({ value: { S: 'no key' } }), line({ id: { N: '1' } }), 'no json\n', '{"id":{"S":"no Item"}}\n'];
  const good = [line({ id: { S: 'a' }, by: { S: 'x' } }), line({ id: { S: 'b' } })];
  await upload(local, 'in/1', [good[0], ...bad].join(''));
  await upload(local, 'in/2', (good[1] as string).trimEnd());
  const failed = await imported(local, {
    TableCreationParameters: {
      ...TableCreationParameters,
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'by', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-by',
          KeySchema: [{ AttributeName: 'by', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  });
  expect(failed).toMatchObject({
    ImportStatus: 'FAILED',
    FailureCode: 'ItemValidationError',
    ProcessedItemCount: 6,
    ImportedItemCount: 2,
    ErrorCount: 4,
  });
  expect(await statusOf(local)).toBe('ACTIVE');
  const { Items } = await local.client.query({
    TableName: 'again',
    IndexName: 'by-by',
    KeyConditionExpression: '#by = :x',
    ExpressionAttributeNames: { '#by': 'by' },
    ExpressionAttributeValues: { ':x': { S: 'x' } },
  });
  expect(Items).toEqual([{ id: { S: 'a' }, by: { S: 'x' } }]);
  expect(itemsOf(local, 'again')).toHaveLength(2);
});

test.each([
  ['GZIP', gzipSync],
  ['ZSTD', zstdCompressSync],
  ['NONE', (bytes: Buffer) => bytes],
] as const)('objects may be compressed: %s', async (InputCompressionType, pack) => {
  const local = await startExporting();
  await upload(local, 'in/1', pack(Buffer.from(line({ id: { S: 'a' } }))));
  expect(await imported(local, { InputCompressionType })).toMatchObject({ ImportedItemCount: 1, ErrorCount: 0 });
});

test('what is not compressed as was said makes the import FAILED', async () => {
  const local = await startExporting();
  await upload(local, 'in/1', line({ id: { S: 'a' } }));
  const failed = await imported(local, { InputCompressionType: 'GZIP' });
  expect(failed).toMatchObject({ ImportStatus: 'FAILED', FailureCode: 'UNKNOWN', ImportedItemCount: 0 });
});

test('CSV has names in its first line or in the request, keys by their type, and all else as strings', async () => {
  const local = await startExporting();
  await upload(local, 'in/1', 'id;number;text\r\na;1;"says ""so""; and ""more"""\r\nb;2;\r\n');
  const done = await imported(local, { InputFormat: 'CSV', InputFormatOptions: { Csv: { Delimiter: ';' } } });
  expect(done).toMatchObject({ ImportStatus: 'COMPLETED', ProcessedItemCount: 2 });
  expect(itemsOf(local, 'again')).toEqual(
    expect.arrayContaining([
      { id: { S: 'a' }, number: { S: '1' }, text: { S: 'says "so"; and "more"' } },
      { id: { S: 'b' }, number: { S: '2' } },
    ]),
  );
  await upload(local, 'named/1', '7,x\n');
  await imported(local, {
    S3BucketSource: { S3Bucket, S3KeyPrefix: 'named/' },
    InputFormat: 'CSV',
    InputFormatOptions: { Csv: { HeaderList: ['id', 'value'] } },
    TableCreationParameters: {
      ...TableCreationParameters,
      TableName: 'numbers',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    },
  });
  expect(itemsOf(local, 'numbers')).toEqual([{ id: { N: '7' }, value: { S: 'x' } }]);
});

test('a bucket that is not there or is closed leaves no table behind', async () => {
  const local = await startExporting();
  const missing = await imported(local, { S3BucketSource: { S3Bucket: 'nowhere-to-be-found' } });
  expect(missing).toMatchObject({ ImportStatus: 'FAILED', FailureCode: 'S3NoSuchBucket' });
  await refused(statusOf(local), 'ResourceNotFoundException');
  await local.caller('s3', { account: '111122223333' })('CreateBucket', { Bucket: 'theirs' });
  const closed = await imported(local, { S3BucketSource: { S3Bucket: 'theirs', S3BucketOwner: '111122223333' } });
  expect(closed).toMatchObject({ ImportStatus: 'FAILED', FailureCode: 'S3AccessDenied' });
});

test('a table that is there is not imported to', async () => {
  const local = await startExporting();
  const taken = { ...TableCreationParameters, TableName: 'orders' };
  await refused(ask(local, { TableCreationParameters: taken }), 'ResourceInUseException');
});

test('a token is the same import, and another request with it a conflict', async () => {
  const local = await startExporting();
  const first = await ask(local, { ClientToken: 'one' });
  const again = await ask(local, { ClientToken: 'one' });
  expect(again.ImportTableDescription?.ImportArn).toBe(first.ImportTableDescription?.ImportArn);
  await refused(ask(local, { ClientToken: 'one', InputFormat: 'CSV' }), 'ImportConflictException');
});

test('50 imports run at once, and lists have 25 a page, newest first', async () => {
  const local = await startExporting();
  const named = (TableName: string) =>
    ask(local, { TableCreationParameters: { ...TableCreationParameters, TableName } });
  for (let index = 0; index < 50; index++) await named(`table-${index}`);
  await refused(named('one-more'), 'LimitExceededException');
  await local.pass(2 * minuteMs);
  await named('one-more');
  const first = await local.client.listImports({});
  const second = await local.client.listImports({ NextToken: first.NextToken });
  const third = await local.client.listImports({ NextToken: second.NextToken });
  expect(third.NextToken).toBeUndefined();
  const names = [first, second, third].flatMap(({ ImportSummaryList = [] }) =>
    ImportSummaryList.map((summary) => summary.TableArn?.split('/').pop()),
  );
  const expected = Array.from({ length: 50 }, (_, index) => `table-${index}`).concat('one-more');
  expect(names).toEqual(expected.reverse());
});
