import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect } from 'vitest';
import { dynamodb, patience } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { rule } from './rule.ts';

let table: string;
beforeAll(async () => {
  table = (await makeTable()).name;
}, patience.testMs);

const key = (id: string) => ({ id: { S: id } });
const put = (id: string, more: object = {}): TransactWriteItem => ({
  Put: { TableName: table, Item: key(id), ...more },
});
const isNew = { ConditionExpression: 'attribute_not_exists(id)' };
const write = (...TransactItems: TransactWriteItem[]) => dynamodb.transactWriteItems({ TransactItems });
const read = async (id: string) =>
  (await dynamodb.getItem({ TableName: table, Key: key(id), ConsistentRead: true })).Item;
const set = (id: string, n: string): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: key(id),
    UpdateExpression: 'SET n = :n',
    ExpressionAttributeValues: { ':n': { N: n } },
  },
});

rule('a transaction puts, updates, deletes and checks at once', async () => {
  await write(put('deleted'), put('checked'));
  await write(
    put('made'),
    set('updated', '7'),
    { Delete: { TableName: table, Key: key('deleted') } },
    { ConditionCheck: { TableName: table, Key: key('checked'), ConditionExpression: 'attribute_exists(id)' } },
  );
  const found = await Promise.all(['made', 'updated', 'deleted', 'checked'].map(read));
  expect(found).toEqual([key('made'), { ...key('updated'), n: { N: '7' } }, undefined, key('checked')]);
});

rule('one condition that does not hold leaves all as it was, and each part has its reason', async () => {
  await write(put('taken'));
  const refused = write(put('never'), put('taken', { ...isNew, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
  await expect(refused).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
    CancellationReasons: [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: key('taken') },
    ],
  });
  expect(await read('never')).toBeUndefined();
});

rule('an update that cannot be done is a ValidationError among the reasons', async () => {
  await write(put('text', { Item: { ...key('text'), n: { S: 'one' } } }));
  const add: TransactWriteItem = {
    Update: {
      TableName: table,
      Key: key('text'),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  };
  await expect(write(put('neither'), add)).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [
      { Code: 'None' },
      {
        Code: 'ValidationError',
        Message: 'An operand in the update expression has an incorrect data type',
      },
    ],
  });
  expect(await read('neither')).toBeUndefined();
});

rule(
  'a key of another type is a ValidationError among the reasons, an empty one refuses the whole transaction',
  async () => {
    const get = (id: object) => ({
      ConditionCheck: { TableName: table, Key: { id }, ConditionExpression: 'attribute_exists(id)' },
    });
    await expect(write(get({ N: '5' }) as TransactWriteItem)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ValidationError', Message: 'The provided key element does not match the schema' }],
    });
    await expect(write(get({ S: '' }) as TransactWriteItem)).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    });
  },
);

rule('the items of a transaction have 4 MB at most', async () => {
  const large = Array.from({ length: 12 }, (_, index) => {
    const id = `large-${index}`;
    return put(id, { Item: { ...key(id), text: { S: 'x'.repeat(350_000) } } });
  });
  await write(...large.slice(1));
  await expect(write(...large)).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('an item has one part of a transaction at most', async () => {
  await expect(write(put('twice'), set('twice', '1'))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Transaction request cannot include multiple operations on one item',
  });
});

rule('a part says one thing to do', async () => {
  await expect(write({ ...put('both'), ...set('both', '1') })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'TransactItems can only contain one of Check, Put, Update or Delete',
  });
});

rule('a transaction has 100 parts at most', async () => {
  const many = Array.from({ length: 101 }, (_, index) => put(`many-${index}`));
  await expect(write(...many)).rejects.toMatchObject({ name: 'ValidationException' });
  await write(...many.slice(1));
});

rule('a transaction of a table that does not exist is a ResourceNotFoundException', async () => {
  await expect(write(put('lost', { TableName: newName() }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

rule('a transaction is done once under its token, which is good for no other', async () => {
  const ClientRequestToken = newName().slice(-36);
  const count = (by: string) => ({
    ClientRequestToken,
    TransactItems: [
      {
        Update: {
          TableName: table,
          Key: key('counted'),
          UpdateExpression: 'ADD n :by',
          ExpressionAttributeValues: { ':by': { N: by } },
        },
      },
    ],
  });
  await dynamodb.transactWriteItems(count('1'));
  await dynamodb.transactWriteItems(count('1'));
  expect((await read('counted'))?.n).toEqual({ N: '1' });
  await expect(dynamodb.transactWriteItems(count('2'))).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});

rule('TransactGetItems answers in the order asked for, with nothing for what is not there', async () => {
  await write(put('first', { Item: { ...key('first'), n: { N: '1' } } }), put('third'));
  const TransactItems = ['third', 'absent', 'first'].map((id) => ({
    Get: { TableName: table, Key: key(id), ProjectionExpression: 'id' },
  }));
  const { Responses } = await dynamodb.transactGetItems({ TransactItems });
  expect(Responses).toEqual([{ Item: key('third') }, {}, { Item: key('first') }]);
});

rule('a transaction costs twice what its parts would', async () => {
  const written = await dynamodb.transactWriteItems({
    TransactItems: [put('dear'), put('dearer', { Item: { ...key('dearer'), text: { S: 'x'.repeat(1500) } } })],
    ReturnConsumedCapacity: 'TOTAL',
  });
  expect(written.ConsumedCapacity).toEqual([
    expect.objectContaining({ TableName: table, CapacityUnits: 6, WriteCapacityUnits: 6 }),
  ]);
  const TransactItems = ['dear', 'dearer'].map((id) => ({ Get: { TableName: table, Key: key(id) } }));
  const seen = await dynamodb.transactGetItems({ TransactItems, ReturnConsumedCapacity: 'TOTAL' });
  expect(seen.ConsumedCapacity).toEqual([
    expect.objectContaining({ TableName: table, CapacityUnits: 4, ReadCapacityUnits: 4 }),
  ]);
});
