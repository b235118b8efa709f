import { expect, test } from 'vitest';
import { type Local, makeTable, refused, startLocal, tableInput } from './dynamodb-local.ts';

const key = (id: string) => ({ id: { S: id } });

type Answer = { Items?: Record<string, { N?: string }>[]; LastEvaluatedKey?: object };
const send = ({ client }: Local, operation: string, input: object): Promise<Answer> =>
  (client as unknown as Record<string, (input: object) => Promise<Answer>>)[operation]?.(input) ?? Promise.resolve({});

test.each(['updateItem', 'putItem', 'deleteItem'] as const)(
  '%s with a condition that fails shows the item it saw, if asked for',
  async (operation) => {
    const local = startLocal();
    await makeTable(local, 'orders');
    await local.client.putItem({ TableName: 'orders', Item: { ...key('a'), n: { N: '1' } } });
    const write = (options: object): Promise<unknown> =>
      send(local, operation, {
        TableName: 'orders',
        ...(operation === 'putItem' ? { Item: key('a') } : { Key: key('a') }),
        ConditionExpression: 'attribute_not_exists(id)',
        ...options,
      });
    const ALL_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    await expect(write(ALL_OLD)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { ...key('a'), n: { N: '1' } },
    });
    const silent = await write({}).catch((error: { Item?: unknown }) => error.Item);
    expect(silent).toBeUndefined();
    const absent = await write({
      ...(operation === 'putItem' ? { Item: key('none') } : { Key: key('none') }),
      ConditionExpression: 'attribute_exists(id)',
      ...ALL_OLD,
    }).catch((error: { name: string; Item?: unknown }) => [error.name, error.Item]);
    expect(absent).toEqual(['ConditionalCheckFailedException', undefined]);
    await refused(write({ ReturnValuesOnConditionCheckFailure: 'SOME' }), 'ValidationException');
  },
);

test('of many conditional updates at once exactly one wins, and every loser sees the winner', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      local.client
        .updateItem({
          TableName: 'orders',
          Key: key('lock'),
          UpdateExpression: 'SET holder = :me',
          ConditionExpression: 'attribute_not_exists(holder)',
          ExpressionAttributeValues: { ':me': { N: String(index) } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        })
        .then(() => `won by ${index}`)
        .catch((error: { Item?: { holder?: { N?: string } } }) => `lost to ${error.Item?.holder?.N}`),
    ),
  );
  const winner = outcomes.find((outcome) => outcome.startsWith('won'))?.slice(7);
  expect(outcomes.filter((outcome) => outcome === `won by ${winner}`)).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === `lost to ${winner}`)).toHaveLength(39);
});

test('pages of Query and Scan give every item once, forwards and backwards', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
  });
  const numbers = Array.from({ length: 600 }, (_, index) => index - 300);
  for (const at of numbers) {
    await local.client.putItem({ TableName: 'orders', Item: { ...key('a'), at: { N: String(at) } } });
  }
  const walk = async (search: 'query' | 'scan', options: object) => {
    const seen: number[] = [];
    let ExclusiveStartKey: object | undefined;
    do {
      const input = { TableName: 'orders', Limit: 37, ExclusiveStartKey, ...options };
      const page = await send(local, search, input);
      seen.push(...(page.Items ?? []).map(({ at }) => Number(at?.N)));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return seen;
  };
  const ofA = { KeyConditionExpression: 'id = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } };
  expect(await walk('query', ofA)).toEqual(numbers);
  expect(await walk('query', { ...ofA, ScanIndexForward: false })).toEqual(numbers.toReversed());
  expect((await walk('scan', {})).sort((a, b) => a - b)).toEqual(numbers);
  const window = {
    KeyConditionExpression: 'id = :a AND #at BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#at': 'at' },
  };
  const ExpressionAttributeValues = { ':a': { S: 'a' }, ':from': { N: '-2' }, ':to': { N: '1' } };
  expect(await walk('query', { ...window, ExpressionAttributeValues })).toEqual([-2, -1, 0, 1]);
});

test('batches write and read, in the order asked for, also by ARN', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const { Table } = await local.client.describeTable({ TableName: 'orders' });
  const arn = Table?.TableArn ?? '';
  const ids = Array.from({ length: 25 }, (_, index) => `item-${index}`);
  const written = await local.client.batchWriteItem({
    RequestItems: { [arn]: ids.map((id) => ({ PutRequest: { Item: key(id) } })) },
  });
  expect(written.UnprocessedItems).toEqual({});
  const { Responses, UnprocessedKeys } = await local.client.batchGetItem({
    RequestItems: { orders: { Keys: [...ids, 'none'].map(key) } },
  });
  expect(Responses?.orders?.map(({ id }) => id?.S)).toEqual(ids);
  expect(UnprocessedKeys).toEqual({});
  expect((await local.client.getItem({ TableName: arn, Key: key('item-3') })).Item).toEqual(key('item-3'));
});

