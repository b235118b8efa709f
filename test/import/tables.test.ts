import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { type Exported, everything, type ImportHere, importHere, makeOrders, order } from './here.ts';

let here: ImportHere;
afterEach(() => here.close());

const hour = 3_600_000;
const ireland = { account: '123456789012', region: 'eu-west-1' };

const sorted = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'name', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-name',
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'name', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

interface How {
  format?: 'DYNAMODB_JSON' | 'ION';
  view?: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';
}

/** Ten orders, then a window in which one comes, one goes, one changes, and one comes and goes. */
async function fullAndWindow(how: How = {}): Promise<{ full: Exported; window: Exported }> {
  for (let n = 0; n < 10; n++) await here.put('orders', order(n, n === 3 ? everything : {}));
  await here.pass(1000);
  const full = await here.exportFull('orders', how);
  await here.put('orders', order(10, everything));
  await here.remove('orders', { id: { S: 'order-1' } });
  await here.put('orders', order(2, { map: { M: { changed: { BOOL: true } } } }));
  await here.put('orders', order(11));
  await here.remove('orders', { id: { S: 'order-11' } });
  await here.pass(hour);
  return { full, window: await here.exportWindow('orders', full, how) };
}

async function imported(full: Exported, windows: Exported[], target: object = {}): Promise<Record<string, unknown>> {
  here.send({
    source: {
      bucket: 'archive',
      export: full.folder,
      ...(windows[0] && { increments: windows.map((one) => one.folder) }),
    },
    target: { tableName: 'orders-again', ...target },
    reason: 'a test',
  });
  await here.untilEnded();
  expect(here.thrown).toEqual([]);
  expect(here.factsOf('Import Failed')).toEqual([]);
  return here.factsOf('Import Completed')[0]?.detail ?? {};
}

describe.each<How['format']>(['DYNAMODB_JSON', 'ION'])('of %s', (format) => {
  test('every type of attribute comes back as it was, from the full export and from a window', async () => {
    here = await importHere();
    await makeOrders(here);
    const { full, window } = await fullAndWindow({ format: format ?? 'DYNAMODB_JSON' });
    const { items, itemsExpected } = await imported(full, [window]);
    expect(await here.items('orders-again')).toEqual(await here.items('orders'));
    expect({ items, itemsExpected }).toEqual({ items: 10, itemsExpected: 10 });
  });
});

test('a full export alone is the table as it was then', async () => {
  here = await importHere();
  await makeOrders(here);
  const { full } = await fullAndWindow();
  expect(await imported(full, [])).toMatchObject({ items: 10, itemsExpected: 10, windows: 0 });
  expect(await here.items('orders-again')).toContain('{"id":{"S":"order-1"},"n":{"N":"1"}}');
});

test('windows without old images do not tell new items from changed ones: no number is expected', async () => {
  here = await importHere();
  await makeOrders(here);
  const { full, window } = await fullAndWindow({ view: 'NEW_IMAGE' });
  const detail = await imported(full, [window]);
  expect(detail).toMatchObject({ items: 10, isAsExpected: true });
  expect(detail).not.toHaveProperty('itemsExpected');
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
});

test('to another Region', async () => {
  here = await importHere();
  await makeOrders(here);
  const { full, window } = await fullAndWindow();
  await imported(full, [window], { region: ireland.region });
  expect(await here.items('orders-again', ireland)).toEqual(await here.items('orders'));
});

test('windows that end after `until` are left out', async () => {
  here = await importHere();
  await makeOrders(here);
  const { full, window } = await fullAndWindow();
  const then = await here.items('orders');
  await here.remove('orders', { id: { S: 'order-5' } });
  await here.pass(hour);
  const later = await here.exportWindow('orders', window);
  here.send({
    source: {
      bucket: 'archive',
      export: full.folder,
      increments: [later.folder, window.folder],
      until: new Date(later.until - 1000).toISOString(),
    },
    target: { tableName: 'orders-again' },
    reason: 'a test',
  });
  await here.untilEnded();
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({
    windows: 1,
    until: new Date(window.until).toISOString(),
  });
  expect(await here.items('orders-again')).toEqual(then);
});

