import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { config, dynamodb } from './endpoint.ts';
import { createTable, dropTable, makeTable, newName, tableWithStatus } from './made.ts';
import { eventually, rule } from './rule.ts';

rule('a new table is CREATING first and ACTIVE later', async () => {
  const { TableName = '', TableStatus, TableId, TableArn } = await createTable();
  expect(TableStatus).toBe('CREATING');
  expect(TableArn).toMatch(new RegExp(`^arn:aws:dynamodb:[a-z0-9-]+:\\d{12}:table/${TableName}$`));
  expect(TableId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const active = await tableWithStatus(TableName, 'ACTIVE');
  expect(active.TableId).toBe(TableId);
});

rule('a table is described as it was made', async () => {
  const { name } = await makeTable({
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    DeletionProtectionEnabled: false,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
  });
  const { Table } = await dynamodb.describeTable({ TableName: name });
  expect(Table).toMatchObject({
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: false,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    ItemCount: 0,
  });
});

rule('a table is not made twice', async () => {
  const { name } = await makeTable();
  await expect(createTable({ TableName: name })).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: `Table already exists: ${name}`,
  });
});

for (const [what, name] of [
  ['2 characters', 'ab'],
  ['256 characters', 'a'.repeat(256)],
  ['a space', 'a b c'],
] as const) {
  rule(`a table's name with ${what} is refused`, async () => {
    await expect(createTable({ TableName: name })).rejects.toMatchObject({ name: 'ValidationException' });
  });
}

rule('a key that no attribute definition names is refused', async () => {
  const KeySchema = [{ AttributeName: 'other', KeyType: 'HASH' as const }];
  await expect(createTable({ KeySchema })).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('a table that does not exist is neither described nor deleted', async () => {
  const name = newName();
  const unknown = {
    name: 'ResourceNotFoundException',
    message: `Requested resource not found: Table: ${name} not found`,
  };
  await expect(dynamodb.describeTable({ TableName: name })).rejects.toMatchObject(unknown);
  await expect(dynamodb.deleteTable({ TableName: name })).rejects.toMatchObject(unknown);
});

rule('a deleted table is DELETING first and unknown later', async () => {
  const { name } = await makeTable();
  const { TableDescription } = await dynamodb.deleteTable({ TableName: name });
  expect(TableDescription?.TableStatus).toBe('DELETING');
  expect((await dynamodb.describeTable({ TableName: name })).Table?.TableStatus).toBe('DELETING');
  await eventually(
    () => dynamodb.describeTable({ TableName: name }).catch((error: Error) => error.name),
    (seen) => seen === 'ResourceNotFoundException',
  );
});

rule('a name that is used again has another TableId', async () => {
  const first = await makeTable();
  await dropTable(first.name);
  const second = await makeTable({ TableName: first.name });
  expect(second.arn).toBe(first.arn);
  expect(second.id).not.toBe(first.id);
});

rule('a protected table is not deleted until its protection is taken off', async () => {
  const { name } = await makeTable({ DeletionProtectionEnabled: true });
  try {
    await expect(dynamodb.deleteTable({ TableName: name })).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    });
  } finally {
    await dynamodb.updateTable({ TableName: name, DeletionProtectionEnabled: false });
    await tableWithStatus(name, 'ACTIVE');
  }
  expect((await dynamodb.describeTable({ TableName: name })).Table?.DeletionProtectionEnabled).toBe(false);
  await dropTable(name);
});

rule('a table can be protected after it was made', async () => {
  const { name } = await makeTable();
  await dynamodb.updateTable({ TableName: name, DeletionProtectionEnabled: true });
  expect((await tableWithStatus(name, 'ACTIVE')).DeletionProtectionEnabled).toBe(true);
  await dynamodb.updateTable({ TableName: name, DeletionProtectionEnabled: false });
});

rule('ListTables: page after page gives every table once', async () => {
  const made: string[] = [];
  for (let count = 0; count < 5; count++) made.push((await makeTable()).name);
  const seen: string[] = [];
  let start: string | undefined;
  do {
    const page = await dynamodb.listTables({
      Limit: 2,
      ...(start !== undefined && { ExclusiveStartTableName: start }),
    });
    expect(page.TableNames?.length).toBeLessThanOrEqual(2);
    seen.push(...(page.TableNames ?? []));
    start = page.LastEvaluatedTableName;
  } while (start !== undefined);
  expect(seen.filter((name) => made.includes(name)).sort()).toEqual(made.sort());
});

rule('ListTables: a page holds at most 100 names', async () => {
  await expect(dynamodb.listTables({ Limit: 101 })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(dynamodb.listTables({ Limit: 0 })).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('a table is there in its own Region only', async () => {
  const { name } = await makeTable();
  const region = config.region === 'eu-west-1' ? 'eu-north-1' : 'eu-west-1';
  const elsewhere = new DynamoDB({ ...config, region });
  await expect(elsewhere.describeTable({ TableName: name })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

rule('an index that includes attributes says which', async () => {
  const TableName = newName();
  const index = {
    IndexName: 'by-other',
    KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'INCLUDE' as const },
  };
  const AttributeDefinitions = ['id', 'other'].map((name) => ({ AttributeName: name, AttributeType: 'S' as const }));
  await expect(createTable({ TableName, AttributeDefinitions, GlobalSecondaryIndexes: [index] })).rejects.toMatchObject(
    { name: 'ValidationException' },
  );
});
