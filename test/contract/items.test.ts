import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect } from 'vitest';
import { dynamodb, patience } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { rule } from './rule.ts';

let table: string;
beforeAll(async () => {
  table = (await makeTable()).name;
}, patience.testMs);

const update = (id: string, more: Partial<UpdateItemCommandInput> = {}) =>
  dynamodb.updateItem({
    TableName: table,
    Key: { id: { S: id } },
    UpdateExpression: 'SET #n = if_not_exists(#n, :zero) + :one',
    ExpressionAttributeNames: { '#n': 'n' },
    ExpressionAttributeValues: { ':zero': { N: '0' }, ':one': { N: '1' } },
    ...more,
  });

rule('UpdateItem makes the item that is not there', async () => {
  const { Attributes } = await update('new', { ReturnValues: 'ALL_NEW' });
  expect(Attributes).toEqual({ id: { S: 'new' }, n: { N: '1' } });
});

rule('an update whose condition does not hold changes nothing', async () => {
  await update('guarded');
  await expect(update('guarded', { ConditionExpression: 'attribute_not_exists(id)' })).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
  });
  const { Item } = await dynamodb.getItem({ TableName: table, Key: { id: { S: 'guarded' } }, ConsistentRead: true });
  expect(Item?.n).toEqual({ N: '1' });
});

rule('a refused update shows the item as it is when ReturnValuesOnConditionCheckFailure asks for it', async () => {
  await update('shown');
  await expect(
    update('shown', {
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  ).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: { id: { S: 'shown' }, n: { N: '1' } },
  });
});

rule('a refused update shows no item when none is asked for', async () => {
  await update('hidden');
  const refused = update('hidden', { ConditionExpression: 'attribute_not_exists(id)' }).catch((error) => error);
  expect((await refused).Item).toBeUndefined();
});

rule('a refused update of an item that is not there shows none', async () => {
  const refused = update('absent', {
    ConditionExpression: 'attribute_exists(id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }).catch((error) => error);
  expect(await refused).toMatchObject({ name: 'ConditionalCheckFailedException' });
  expect((await refused).Item).toBeUndefined();
});

rule('items of a table that does not exist are a ResourceNotFoundException', async () => {
  await expect(update('any', { TableName: newName() })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found',
  });
});

const nested = (levels: number): AttributeValue =>
  levels === 1 ? { S: 'leaf' } : { M: { inner: nested(levels - 1) } };

rule('a value has 32 levels at most', async () => {
  await dynamodb.putItem({ TableName: table, Item: { id: { S: 'deep' }, value: nested(32) } });
  await expect(
    dynamodb.putItem({ TableName: table, Item: { id: { S: 'deeper' }, value: nested(33) } }),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Nesting Levels have exceeded supported limits'),
  });
});

rule('an expression has 4096 bytes at most', async () => {
  const long = (bytes: number) => 'attribute_exists(id)'.padEnd(bytes);
  await dynamodb.scan({ TableName: table, FilterExpression: long(4096) });
  await expect(dynamodb.scan({ TableName: table, FilterExpression: long(4097) })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4097',
  });
});

rule('a key that is empty is refused', async () => {
  await expect(dynamodb.getItem({ TableName: table, Key: { id: { S: '' } } })).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
  });
});
