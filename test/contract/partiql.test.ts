import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { beforeAll, expect } from 'vitest';
import { dynamodb, patience } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { rule } from './rule.ts';

let table: string;
beforeAll(async () => {
  const attributes = ['team', 'pos', 'colour'].map((name) => ({
    AttributeName: name,
    AttributeType: name === 'pos' ? ('N' as const) : ('S' as const),
  }));
  table = (
    await makeTable({
      AttributeDefinitions: attributes,
      KeySchema: [
        { AttributeName: 'team', KeyType: 'HASH' },
        { AttributeName: 'pos', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-colour',
          KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    })
  ).name;
  for (const [pos, colour] of ['red', 'blue', 'red', 'green'].entries()) {
    const Item = {
      team: { S: 'a' },
      pos: { N: String(pos) },
      colour: { S: colour },
      on: { M: { top: { BOOL: true } } },
    };
    await dynamodb.putItem({ TableName: table, Item });
  }
}, patience.testMs);

const run = (statement: string, ...Parameters: AttributeValue[]) =>
  dynamodb.executeStatement({
    Statement: statement.replace('TABLE', `"${table}"`),
    ...(Parameters.length > 0 && { Parameters }),
  });
const positions = async (where: string, ...parameters: AttributeValue[]) =>
  ((await run(`SELECT * FROM TABLE ${where}`, ...parameters)).Items ?? []).map(({ pos }) => Number(pos?.N));

const found: [string, number[], AttributeValue[]?][] = [
  ["WHERE team = 'a'", [0, 1, 2, 3]],
  ["WHERE team = 'a' ORDER BY pos DESC", [3, 2, 1, 0]],
  ['WHERE team = ? AND pos = ?', [2], [{ S: 'a' }, { N: '2' }]],
  ["WHERE team = 'a' AND pos BETWEEN 1 AND 2", [1, 2]],
  ["WHERE team = 'a' AND pos >= 1 AND colour <> 'blue'", [2, 3]],
  ["WHERE team = 'a' AND (colour = 'blue' OR colour = 'green')", [1, 3]],
  ["WHERE team = 'a' AND colour IN ['red', 'green'] AND NOT pos = 0", [2, 3]],
  ["WHERE team = 'a' AND begins_with(colour, 're')", [0, 2]],
  ['WHERE team = \'a\' AND absent IS MISSING AND "on".top = true', [0, 1, 2, 3]],
  ["WHERE team = 'a' AND colour IS MISSING", []],
  ["WHERE team = 'b'", []],
];
for (const [where, expected, parameters = []] of found) {
  rule(`SELECT ${where} finds ${expected.length > 0 ? expected : 'nothing'}`, async () => {
    expect(await positions(where, ...parameters)).toEqual(expected);
  });
}

rule('SELECT reads an index, and the attributes that it names', async () => {
  const { Items } = await run(`SELECT pos FROM TABLE."by-colour" WHERE colour = 'blue'`);
  expect(Items).toEqual([{ pos: { N: '1' } }]);
});

rule('INSERT makes an item once', async () => {
  const insert = () => run(`INSERT INTO TABLE VALUE {'team': 'i', 'pos': 1, 'list': [1, 'two', null]}`);
  await insert();
  await expect(insert()).rejects.toMatchObject({
    name: 'DuplicateItemException',
    message: 'Duplicate primary key exists in table',
  });
  const { Items } = await run(`SELECT * FROM TABLE WHERE team = 'i' AND pos = 1`);
  expect(Items).toEqual([
    { team: { S: 'i' }, pos: { N: '1' }, list: { L: [{ N: '1' }, { S: 'two' }, { NULL: true }] } },
  ]);
});

rule('UPDATE changes an item that is there, and says what came of it when asked', async () => {
  await run(`INSERT INTO TABLE VALUE {'team': 'u', 'pos': 1, 'n': 1, 'gone': true}`);
  const { Items } = await run(
    `UPDATE TABLE SET n = n + 2 SET "name" = ? REMOVE gone WHERE team = 'u' AND pos = 1 RETURNING ALL NEW *`,
    { S: 'it' },
  );
  expect(Items).toEqual([{ team: { S: 'u' }, pos: { N: '1' }, n: { N: '3' }, name: { S: 'it' } }]);
  const refused = { name: 'ConditionalCheckFailedException' };
  await expect(run(`UPDATE TABLE SET n = 0 WHERE team = 'u' AND pos = 2`)).rejects.toMatchObject(refused);
  await expect(run(`UPDATE TABLE SET n = 0 WHERE team = 'u' AND pos = 1 AND n = 1`)).rejects.toMatchObject(refused);
});

rule('DELETE takes an item away', async () => {
  await run(`INSERT INTO TABLE VALUE {'team': 'd', 'pos': 1}`);
  await run(`DELETE FROM TABLE WHERE team = 'd' AND pos = 1`);
  expect(await positions(`WHERE team = 'd'`)).toEqual([]);
});

rule('what is changed is named by its whole key', async () => {
  await expect(run(`DELETE FROM TABLE WHERE team = 'd'`)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Where clause does not contain a mandatory equality on all key attributes'),
  });
});

rule('a statement that cannot be read, and a table that is not there, are refused', async () => {
  for (const unreadable of ['SELEKT * FROM TABLE', `SELECT * FROM TABLE WHERE ${'('.repeat(3000)}`]) {
    await expect(run(unreadable)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Statement wasn't well formed, can't be processed"),
    });
  }
  await expect(dynamodb.executeStatement({ Statement: `SELECT * FROM "${newName()}"` })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found',
  });
});

rule('pages follow each other by their token', async () => {
  const Statement = `SELECT * FROM "${table}" WHERE team = 'a'`;
  const first = await dynamodb.executeStatement({ Statement, Limit: 3 });
  const second = await dynamodb.executeStatement({ Statement, Limit: 3, NextToken: first.NextToken });
  expect([first.Items?.length, second.Items?.length, second.NextToken]).toEqual([3, 1, undefined]);
});

rule('of many statements each has its own answer', async () => {
  const { Responses } = await dynamodb.batchExecuteStatement({
    Statements: [
      { Statement: `SELECT * FROM "${table}" WHERE team = 'a' AND pos = ?`, Parameters: [{ N: '1' }] },
      { Statement: `SELECT * FROM "${table}" WHERE team = 'none' AND pos = 1` },
      { Statement: `INSERT INTO "${table}" VALUE {'team': 'a', 'pos': 1}` },
    ],
  });
  expect(Responses).toMatchObject([
    { TableName: table, Item: { colour: { S: 'blue' } } },
    { TableName: table },
    { Error: { Code: 'DuplicateItem' } },
  ]);
});
