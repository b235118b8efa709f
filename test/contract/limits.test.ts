import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test } from 'vitest';
import type { Options } from '../../local/dynamodb/options.ts';
import { config, where } from './endpoint.ts';
import { startLocal } from './local.ts';
import { eventually } from './rule.ts';

/** What AWS does only now and then, or only with thousands of tables, is asked of local/ alone. */
describe.skipIf(where !== 'local')('limits', () => {
  const closes: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closes.splice(0)) await close();
  });

  async function client(options: Options): Promise<DynamoDB> {
    const { url, close } = await startLocal(options);
    closes.push(close);
    return new DynamoDB({ ...config, endpoint: url, maxAttempts: 1 });
  }

  const createTable = (dynamodb: DynamoDB, TableName: string) =>
    dynamodb.createTable({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });

  const whenActive = (dynamodb: DynamoDB, TableName: string) =>
    eventually(
      () => dynamodb.describeTable({ TableName }),
      (seen) => seen.Table?.TableStatus === 'ACTIVE',
    );

  test('a table that is only just ACTIVE is not backed up yet, and a moment later it is', async () => {
    const dynamodb = await client({ createTableMs: 10, continuousBackupsMs: 600 });
    await createTable(dynamodb, 'orders');
    await whenActive(dynamodb, 'orders');
    const createBackup = () => dynamodb.createBackup({ TableName: 'orders', BackupName: 'first' });
    await expect(createBackup()).rejects.toMatchObject({ name: 'ContinuousBackupsUnavailableException' });
    const { BackupDetails } = await eventually(createBackup, () => true);
    expect(BackupDetails?.BackupStatus).toBe('CREATING');
  });

  test('more tables in the making than AWS allows are a LimitExceededException of the subscriber', async () => {
    const dynamodb = await client({ createTableMs: 60_000, simultaneousTableOperations: 2 });
    await createTable(dynamodb, 'first');
    await createTable(dynamodb, 'second');
    await expect(createTable(dynamodb, 'third')).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: expect.stringContaining('Subscriber limit exceeded: Only 2 tables can be created, updated, or deleted'),
    });
  });

  test('more tables than an account may have are a LimitExceededException', async () => {
    const dynamodb = await client({ createTableMs: 10, tables: 1 });
    await createTable(dynamodb, 'first');
    await whenActive(dynamodb, 'first');
    await expect(createTable(dynamodb, 'second')).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: expect.stringContaining('There is a limit of 1 tables per subscriber'),
    });
  });

  test('a backup may stay CREATING for ever, or vanish: there is no FAILED', async () => {
    const dynamodb = await client({
      createTableMs: 10,
      backupMs: () => 50,
      backupFate: ({ backupName }) => (backupName === 'stuck' ? 'stuck' : 'vanishes'),
    });
    await createTable(dynamodb, 'orders');
    await whenActive(dynamodb, 'orders');
    const create = async (BackupName: string) =>
      (await dynamodb.createBackup({ TableName: 'orders', BackupName })).BackupDetails?.BackupArn;
    const [stuck, vanished] = [await create('stuck'), await create('vanished')];
    await eventually(
      () => dynamodb.describeBackup({ BackupArn: vanished }).catch((error: Error) => error.name),
      (seen) => seen === 'BackupNotFoundException',
    );
    const { BackupDescription } = await dynamodb.describeBackup({ BackupArn: stuck });
    expect(BackupDescription?.BackupDetails?.BackupStatus).toBe('CREATING');
  });
});
