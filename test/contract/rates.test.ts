import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentedRates } from '../../local/dynamodb/quotas.ts';
import { config, where } from './endpoint.ts';
import { startLocal } from './local.ts';

/** Only local/ is asked for more than AWS allows: AWS has other users, and moto no rates. */
describe.skipIf(where !== 'local')('rates', () => {
  let local: Awaited<ReturnType<typeof startLocal>>;
  let dynamodb: DynamoDB;
  const table = 'orders';

  beforeEach(async () => {
    local = await startLocal();
    dynamodb = new DynamoDB({ ...config, endpoint: local.url, maxAttempts: 1 });
    await dynamodb.createTable({
      TableName: table,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  });
  afterEach(() => local.close());

  /** All calls at once; the names of the errors, and how long it took. */
  async function burst(count: number, call: () => Promise<unknown>): Promise<{ names: string[]; tookMs: number }> {
    const startedAt = performance.now();
    const results = await Promise.allSettled(Array.from({ length: count }, call));
    const names = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason.name)] : []));
    return { names, tookMs: performance.now() - startedAt };
  }

  test('a burst is let through up to the bucket and then refused', async () => {
    local.aws.dynamodb.setRate('ListBackups', { perSecond: 0.001, burst: 5 });
    const { names } = await burst(12, () => dynamodb.listBackups({}));
    expect(names).toEqual(Array(7).fill('ThrottlingException'));
    expect(local.aws.dynamodb.counters().ListBackups).toEqual({ accepted: 5, throttled: 7 });
  });

  test('CreateBackup over its rate is a LimitExceededException that says so', async () => {
    local.aws.dynamodb.setRate('CreateBackup', { perSecond: 50, burst: 0, refusal: 'LimitExceededException' });
    await expect(dynamodb.createBackup({ TableName: table, BackupName: 'abc' })).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: expect.stringMatching(/50 CreateBackup .*per second/),
    });
  });

  test('the bucket fills again at its rate, and no fuller than it was', async () => {
    local.aws.dynamodb.setRate('ListBackups', { perSecond: 10, burst: 5 });
    await burst(20, () => dynamodb.listBackups({}));
    await pause(700);
    const { names, tookMs } = await burst(20, () => dynamodb.listBackups({}));
    expect(20 - names.length).toBeGreaterThanOrEqual(5);
    expect(20 - names.length).toBeLessThanOrEqual(5 + (tookMs / 1000) * 10 + 1);
  });

  test('rates are those of an account and a Region', async () => {
    local.aws.dynamodb.setRate('ListBackups', { perSecond: 0.001, burst: 1 });
    const inRegion = (region: string, key: string) =>
      new DynamoDB({
        ...config,
        endpoint: local.url,
        region,
        credentials: { accessKeyId: key, secretAccessKey: 'x' },
        maxAttempts: 1,
      });
    const here = inRegion('us-east-1', '111111111111');
    await here.listBackups({});
    await expect(here.listBackups({})).rejects.toMatchObject({ name: 'ThrottlingException' });
    await inRegion('eu-central-1', '111111111111').listBackups({});
    await inRegion('us-east-1', '222222222222').listBackups({});
  });

  test.each([
    ['CreateBackup', 50],
    ['DeleteBackup', 10],
    ['DescribeBackup', 10],
    ['DescribeContinuousBackups', 10],
    ['ListBackups', 5],
    ['ListTagsOfResource', 10],
    ['TagResource', 5],
    ['DescribeTable', 2500],
  ])('%s is let through %i times a second when nothing else is set', (operation, perSecond) => {
    expect(documentedRates[operation]?.perSecond).toBe(perSecond);
  });
});
