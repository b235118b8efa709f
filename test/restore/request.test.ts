import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { receive } from '../../shared/door.ts';
import { readRequest } from '../../shared/restore/read-request.ts';
import { restoreDoor } from '../../shared/restore/trigger.ts';
import { captureSettings } from '../../shared/settings/capture.ts';
import { contentHash, taskId, taskIdOfWork } from '../../shared/task/task.ts';
import { hub } from '../support/world.ts';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { deleteTable, describeTable, withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

const example = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../events/examples/${name}.json`, import.meta.url), 'utf8'));

describe('a request', () => {
  test('comes as an event, and is read behind the door', () => {
    const { type, detail } = receive(restoreDoor, example('restore-requested'));
    expect(type).toBe('Restore Requested');
    expect(readRequest(detail)).toEqual({ request: detail });
  });

  test('that is wrong comes through the door, so that it is answered with all its mistakes', () => {
    const event = { ...(example('restore-requested') as object), detail: { what: 'ever' } };
    const { detail } = receive(restoreDoor, event);
    expect(readRequest(detail)).toMatchObject({
      mistakes: expect.arrayContaining([expect.objectContaining({ field: 'what' })]),
    });
  });

  const leaves = 'requestId reason requester priority dryRun source target verify';
  const ofSource = 'backupArn backupId table tableId latest before pointInTime account region';
  const ofTarget = `tableName account region billingMode provisionedThroughput onDemandThroughput globalSecondaryIndexes
    localSecondaryIndexes encryption tags tableClass deletionProtection pointInTimeRecovery autoScaling
    contributorInsights stream timeToLive warmThroughput resourcePolicy kinesis triggers replicas alarms`;
  const wrong = ['', ' ', 'x'.repeat(3000), 7, 0, -1.5, 'true', [], [7], [''], [{}], {}, { a: 1 }, { read: 'x' }];
  const deep = [
    { days: 99 },
    { viewType: 'x' },
    { attribute: '' },
    { type: 'x' },
    { name: '' },
    { at: 'x', latest: 7 },
  ];
  const fields = [
    ...leaves.split(' ').map((name) => (value: unknown) => ({ [name]: value })),
    ...ofSource.split(' ').map((name) => (value: unknown) => ({ source: { [name]: value } })),
    ...ofTarget.split(/\s+/).map((name) => (value: unknown) => ({ target: { tableName: 'orders', [name]: value } })),
    ...['sample', 'count'].map((name) => (value: unknown) => ({ verify: { [name]: value } })),
    (value: unknown) => value,
  ];

  test('is answered in our own words, whatever is wrong with it: each remedy is a sentence', () => {
    const remedies = fields.flatMap((field) =>
      [...wrong, ...deep, [{ name: 'by-a', provisionedThroughput: 7 }], null].flatMap((value) => {
        const read = readRequest(field(value));
        return 'mistakes' in read ? read.mistakes.map(({ remedy }) => remedy) : [];
      }),
    );
    const strange = remedies.filter((remedy) => !/^[A-Z].*\.$/.test(remedy) || /Invalid|Too |expected/.test(remedy));
    expect([...new Set(strange)]).toEqual([]);
  });

  test.each(['restore-now', 'restore-dry-run'])('of events/examples/%s.json is right', (name) => {
    expect(readRequest(example(name))).toHaveProperty('request');
  });

  test('says the same in whatever order its fields come', () => {
    const one = { source: { table: 'orders', latest: true }, target: { tableName: 'a', tags: { b: '1', a: '2' } } };
    const other = { target: { tags: { a: '2', b: '1' }, tableName: 'a' }, source: { latest: true, table: 'orders' } };
    expect(contentHash(one)).toBe(contentHash(other));
    expect(contentHash({ ...one, target: { tableName: 'b' } })).not.toBe(contentHash(one));
  });

  test('for a backup before an instant that is yet to come is told what it means', async () => {
    here = await restoreHere();
    await withItems(here, 'orders');
    await here.backUp('orders');
    const target = { tableName: 'orders-copy' };
    const of = (before: string) => ({ source: { table: 'orders', before }, target, reason, dryRun: true });
    const { notices = [] } = await here.ask(of('2030-01-01T00:00:00Z'));
    expect(notices.join(' ')).toContain(
      'before (2030-01-01T00:00:00.000Z) is yet to come: it means the newest backup.',
    );
  });

  test('counts in words: one backup is no backups', async () => {
    here = await restoreHere();
    for (let table = 0; table < 2; table++) {
      await withItems(here, 'orders');
      await here.backUp('orders');
      await deleteTable(here, 'orders');
    }
    const request = { source: { table: 'orders', latest: true }, target: { tableName: 'orders' }, reason };
    const { mistakes = [] } = await here.ask({ ...request, dryRun: true });
    expect(mistakes[0]?.problem).toMatch(/\(1 backup, from \S+\), /);
  });

  test('whose reason lacks its full stop is told in whole sentences all the same', async () => {
    here = await restoreHere();
    await withItems(here, 'orders');
    const backupArn = await here.backUp('orders');
    await here.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason: 'was deleted' });
    await here.untilEnded();
    expect(here.factsOf('Restore Started')[0]?.detail.sentence).toContain(': was deleted. Chosen is ');
  });

  test('of a table without scaling puts none back, and says so nowhere', async () => {
    here = await restoreHere();
    const aws = here;
    await withItems(aws, 'orders', 1, { Tags: [{ Key: 'team', Value: 'shop' }] });
    await aws.done(captureSettings(aws.world().world, hub, 'orders'));
    const backupArn = await aws.backUp('orders');
    const answer = await aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
    expect(answer.steps).toContain('Put back: tags.');
    await aws.untilEnded();
    const { settingsPutBack, sentence } = aws.factsOf('Restore Completed')[0]?.detail ?? {};
    expect(settingsPutBack).toEqual(['tags']);
    expect(sentence).toMatch(/; 1 setting put back\.$/);
    const { steps } = await aws.taskOf(answer.task ?? '');
    expect(steps.map(({ step }) => step)).not.toContain('scaling: put back');
  });

  test('names its task, which the heartbeat names again', () => {
    const id = taskId('restore', 'incident-1');
    expect(id).toMatch(/^restore-[0-9a-f]{16}$/);
    expect(taskIdOfWork(`task#${id}|task`)).toBe(id);
  });
});

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];
const index = (IndexName: string, by: string) => ({
  IndexName,
  KeySchema: key(by),
  Projection: { ProjectionType: 'ALL' },
});
const twoIndexes = {
  AttributeDefinitions: ['id', 'a', 'b'].map(attribute),
  GlobalSecondaryIndexes: [index('by-a', 'a'), index('by-b', 'b')],
};

