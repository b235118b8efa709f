import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { captureSettings } from '../../shared/settings/capture.ts';
import { difference, tally } from '../../shared/settings/compare.ts';
import { putBack, type StepResult, stepsOf } from '../../shared/settings/put-back.ts';
import { readSettings } from '../../shared/settings/read.ts';
import type { TableSettings } from '../../shared/settings/settings.ts';
import { arnOf, fullTable, type Here, here, plainTable, target, withConsumers } from './full-table.ts';

let at: Here;
afterEach(() => at.close());

/** The settings of a table that has them all, and what DescribeBackup would add. */
async function captured(): Promise<TableSettings> {
  at = await here();
  await withConsumers(at);
  await fullTable(at, 'orders');
  const { settings } = await at.done(captureSettings(at.world().world, target, 'orders'));
  return { ...settings, stream: { viewType: 'NEW_AND_OLD_IMAGES' }, timeToLive: { attribute: 'expires' } };
}

/** Puts back again and again, as the driver of a restore does. */
async function untilSettled(table: string, wanted: TableSettings): Promise<StepResult[][]> {
  const rounds: StepResult[][] = [];
  let which = stepsOf(wanted).map(({ setting }) => setting);
  while (which.length > 0 && rounds.length < 20) {
    const results = await at.done(putBack(at.world().world, target, table, wanted, { which }));
    rounds.push(results);
    const later = results.filter(({ state }) => state === 'later');
    which = later.map(({ setting }) => setting);
    await at.pass(Math.max(0, ...later.map(({ retryAt = 0 }) => retryAt - at.clock.now())));
  }
  return rounds;
}

const read = async (table: string) =>
  (await at.done(readSettings(at.world().world, target, 'restore', table))).settings;

const statesOf = (results: StepResult[]) => Object.fromEntries(results.map(({ setting, state }) => [setting, state]));

