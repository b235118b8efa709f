import { expect, test } from 'vitest';
import { findGoneTables } from '../../shared/retention/gone.ts';
import type { Backup } from '../../shared/run.ts';
import type { DynamoDb, World } from '../../shared/world.ts';

const of = { target: { account: '123456789012', region: 'us-east-1' }, plan: 'nightly' };
const backup: Backup = {
  ...{ ...of, stamp: '20260131T020000Z', tableId: 'table-1', tableName: 'orders' },
  ...{ state: 'AVAILABLE', attempt: 1 },
};

/** Which tables are gone, when AWS lists orders and answers so when it is described. */
async function goneWhen(describe: () => Promise<unknown>): Promise<string[]> {
  const dynamodb: Partial<DynamoDb> = {
    listTables: async () => ({ names: ['orders'] }),
    describeTable: describe as DynamoDb['describeTable'],
  };
  const catalog = { async *query() {} };
  const gone = await findGoneTables({ dynamodb: () => dynamodb, catalog } as unknown as World, of, [backup], 1);
  return [...gone.keys()];
}

const refused = (name: string) => () => Promise.reject(Object.assign(new Error(name), { name }));

test('a table is gone when AWS knows none of the name, or one with another id', async () => {
  expect(await goneWhen(async () => ({ id: 'table-1' }))).toEqual([]);
  expect(await goneWhen(async () => ({ id: 'table-2' }))).toEqual(['table-1']);
  expect(await goneWhen(refused('ResourceNotFoundException'))).toEqual(['table-1']);
});

test('a table that may not be described, or not at the moment, is not taken for gone', async () => {
  expect(await goneWhen(refused('AccessDeniedException'))).toEqual([]);
  await expect(goneWhen(refused('InternalServerError'))).rejects.toThrow('InternalServerError');
  await expect(goneWhen(refused('ThrottlingException'))).rejects.toThrow('ThrottlingException');
});