test('a table with local indexes is created and filled by writes, windows too', async () => {
  here = await importHere();
  await makeOrders(here, sorted);
  const item = (id: number, at: number, name = `n${at}`) => ({
    ...{ id: { S: `a${id}` }, at: { N: String(at) }, name: { S: name } },
    more: { B: 'AAEC' },
  });
  for (let at = 0; at < 150; at++) await here.put('orders', item(at % 3, at));
  await here.pass(1000);
  const full = await here.exportFull('orders');
  await here.put('orders', item(0, 0, 'changed'));
  await here.remove('orders', { id: { S: 'a1' }, at: { N: '1' } });
  await here.pass(hour);
  const window = await here.exportWindow('orders', full);
  expect(await imported(full, [window])).toMatchObject({
    items: 149,
    itemsExpected: 149,
    applied: { put: 1, deleted: 1 },
  });
  expect(here.calls).not.toContain('ImportTable');
  expect(await here.items('orders-again')).toEqual(await here.items('orders'));
  const { Table } = await here.done(
    here.call<{ Table: { LocalSecondaryIndexes: { IndexName: string }[] } }>('DescribeTable', {
      TableName: 'orders-again',
    }),
  );
  expect(Table.LocalSecondaryIndexes.map(({ IndexName }) => IndexName)).toEqual(['by-name']);
});

test('large items go in requests of less than the 16 MB that DynamoDB takes', { timeout: 60_000 }, async () => {
  here = await importHere();
  await makeOrders(here, sorted);
  // On the wire an item is seven times as large as in the table, and three times as large as in Ion.
  const flags = { L: Array.from({ length: 50_000 }, () => ({ BOOL: true })) };
  const item = (at: number) => ({ id: { S: 'a' }, at: { N: String(at) }, name: { S: 'n' }, flags });
  for (let at = 0; at < 26; at++) await here.put('orders', item(at) as never);
  await here.pass(1000);
  const full = await here.exportFull('orders', { format: 'ION' });
  here.calls.length = 0;
  here.send({
    source: { bucket: 'archive', export: full.folder },
    target: { tableName: 'orders-again' },
    reason: 'a test',
  });
  await here.untilEnded(1, 600_000);
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({ items: 26, isAsExpected: true });
  expect(here.calls.filter((call) => call === 'BatchWriteItem').length).toBeLessThan(6);
});

test('what the request says of the structure wins, and a table that is gone comes back by it', async () => {
  here = await importHere();
  await makeOrders(here);
  const { full, window } = await fullAndWindow();
  const then = await here.items('orders');
  await here.done(here.call('DeleteTable', { TableName: 'orders' }));
  await here.pass(60_000);
  const detail = await imported(full, [window], {
    tableName: 'orders',
    partitionKey: { name: 'id', type: 'S' },
    globalSecondaryIndexes: [{ name: 'by-n', partitionKey: { name: 'n', type: 'N' }, projection: 'KEYS_ONLY' }],
    billingMode: 'PROVISIONED',
    provisionedThroughput: { read: 50, write: 20 },
    deletionProtection: true,
    tags: { team: 'shop' },
    pointInTimeRecovery: true,
    timeToLive: { attribute: 'expires' },
    tableClass: 'STANDARD_INFREQUENT_ACCESS',
  });
  expect(detail.settingsPutBack).toEqual([
    'deletionProtection',
    'tags',
    'pointInTimeRecovery',
    'tableClass',
    'timeToLive',
  ]);
  expect(await here.items('orders')).toEqual(then);
  const { Table } = await here.done(here.call<{ Table: object }>('DescribeTable', { TableName: 'orders' }));
  expect(Table).toMatchObject({
    ProvisionedThroughput: { ReadCapacityUnits: 50, WriteCapacityUnits: 20 },
    GlobalSecondaryIndexes: [{ IndexName: 'by-n', ProvisionedThroughput: { ReadCapacityUnits: 50 } }],
    DeletionProtectionEnabled: true,
    TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
  });
});