describe('the structure of the new table', () => {
  test('can be provisioned where it was on demand, each index as the table or as it is asked', async () => {
    here = await restoreHere();
    const aws = here;
    await withItems(aws, 'orders', 1, twoIndexes);
    const backupArn = await aws.backUp('orders');
    const units = (read: number) => ({ read, write: read });
    await aws.ask({
      source: { backupArn },
      target: {
        tableName: 'orders-copy',
        billingMode: 'PROVISIONED',
        provisionedThroughput: units(7),
        globalSecondaryIndexes: ['by-a', { name: 'by-b', provisionedThroughput: units(3) }],
      },
      reason,
    });
    await aws.untilEnded();
    expect(aws.factsOf('Restore Completed')[0]?.detail.verification).toMatchObject({ isAsExpected: true });
    const { ProvisionedThroughput, GlobalSecondaryIndexes } = await describeTable(aws, 'orders-copy');
    expect(ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 7, WriteCapacityUnits: 7 });
    expect(GlobalSecondaryIndexes).toMatchObject([
      { IndexName: 'by-a', ProvisionedThroughput: { ReadCapacityUnits: 7 } },
      { IndexName: 'by-b', ProvisionedThroughput: { ReadCapacityUnits: 3 } },
    ]);
  });

  test('has the indexes that are named, and is told apart from one that lacks them', async () => {
    here = await restoreHere();
    const aws = here;
    await withItems(aws, 'orders', 1, twoIndexes);
    const backupArn = await aws.backUp('orders');
    await aws.ask({ source: { backupArn }, target: { tableName: 'one', globalSecondaryIndexes: ['by-b'] }, reason });
    // Somebody takes an index away before it is verified.
    await aws.ask({ source: { backupArn }, target: { tableName: 'two', tags: { a: 'b' } }, reason });
    aws.aws.intercept(async (call, perform) => {
      const answer = await perform();
      if (call.operation === 'TagResource') {
        const change = { Delete: { IndexName: 'by-a' } };
        await aws.call('UpdateTable', { TableName: 'two', GlobalSecondaryIndexUpdates: [change] });
      }
      return answer;
    });
    await aws.untilEnded(2);
    const found = Object.fromEntries(
      aws.factsOf('Restore Completed').map(({ detail }) => [detail.table, detail.verification]),
    );
    expect(found.one).toMatchObject({ isAsExpected: true });
    expect(found.two).toMatchObject({ isAsExpected: false });
    const { GlobalSecondaryIndexes } = await describeTable(aws, 'one');
    expect(GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'by-b' }]);
  });
});
