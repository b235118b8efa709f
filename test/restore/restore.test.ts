import { afterEach, describe, expect, test } from 'vitest';
import { type RestoreHere, type RestoreOptions, reason, restoreHere } from './here.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

async function start(options: RestoreOptions = {}): Promise<RestoreHere> {
  here = await restoreHere(options);
  return here;
}

async function withBackup(options: RestoreOptions = {}) {
  const aws = await start(options);
  await aws.createTable('orders', { Tags: [{ Key: 'team', Value: 'shop' }] });
  await aws.clock.run(aws.clock.now() + 10_000);
  await aws.putItems('orders', 5);
  const backupArn = await aws.backUp('orders');
  return { aws, backupArn };
}

const deleteTable = async (aws: RestoreHere, TableName: string) => {
  await aws.call('DeleteTable', { TableName });
  await aws.clock.run(aws.clock.now() + 10_000);
};

describe('a restore', () => {
  test('of a backup by its ARN brings a deleted table back and says so', async () => {
    const { aws, backupArn } = await withBackup();
    await deleteTable(aws, 'orders');
    const answer = await aws.ask({ source: { backupArn }, target: { tableName: 'orders' }, reason });
    expect(answer).toMatchObject({ state: 'RESTORING' });
    await aws.untilEnded();
    expect(aws.thrown).toEqual([]);
    expect(aws.factsOf('Restore Failed')).toEqual([]);
    const [completed] = aws.factsOf('Restore Completed');
    expect(completed?.detail).toMatchObject({ table: 'orders', verification: { isAsExpected: true } });
    const { Table } = await aws.call<{ Table: { TableStatus: string } }>('DescribeTable', { TableName: 'orders' });
    expect(Table.TableStatus).toBe('ACTIVE');
  });
});