test('every setting is put back on a plain table of another name, and nothing is different then', async () => {
  const wanted = await captured();
  await plainTable(at, 'orders-copy');
  const before = tally(difference(wanted, await read('orders-copy')));
  expect(before).toEqual({ expected: 17, restored: 0 });

  const rounds = await untilSettled('orders-copy', wanted);
  expect(rounds.flat().filter(({ state }) => state === 'refused')).toEqual([]);
  const rows = difference(wanted, await read('orders-copy'));
  expect(rows.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
  expect(tally(rows)).toEqual({ expected: 17, restored: 17 });

  const { document } = (await read('orders-copy')).resourcePolicy as { document: string };
  expect(JSON.parse(document).Statement[0].Resource).toEqual([arnOf('orders-copy'), `${arnOf('orders-copy')}/index/*`]);
  expect(rows.find(({ setting }) => setting === 'alarms')?.found).toMatchObject({
    Dimensions: [{ Name: 'TableName', Value: 'orders-copy' }],
  });
});

test('a setting that cannot be looked at for a moment is put back later', async () => {
  const wanted = await captured();
  await plainTable(at, 'orders-copy');
  let refused = 0;
  at.aws.intercept(async (call, perform) => {
    if (call.operation === 'DescribeContinuousBackups' && refused++ === 0)
      throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    return perform();
  });
  const which = ['pointInTimeRecovery'] as const;
  const put = () => at.done(putBack(at.world().world, target, 'orders-copy', wanted, { which: [...which] }));
  expect(statesOf(await put())).toEqual({ pointInTimeRecovery: 'later' });
  expect(statesOf(await put())).toEqual({ pointInTimeRecovery: 'done' });
});

test('what is done is not done again', async () => {
  const wanted = await captured();
  await plainTable(at, 'orders-copy');
  await untilSettled('orders-copy', wanted);
  const writes: string[] = [];
  at.aws.onCall(({ call }) => {
    if (/^(Update|Put|Create|Enable|Register|Deregister|Tag)/.test(call.operation)) writes.push(call.operation);
  });
  const again = await at.done(putBack(at.world().world, target, 'orders-copy', wanted));
  expect(new Set(again.map(({ state }) => state))).toEqual(new Set(['already']));
  expect(writes.filter((operation) => operation !== 'UpdateItem' && operation !== 'PutItem')).toEqual([]);
});

test('protection comes first, streams before what reads them, time to live last', () => {
  const all = stepsOf({
    tableArn: arnOf('orders'),
    timeToLive: { attribute: 'expires' },
    triggers: [{ functionArn: 'f', isEnabled: true, configuration: {} }],
    stream: { viewType: 'NEW_IMAGE' },
    tags: { a: 'b' },
    deletionProtection: true,
    tableClass: null,
  });
  expect(all.map(({ setting }) => setting)).toEqual(['deletionProtection', 'tags', 'stream', 'triggers', 'timeToLive']);
  expect(all.filter(({ isOutward }) => isOutward).map(({ setting }) => setting)).toEqual([
    'stream',
    'triggers',
    'timeToLive',
  ]);
});

test('a step that is refused says why and costs no other its turn', async () => {
  const wanted = await captured();
  await plainTable(at, 'orders-copy');
  at.aws.intercept(async ({ operation }, perform) => {
    if (operation !== 'CreateEventSourceMapping') return perform();
    throw new AwsError('AccessDeniedException', 'not authorized to perform: lambda:CreateEventSourceMapping', 403);
  });
  const rounds = await untilSettled('orders-copy', wanted);
  const refused = rounds.flat().filter(({ state }) => state === 'refused');
  expect(refused).toEqual([
    expect.objectContaining({
      setting: 'triggers',
      sentence: expect.stringMatching(/AccessDenied.*--param="restoreTriggers=yes"/),
    }),
  ]);
  const missing = difference(wanted, await read('orders-copy')).filter(({ outcome }) => outcome !== 'same');
  expect(missing).toEqual([expect.objectContaining({ setting: 'triggers', outcome: 'missing' })]);
});

test('what could not be read when it was captured is not put back, and counts as not restored', async () => {
  at = await here();
  await plainTable(at, 'orders-copy');
  const wanted: TableSettings = { tableArn: arnOf('orders'), alarms: { unread: 'AccessDenied' }, tags: { a: 'b' } };
  const results = await at.done(putBack(at.world().world, target, 'orders-copy', wanted));
  expect(statesOf(results)).toEqual({ tags: 'done', alarms: 'refused' });
  expect(tally(difference(wanted, await read('orders-copy')))).toEqual({ expected: 2, restored: 1 });
});

test('a table that took the place of the one that is meant is not touched', async () => {
  at = await here();
  await plainTable(at, 'orders');
  const wanted: TableSettings = { tableArn: arnOf('orders'), tags: { a: 'b' } };
  const [tags] = await at.done(putBack(at.world().world, target, 'orders', wanted, { tableId: 'another' }));
  expect(tags).toMatchObject({ state: 'refused', sentence: expect.stringContaining('another table') });
  expect((await read('orders')).tags).toBeNull();
});

test('the second change of the time to live within an hour comes an hour later', async () => {
  at = await here();
  await plainTable(at, 'orders');
  const specification = (Enabled: boolean) => ({
    TableName: 'orders',
    TimeToLiveSpecification: { Enabled, AttributeName: 'old' },
  });
  await at.ask('dynamodb', 'UpdateTimeToLive', specification(true));
  await at.pass(3_700_000);
  const wanted: TableSettings = { tableArn: arnOf('orders'), timeToLive: { attribute: 'expires' } };
  const startedAt = at.clock.now();
  const rounds = await untilSettled('orders', wanted);
  expect(rounds.map(([result]) => result?.state)).toEqual(['later', 'done']);
  expect(at.clock.now() - startedAt).toBeGreaterThan(3_600_000);
  expect((await read('orders')).timeToLive).toEqual({ attribute: 'expires' });
});

test('scaling that a table of that name left behind is taken away when it had none', async () => {
  at = await here();
  await plainTable(at, 'orders');
  const resource = {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/orders',
    ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
  };
  await at.ask('application-autoscaling', 'RegisterScalableTarget', { ...resource, MinCapacity: 1, MaxCapacity: 9 });
  const [scaling] = await at.done(
    putBack(at.world().world, target, 'orders', { tableArn: arnOf('orders'), scaling: null }),
  );
  expect(scaling?.state).toBe('done');
  expect((await read('orders')).scaling).toBeNull();
});

test('an alarm of that name on something else is left alone', async () => {
  const wanted = await captured();
  await plainTable(at, 'orders-copy');
  const alarm = {
    Namespace: 'Shop',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
  };
  await at.ask('monitoring', 'PutMetricAlarm', {
    ...alarm,
    AlarmName: 'errors-orders-copy',
    ComparisonOperator: 'GreaterThanThreshold',
  });
  const [alarms] = await at.done(putBack(at.world().world, target, 'orders-copy', wanted, { which: ['alarms'] }));
  expect(alarms).toMatchObject({ state: 'refused', sentence: expect.stringContaining('errors-orders-copy') });
});
