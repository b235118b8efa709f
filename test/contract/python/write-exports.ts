import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AttributeValue, DynamoDB, type ExportTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { VirtualClock } from '../../../local/clock.ts';
import { installGlobals } from '../../../local/globals.ts';
import { seededRandom } from '../../../local/random.ts';
import { createWholeAws } from '../../../local/services.ts';
import { inProcess } from '../../../local/transport.ts';

/*
 * Writes exports of the local AWS to a directory, for readers in other languages (read_exports.py): the objects of the
 * bucket under `objects/`, and in expected.json what was asked, what DescribeExport says, and which items there were.
 * A window is 15 minutes at least, so this is on a virtual clock.
 */

const [directory = ''] = process.argv.slice(2);
if (directory === '') throw new Error('Name a directory.');

type Item = Record<string, AttributeValue>;
const minuteMs = 60_000;
const account = '123456789012';
const TableName = 'every-type';
const bucket = 'exports';

const clock = new VirtualClock(Date.UTC(2026, 0, 31, 2));
const uninstall = installGlobals(clock, seededRandom(1));
const aws = createWholeAws({ clock, dynamodb: { exportMs: () => minuteMs } });
const credentials = { accessKeyId: account, secretAccessKey: 'test' };
const dynamodb = new DynamoDB({ region: 'us-east-1', credentials, requestHandler: inProcess(aws) as never });
const call = (service: string, operation: string, input: Record<string, unknown>) =>
  aws.core.call({ service, operation, input, caller: aws.iam.caller(account), account, region: 'us-east-1' });
const pass = (ms: number) => clock.run(clock.now() + ms);

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** Whatever an attribute can be, and names and texts that are hard to write. */
const everything = (id: number): Item => ({
  id: { S: `item-${id}` },
  at: { N: String(id) },
  text: { S: `"quoted" and 'single', \\ back\nline\r\ttab \u0007 \u2028 \u{1f600} ünï` },
  empty: { S: '' },
  numbers: {
    L: ['0', '-1.5', '1E+3', '123456789012345678901234567890.12345678', '1e-120', '9.9e30', '100', '-0.00010'].map(
      (N) => ({ N }),
    ),
  },
  bytes: { B: bytes('\u0000\u00ff\u0080hello') },
  yes: { BOOL: true },
  no: { BOOL: false },
  nothing: { NULL: true },
  texts: { SS: ['b', 'a', '"'] },
  numberSet: { NS: ['1', '2.5', '-3e10'] },
  byteSet: { BS: [bytes('a'), bytes('\u00fe')] },
  list: { L: [{ S: 'a' }, { L: [] }, { M: {} }, { NULL: true }] },
  'a name with spaces, "quotes" and \'these\'': { S: 'odd' },
  null: { S: 'a word of Ion' },
  $dynamodb_SS: { S: 'an annotation of DynamoDB' },
  map: { M: { 'ключ.with[signs]': { M: { deeper: { N: '7' } } }, '1': { S: 'a digit' } } },
});

async function items(): Promise<Item[]> {
  const { Items = [] } = await dynamodb.scan({ TableName });
  return Items;
}

const exported: object[] = [];
/** `before` and `after` are the items at the ends of a window; of a full export there is only `after`. */
async function exportIt(
  expected: { before?: Item[]; after: Item[]; from?: number; until?: number },
  options: Partial<ExportTableToPointInTimeCommandInput>,
): Promise<void> {
  const TableArn = `arn:aws:dynamodb:us-east-1:${account}:table/${TableName}`;
  const { ExportDescription: begun } = await dynamodb.exportTableToPointInTime({
    TableArn,
    S3Bucket: bucket,
    ...options,
  });
  await pass(2 * minuteMs);
  const { ExportDescription: description } = await dynamodb.describeExport({ ExportArn: begun?.ExportArn });
  exported.push({ description, ...expected });
}

await call('s3', 'CreateBucket', { Bucket: bucket });
await dynamodb.createTable({
  TableName,
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
});
await pass(10_000);
await dynamodb.updateContinuousBackups({
  TableName,
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
});
for (let id = 0; id < 40; id++) await dynamodb.putItem({ TableName, Item: everything(id) });
await pass(minuteMs);

const before = await items();
const from = clock.now();
const full = { ExportTime: new Date(from) };
for (const ExportFormat of ['DYNAMODB_JSON', 'ION'] as const) {
  await exportIt({ after: before }, { ...full, ExportFormat, S3Prefix: 'full/of it' });
  await exportIt({ after: before.slice(0, 0) }, { ...full, ExportFormat, FilterSpecification: none() });
}
await exportIt(
  { after: before.filter(({ at }) => Number(at?.N) > 30) },
  {
    ...full,
    FilterSpecification: {
      FilterExpression: '#a > :a',
      ExpressionAttributeNames: { '#a': 'at' },
      ExpressionAttributeValues: { ':a': { N: '30' } },
    },
  },
);

for (let id = 0; id < 10; id++)
  await dynamodb.putItem({ TableName, Item: { ...everything(id), text: { S: 'changed' } } });
for (let id = 10; id < 20; id++) await dynamodb.deleteItem({ TableName, Key: keyOf(id) });
for (let id = 40; id < 45; id++) await dynamodb.putItem({ TableName, Item: everything(id) });
await dynamodb.putItem({ TableName, Item: everything(99) });
await dynamodb.deleteItem({ TableName, Key: keyOf(99) });
await pass(20 * minuteMs);

const after = await items();
const until = clock.now();
const [ExportFromTime, ExportToTime] = [new Date(from), new Date(until)];
for (const ExportFormat of ['DYNAMODB_JSON', 'ION'] as const) {
  for (const ExportViewType of ['NEW_AND_OLD_IMAGES', 'NEW_IMAGE'] as const) {
    await exportIt(
      { before, after, from, until },
      {
        ExportType: 'INCREMENTAL_EXPORT',
        ExportFormat,
        S3Prefix: 'increments/',
        IncrementalExportSpecification: { ExportFromTime, ExportToTime, ExportViewType },
      },
    );
  }
}
uninstall();

function keyOf(id: number): Item {
  return { id: { S: `item-${id}` }, at: { N: String(id) } };
}

function none() {
  return { FilterExpression: 'attribute_exists(nowhere)' };
}

/** Bytes as Base64, as DynamoDB's JSON has them. */
const plain = (_name: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && (value as { type?: string }).type === 'Buffer'
    ? Buffer.from((value as { data: number[] }).data).toString('base64')
    : value instanceof Uint8Array
      ? Buffer.from(value).toString('base64')
      : value;

const etags: Record<string, string> = {};
for (const { key, body, etag } of aws.s3.bucket(bucket)?.objects.values() ?? []) {
  const path = join(directory, 'objects', key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
  etags[key] = etag;
}
writeFileSync(join(directory, 'expected.json'), JSON.stringify({ bucket, etags, exports: exported }, plain));
