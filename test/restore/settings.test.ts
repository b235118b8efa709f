import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { captureSettings } from '../../shared/settings/capture.ts';
import { readSettings } from '../../shared/settings/read.ts';
import { fullTable, type Here, target, withConsumers } from '../settings/full-table.ts';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { deleteTable, describeTable, withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

const day = 86_400_000;

/** As the tests of the settings see it. */
function asSettings(aws: RestoreHere): Here {
  const ask = (service: string, operation: string, input: Record<string, unknown>) =>
    aws.done(
      aws.aws.core.call({ service, operation, input, caller: aws.iam.caller(target.account), ...target }),
    ) as never;
  const pass = (ms: number) => aws.clock.run(aws.clock.now() + ms).then(() => {});
  return { ...aws, ask, pass } as unknown as Here;
}

/** A table with every setting, three items, captured settings and a backup. */
async function withEverything() {
  here = await restoreHere();
  const aws = here;
  const at = asSettings(aws);
  await withConsumers(at);
  await fullTable(at, 'orders');
  await aws.putItems('orders', 3);
  await aws.done(captureSettings(aws.world().world, target, 'orders'));
  const backupArn = await aws.backUp('orders');
  return { aws, at, backupArn };
}

async function read(aws: RestoreHere, table: string) {
  const { settings } = await aws.done(readSettings(aws.world().world, target, 'restore', table));
  const there = Object.entries(settings).filter(([name, value]) => value !== null && name !== 'tableArn');
  return Object.fromEntries(there);
}

const completedIn = (aws: RestoreHere) => aws.factsOf('Restore Completed').at(-1)?.detail as Record<string, unknown>;

const outward = [
  'alarms',
  'kinesis',
  'replicas',
  'resourcePolicy',
  'stream',
  'timeToLive',
  'triggers',
  'warmThroughput',
];

describe('the settings of the new table', () => {
  test('are all that the deleted one had, part by part, and the stream’s new name is told', async () => {
    const { aws, at } = await withEverything();
    const before = await read(aws, 'orders');
    // A table with a new replica cannot be deleted for a day.
    await at.pass(day);
    await at.ask('dynamodb', 'UpdateTable', {
      TableName: 'orders',
      ReplicaUpdates: [{ Delete: { RegionName: 'eu-central-1' } }],
    });
    await at.pass(600_000);
    await at.ask('dynamodb', 'UpdateTable', { TableName: 'orders', DeletionProtectionEnabled: false });
    await at.pass(10_000);
    await deleteTable(aws, 'orders');
    await aws.ask({ source: { table: 'orders', latest: true }, target: { tableName: 'orders' }, reason });
    await aws.untilEnded(1, 2 * day);
    expect(aws.thrown).toEqual([]);
    expect(aws.factsOf('Restore Failed')).toHaveLength(0);
    const told = completedIn(aws);
    expect(told.settingsNotPutBack).toEqual([]);
    expect(told.verification).toEqual({
      isAsExpected: true,
      differences: [],
      settings: { expected: 17, restored: 17 },
    });
    const { LatestStreamArn } = await describeTable(aws, 'orders');
    expect(told.streamArn).toBe(LatestStreamArn);
    expect(Object.keys(await read(aws, 'orders')).toSorted()).toEqual(Object.keys(before).toSorted());
  });

  test('of a copy beside the living table are the inward ones: nothing acts outward unasked', async () => {
    const { aws, backupArn } = await withEverything();
    const { settings = [] } = await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
    await aws.untilEnded();
    const there = Object.keys(await read(aws, 'orders-copy'));
    expect(there.filter((name) => outward.includes(name) && name !== 'warmThroughput')).toEqual([]);
    expect(there).toEqual(expect.arrayContaining(['tags', 'tableClass', 'deletionProtection', 'scaling']));
    expect(completedIn(aws).verification).toMatchObject({ isAsExpected: true });
    expect(settings.find(({ setting }) => setting === 'triggers')).toMatchObject({
      asWanted: 'none',
      because: expect.stringContaining('name it in the request'),
    });
  });

  test('that were read before the backup are told as such, also where the table had none then', async () => {
    here = await restoreHere();
    const aws = here;
    await withItems(aws, 'orders');
    const readAt = new Date(aws.clock.now()).toISOString().slice(0, 17);
    await aws.done(captureSettings(aws.world().world, target, 'orders'));
    await aws.clock.run(aws.clock.now() + day);
    const backupArn = await aws.backUp('orders');
    const dryRun = { source: { backupArn }, reason, dryRun: true };
    const { notices = [] } = await aws.ask({ ...dryRun, target: { tableName: 'orders-copy' } });
    expect(notices.join(' ')).toContain(`The settings are as read at ${readAt}`);
    expect(notices.join(' ')).toMatch(/as read at \S+, before the backup/);
    const { mistakes = [] } = await aws.ask({ ...dryRun, target: { tableName: 'orders-copy', tags: 'asCaptured' } });
    expect(mistakes[0]?.problem).toContain(`the table had none when its settings were read at ${readAt}`);
  });

  test('that were read after the backup are not told as read before it', async () => {
    const { aws, backupArn } = await withEverything();
    await aws.clock.run(aws.clock.now() + day);
    await aws.done(captureSettings(aws.world().world, target, 'orders'));
    const request = { source: { backupArn }, target: { tableName: 'orders-copy' }, reason, dryRun: true };
    const { notices = [] } = await aws.ask(request);
    expect(notices.join(' ')).toContain('The settings are those captured at');
    expect(notices.join(' ')).not.toContain('before the backup');
  });

  test('act outward beside the living table when the request names them', async () => {
    const { aws, backupArn } = await withEverything();
    const named = { stream: 'asCaptured', triggers: 'asCaptured', timeToLive: 'asCaptured' };
    const answer = await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy', ...named }, reason });
    expect(answer.notices?.join(' ')).toContain('DynamoDB then deletes items whose time has passed');
    await aws.untilEnded();
    const there = await read(aws, 'orders-copy');
    expect(Object.keys(there)).toEqual(expect.arrayContaining(['stream', 'triggers', 'timeToLive']));
    expect(Object.keys(there)).not.toContain('kinesis');
  });

  test('are without what the request sets to null, and with what it changes', async () => {
    const { aws, backupArn } = await withEverything();
    const changed = {
      tags: null,
      tableClass: null,
      deletionProtection: false,
      pointInTimeRecovery: { days: 3 },
      autoScaling: null,
      contributorInsights: null,
      globalSecondaryIndexes: null,
      billingMode: 'PAY_PER_REQUEST',
    };
    await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy', ...changed }, reason });
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed').map(({ detail }) => detail.sentence)).toEqual([]);
    const { warmThroughput: _grows, ...there } = await read(aws, 'orders-copy');
    expect(there).toEqual({ pointInTimeRecovery: { days: 3 } });
    const { GlobalSecondaryIndexes, BillingModeSummary } = await describeTable(aws, 'orders-copy');
    expect(GlobalSecondaryIndexes).toBeUndefined();
    expect(BillingModeSummary).toMatchObject({ BillingMode: 'PAY_PER_REQUEST' });
    expect(completedIn(aws).verification).toMatchObject({ isAsExpected: true });
  });

  test('name no replica in a Region that the account has not enabled', async () => {
    const { aws, backupArn } = await withEverything();
    aws.aws.intercept(async (call, perform) => {
      if (call.region !== 'eu-central-1') return perform();
      throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    });
    const target = { tableName: 'orders-copy', stream: 'asCaptured', replicas: 'asCaptured' };
    const { mistakes = [] } = await aws.ask({ source: { backupArn }, target, reason });
    expect(mistakes).toMatchObject([
      { field: 'target.replicas', problem: 'The Region eu-central-1 is not enabled for this account.' },
    ]);
  });

  test('that nobody ever captured are listed as not put back, with the reason', async () => {
    here = await restoreHere();
    const aws = here;
    await withItems(aws, 'orders', 1, { Tags: [{ Key: 'team', Value: 'shop' }] });
    await aws.backUp('orders');
    await deleteTable(aws, 'orders');
    await aws.ask({ source: { table: 'orders', latest: true }, target: { tableName: 'orders' }, reason });
    await aws.untilEnded();
    const notPutBack = completedIn(aws).settingsNotPutBack as { setting: string; reason: string }[];
    expect(notPutBack.map(({ setting }) => setting)).toContain('tags');
    expect(notPutBack[0]?.reason).toContain('never captured');
  });

  test('that AWS refuses do not stop the others', async () => {
    const { aws, backupArn } = await withEverything();
    aws.aws.intercept(async (call, perform) => {
      if (call.operation !== 'UpdateContinuousBackups') return perform();
      throw new AwsError('AccessDeniedException', 'not yours');
    });
    await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
    await aws.untilEnded(1, 2 * day);
    expect(Object.keys(await read(aws, 'orders-copy'))).toEqual(expect.arrayContaining(['tags', 'scaling']));
    const notPutBack = completedIn(aws).settingsNotPutBack as { setting: string; reason: string }[];
    expect(notPutBack.map(({ setting }) => setting)).toEqual(['pointInTimeRecovery']);
  });
});

describe('verification', () => {
  test('counts every item, reads the sample, and says which of it is not there', async () => {
    here = await restoreHere();
    const aws = here;
    await withItems(aws, 'orders', 7);
    const backupArn = await aws.backUp('orders');
    const verify = { count: true, sample: [{ id: { S: 'item-0' } }, { id: { S: 'item-99' } }] };
    await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, verify, reason });
    await aws.untilEnded();
    const told = completedIn(aws);
    expect(told.verification).toMatchObject({
      isAsExpected: false,
      differences: ['verify.sample.1 is not in the table'],
      sample: { asked: 2, found: 1 },
      count: { items: 7 },
    });
    expect(told.sentence).toMatch(/^NOT AS EXPECTED: verify\.sample\.1/);
    expect(told.sentence).toMatch(/, 7 items counted \(AWS said about 7\)\.$/);
  });
});