test('a table with the key that AWS manages has it again, and one with a customer’s key that one', async () => {
  here = await importHere();
  const key = await here.done(
    here.aws.core.call({
      ...{ service: 'kms', operation: 'CreateKey', input: {}, caller: here.iam.caller(ireland.account) },
      ...{ account: ireland.account, region: 'us-east-1' },
    }) as Promise<{ KeyMetadata: { Arn: string } }>,
  );
  const keyed = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: key.KeyMetadata.Arn };
  for (const [name, SSESpecification] of Object.entries({ managed: { Enabled: true }, keyed })) {
    await makeOrders(here, { SSESpecification }, name);
    await here.put(name, order(1));
    await here.pass(1000);
    const { folder } = await here.exportFull(name);
    const target = { tableName: `${name}-again` };
    const answer = await here.invoke({ source: { bucket: 'archive', export: folder }, target, reason: 'a test' });
    expect(answer.mistakes).toBeUndefined();
  }
  await here.untilEnded(2);
  const keyOf = async (TableName: string) =>
    (
      await here.done(
        here.call<{ Table: { SSEDescription: { KMSMasterKeyArn: string } } }>('DescribeTable', { TableName }),
      )
    ).Table.SSEDescription.KMSMasterKeyArn;
  expect(await keyOf('managed-again')).toBe(await keyOf('managed'));
  expect(await keyOf('keyed-again')).toBe(key.KeyMetadata.Arn);
  const importsOf = here.factsOf('Import Completed').map(({ detail }) => detail.table);
  expect(importsOf.toSorted()).toEqual(['keyed-again', 'managed-again']);
});

test('while others use all of AWS’s places for imports it asks again, and an answer that is lost makes no second table', async () => {
  here = await importHere({ dynamodb: { simultaneousImports: 1 } });
  await makeOrders(here);
  const { full, window } = await fullAndWindow();
  const S3BucketSource = { S3Bucket: 'archive', S3KeyPrefix: `${full.folder}/data/` };
  const keys = {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  const TableCreationParameters = { TableName: 'theirs', BillingMode: 'PAY_PER_REQUEST', ...keys };
  await here.done(
    here.call('ImportTable', {
      S3BucketSource,
      InputFormat: 'DYNAMODB_JSON',
      InputCompressionType: 'GZIP',
      TableCreationParameters,
    }),
  );
  let lost = 0;
  here.aws.intercept(async (call, perform) => {
    const answer = await perform();
    if (call.operation !== 'ImportTable' || lost > 0) return answer;
    lost++;
    throw new AwsError('InternalServerError', 'The answer is lost.', 500);
  });
  expect(await imported(full, [window])).toMatchObject({ isAsExpected: true });
  expect(lost).toBe(1);
  expect(here.calls.filter((call) => call === 'ImportTable').length).toBeGreaterThan(2);
});

test('an item that is no item of the new table makes AWS give up: the table stays and is named', async () => {
  here = await importHere();
  await makeOrders(here);
  const { full } = await fullAndWindow();
  here.send({
    source: { bucket: 'archive', export: full.folder },
    target: { tableName: 'orders-again', partitionKey: { name: 'text', type: 'S' } },
    reason: 'a test',
  });
  await here.untilEnded();
  const [failed] = here.factsOf('Import Failed');
  expect(failed?.detail).toMatchObject({
    code: 'ItemValidationError',
    mistakes: [{ field: 'target', remedy: expect.stringContaining('/aws-dynamodb/imports') }],
    leftBehind: expect.stringMatching(
      /^The table orders-again \(.*\) in 123456789012\/us-east-1 stays, unfinished: delete it and ask again\.$/,
    ),
  });
});
