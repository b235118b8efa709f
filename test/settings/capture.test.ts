import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { captureSettings, unreadSettings } from '../../shared/settings/capture.ts';
import { readSettings } from '../../shared/settings/read.ts';
import { newestCapture, settingsWithHash } from '../../shared/settings/store.ts';
import {
  arnOf,
  fullTable,
  functionArn,
  type Here,
  here,
  kinesisArn,
  plainTable,
  policyOn,
  target,
  withConsumers,
} from './full-table.ts';

let at: Here;
afterEach(() => at.close());

test('a table with every setting switched on is captured with every setting', async () => {
  at = await here();
  await withConsumers(at);
  await fullTable(at, 'orders');
  const { world } = at.world();
  const { settings, hash, tableId } = await at.done(captureSettings(world, target, 'orders'));

  expect(unreadSettings(settings)).toEqual([]);
  expect(settings).toEqual({
    tableArn: arnOf('orders'),
    deletionProtection: true,
    tableClass: 'STANDARD_INFREQUENT_ACCESS',
    tags: { team: 'shop', 'cost-centre': '4711' },
    pointInTimeRecovery: { days: 7 },
    timeToLive: { attribute: 'expires' },
    onDemandLimits: null,
    warmThroughput: { table: { read: 20_000, write: 9000 } },
    contributorInsights: {
      table: 'ACCESSED_AND_THROTTLED_KEYS',
      indexes: { 'by-customer': 'THROTTLED_KEYS' },
    },
    scaling: [
      expect.objectContaining({ dimension: 'read', index: 'by-customer', max: 500 }),
      expect.objectContaining({
        dimension: 'read',
        max: 500,
        policies: [expect.objectContaining({ name: 'keep at 70 %' })],
      }),
      {
        dimension: 'write',
        min: 5,
        max: 50,
        policies: [],
        schedules: [
          { name: 'every morning', schedule: 'cron(0 8 * * ? *)', timezone: 'Europe/Berlin', min: 20, max: 100 },
        ],
      },
    ],
    resourcePolicy: { document: policyOn('orders') },
    kinesis: [{ streamArn: kinesisArn, precision: 'MICROSECOND' }],
    triggers: [
      {
        functionArn,
        isEnabled: true,
        configuration: expect.objectContaining({
          BatchSize: 25,
          MaximumRetryAttempts: 3,
          StartingPosition: 'TRIM_HORIZON',
        }),
      },
    ],
    replicas: { mode: 'EVENTUAL', regions: [expect.objectContaining({ region: 'eu-central-1' })] },
    alarms: [
      { name: 'errors-orders', definition: expect.objectContaining({ MetricName: 'SystemErrors', Threshold: 1 }) },
    ],
  });
  expect(await at.done(settingsWithHash(world, hash))).toMatchObject({ tags: settings.tags, alarms: settings.alarms });
  expect(await at.done(newestCapture(world, target, tableId))).toMatchObject({ hash, tableName: 'orders' });
});

test('the same settings have the same hash, an hour later and in another order', async () => {
  at = await here();
  await withConsumers(at);
  await fullTable(at, 'orders');
  const first = await at.done(captureSettings(at.world().world, target, 'orders'));
  await at.pass(3_600_000);
  await at.ask('dynamodb', 'UntagResource', { ResourceArn: arnOf('orders'), TagKeys: ['team'] });
  const without = await at.done(captureSettings(at.world().world, target, 'orders'));
  await at.ask('dynamodb', 'TagResource', { ResourceArn: arnOf('orders'), Tags: [{ Key: 'team', Value: 'shop' }] });
  const again = await at.done(captureSettings(at.world().world, target, 'orders'));
  expect(without.hash).not.toBe(first.hash);
  expect(again.hash).toBe(first.hash);
  expect(again.capturedAt).toBeGreaterThan(first.capturedAt);
});

test('a plain table has none of them', async () => {
  at = await here();
  await plainTable(at, 'orders', 'PAY_PER_REQUEST');
  const { settings } = await at.done(readSettings(at.world().world, target, 'read', 'orders'));
  const { tableArn, ...others } = settings;
  expect(tableArn).toBe(arnOf('orders'));
  expect(Object.values(others).filter((value) => value !== null)).toEqual([]);
});

test('what may not be read is recorded with the reason, and all else is captured', async () => {
  at = await here();
  await withConsumers(at);
  await fullTable(at, 'orders');
  const hidden = ['DescribeAlarms', 'ListEventSourceMappings', 'DescribeScalableTargets'];
  at.aws.intercept(async ({ operation }, perform) => {
    if (hidden.includes(operation)) throw new AwsError('AccessDeniedException', 'not authorized', 400);
    return perform();
  });
  const { settings } = await at.done(captureSettings(at.world().world, target, 'orders'));
  expect(
    unreadSettings(settings)
      .map(({ setting }) => setting)
      .sort(),
  ).toEqual(['alarms', 'scaling', 'triggers']);
  expect(unreadSettings(settings)[0]?.reason).toMatch(/^AccessDenied.*not authorized/);
  expect(settings).toMatchObject({ tags: { team: 'shop' }, kinesis: [{ streamArn: kinesisArn }] });
});