test("another account's table is refused, another Region's is the wrong Region", async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const get = (TableName: string) => local.client.getItem({ TableName, Key: key('a') });
  await refused(get('arn:aws:dynamodb:us-east-1:210987654321:table/orders'), 'AccessDeniedException');
  await refused(get('arn:aws:dynamodb:eu-west-1:123456789012:table/orders'), 'ValidationException');
});

test('a table that is being made has no items yet; one that is being deleted still takes them', async () => {
  const local = startLocal();
  await local.client.createTable(tableInput('orders'));
  const put = () => local.client.putItem({ TableName: 'orders', Item: key('a') });
  await refused(put(), 'ResourceNotFoundException', 'Requested resource not found');
  await local.pass(10_000);
  await local.client.deleteTable({ TableName: 'orders' });
  await put();
  await local.pass(10_000);
  await refused(put(), 'ResourceNotFoundException', 'Requested resource not found');
});

test('counts and sizes follow what is written over and deleted', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const described = async () => (await local.client.describeTable({ TableName: 'orders' })).Table;
  await local.client.putItem({ TableName: 'orders', Item: { ...key('a'), text: { S: 'x'.repeat(100) } } });
  await local.client.putItem({ TableName: 'orders', Item: key('b') });
  expect(await described()).toMatchObject({ ItemCount: 2, TableSizeBytes: 3 + 104 + 3 });
  await local.client.putItem({ TableName: 'orders', Item: key('a') });
  expect(await described()).toMatchObject({ ItemCount: 2, TableSizeBytes: 6 });
  await local.client.deleteItem({ TableName: 'orders', Key: key('a') });
  expect(await described()).toMatchObject({ ItemCount: 1, TableSizeBytes: 3 });
});

test('what an item must be is said in the words of DynamoDB', async () => {
  const local = startLocal();
  await makeTable(local, 'orders');
  const empty = local.client.putItem({ TableName: 'orders', Item: { id: { S: '' } } });
  await expect(empty).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(
      'The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    ),
  });
  const large = local.client.putItem({
    TableName: 'orders',
    Item: { ...key('a'), text: { S: 'x'.repeat(400 * 1024) } },
  });
  await refused(large, 'ValidationException', 'Item size has exceeded the maximum allowed size');
});

test('consumed capacity counts the indexes that a write changes, and only those', async () => {
  const local = startLocal();
  await makeTable(local, 'orders', {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'team', AttributeType: 'S' },
      { AttributeName: 'due', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-team',
        KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'by-due',
        KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  const put = async (id: string, Item: object, ReturnConsumedCapacity: 'TOTAL' | 'INDEXES') =>
    (await local.client.putItem({ TableName: 'orders', Item: { ...key(id), ...Item }, ReturnConsumedCapacity }))
      .ConsumedCapacity;
  const units = async (Item: object) => (await put('a', Item, 'TOTAL'))?.CapacityUnits;
  expect(await units({})).toBe(1);
  expect(await units({ team: { S: 'a' } })).toBe(2);
  expect(await units({ team: { S: 'a' }, text: { S: 'not projected' } })).toBe(1);
  expect(await units({ team: { S: 'b' } })).toBe(3);
  expect(await units({ team: { S: 'b' }, due: { N: '1' } })).toBe(2);
  expect(await units({ team: { S: 'b' }, due: { N: '1' }, text: { S: 'x'.repeat(2048) } })).toBe(6);
  expect(await units({})).toBe(3 + 1 + 3);
  expect(await put('b', { team: { S: 'a' } }, 'INDEXES')).toEqual({
    TableName: 'orders',
    CapacityUnits: 2,
    Table: { CapacityUnits: 1 },
    GlobalSecondaryIndexes: { 'by-team': { CapacityUnits: 1 } },
  });
  const { ConsumedCapacity } = await local.client.batchWriteItem({
    RequestItems: {
      orders: [{ PutRequest: { Item: { ...key('c'), team: { S: 'a' } } } }, { DeleteRequest: { Key: key('b') } }],
    },
    ReturnConsumedCapacity: 'TOTAL',
  });
  expect(ConsumedCapacity).toEqual([{ TableName: 'orders', CapacityUnits: 4 }]);
});
