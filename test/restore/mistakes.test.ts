import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { readDryRun } from '../../shared/task/dry-run.ts';
import { taskId } from '../../shared/task/task.ts';
import { catalogName } from '../support/world.ts';
import { type RestoreHere, type RestoreOptions, reason, restoreHere } from './here.ts';
import { switchOnRecovery, tablesOf, withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

const arnOf = (account: string) => `arn:aws:dynamodb:us-east-1:${account}:table/orders/backup/01769824801532-9f3c11d2`;
const index = (IndexName: string) => ({
  IndexName,
  KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
});
const withIndex = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [index('by-kind')],
};

/** A table orders with an index and a backup. */
async function start(options: RestoreOptions = {}, more: Record<string, unknown> = withIndex) {
  here = await restoreHere(options);
  await withItems(here, 'orders', 1, more);
  const backupArn = await here.backUp('orders');
  here.calls.length = 0;
  return { aws: here, backupArn, source: { backupArn } };
}

/** Calls that change something. */
const changes = (aws: RestoreHere) => aws.calls.filter((name) => !/^(Describe|List|Get|Query|Scan)/.test(name));

interface Row {
  title: string;
  request: (given: { backupArn: string }) => unknown;
  fields: string[];
  says: RegExp;
}

const target = { tableName: 'orders-copy' };

const alone: Row[] = [
  {
    title: 'text that is not JSON',
    request: () => '{"source": {',
    fields: ['(all)'],
    says: /not JSON/,
  },
  {
    title: 'nothing at all',
    request: () => ({}),
    fields: ['source', 'target', 'reason'],
    says: /missing/,
  },
  {
    title: 'unknown fields, each by its name, and what is missing, at once',
    request: ({ backupArn }) => ({ source: { backupArn, tabel: 'x' }, target: { tableName: 'a', sse: true } }),
    fields: ['source.tabel', 'target.tableName', 'target.sse', 'reason'],
    says: /no such field/,
  },
  {
    title: 'two sources',
    request: ({ backupArn }) => ({ source: { backupArn, table: 'orders', latest: true }, target, reason }),
    fields: ['source', 'source.table'],
    says: /exactly one way/,
  },
  {
    title: 'both an instant and the latest',
    request: () => ({
      source: { table: 'orders', pointInTime: { at: '2026-01-31T02:00:00Z', latest: true } },
      target,
      reason,
    }),
    fields: ['source.pointInTime'],
    says: /one instant/,
  },
  {
    title: 'throughput of a table on demand',
    request: ({ backupArn }) => ({
      source: { backupArn },
      target: { ...target, billingMode: 'PAY_PER_REQUEST', provisionedThroughput: { read: 5, write: 5 } },
      reason,
    }),
    fields: ['target.provisionedThroughput'],
    says: /no provisioned throughput/,
  },
  {
    title: 'a policy document of one’s own',
    request: ({ backupArn }) => ({
      source: { backupArn },
      target: { ...target, resourcePolicy: '{"Statement": []}' },
      reason,
    }),
    fields: ['target.resourcePolicy'],
    says: /asCaptured/,
  },
  {
    title: 'a Kinesis stream of one’s own',
    request: ({ backupArn }) => ({
      source: { backupArn },
      target: { ...target, kinesis: [{ streamArn: 'arn:aws:kinesis:us-east-1:999999999999:stream/mine' }] },
      reason,
    }),
    fields: ['target.kinesis'],
    says: /asCaptured/,
  },
];

const looked: Row[] = [
  {
    title: 'a backup that AWS does not know',
    request: () => ({ source: { backupArn: arnOf('123456789012') }, target, reason }),
    fields: ['source.backupArn'],
    says: /knows no backup/,
  },
  {
    title: 'a backup of another account',
    request: () => ({ source: { backupArn: arnOf('999999999999') }, target, reason }),
    fields: ['source.backupArn'],
    says: /belongs to the account 999999999999/,
  },
  {
    title: 'a backup id that the catalog does not know',
    request: () => ({
      source: { backupId: '123456789012/us-east-1/nightly/20260131T020000Z/3b6f1a52' },
      target,
      reason,
    }),
    fields: ['source.backupId'],
    says: /catalog knows no backup/,
  },
  {
    title: 'a table that nobody ever backed up',
    request: () => ({ source: { table: 'ordres', latest: true }, target, reason }),
    fields: ['source.table'],
    says: /no AVAILABLE backup of a table ordres/,
  },
  {
    title: 'a name that is taken, also when it is the source’s own',
    request: ({ backupArn }) => ({ source: { backupArn }, target: { tableName: 'orders' }, reason }),
    fields: ['target.tableName'],
    says: /never overwrites/,
  },
  {
    title: 'the name of the catalog, which nobody is told to delete',
    request: ({ backupArn }) => ({ source: { backupArn }, target: { tableName: catalogName }, reason }),
    fields: ['target.tableName'],
    says: /^(?!.*delete).*the catalog of this Tablekeep/,
  },
  {
    title: 'an index that there was not, as one that is renamed',
    request: ({ backupArn }) => ({
      source: { backupArn },
      target: { ...target, globalSecondaryIndexes: ['by-kind', 'by-kind-new'] },
      reason,
    }),
    fields: ['target.globalSecondaryIndexes.1'],
    says: /There was no index by-kind-new; there were by-kind\..*cannot add, rename or change/,
  },
  {
    title: 'a provisioned table that nobody says how large',
    request: ({ backupArn }) => ({ source: { backupArn }, target: { ...target, billingMode: 'PROVISIONED' }, reason }),
    fields: ['target.provisionedThroughput'],
    says: /nobody knows how much/,
  },
  {
    title: 'point in time where it is switched off',
    request: () => ({ source: { table: 'orders', pointInTime: { latest: true } }, target, reason }),
    fields: ['source.pointInTime'],
    says: /switched off/,
  },
  {
    title: 'another account',
    request: ({ backupArn }) => ({ source: { backupArn }, target: { ...target, account: '999999999999' }, reason }),
    fields: ['target.account'],
    says: /own account only.*ImportTable/,
  },
  {
    title: 'a replica where there was none',
    request: ({ backupArn }) => ({ source: { backupArn }, target: { ...target, replicas: ['me-south-1'] }, reason }),
    fields: ['target.replicas'],
    says: /no replica in me-south-1/,
  },
  {
    title: 'triggers that were never captured',
    request: ({ backupArn }) => ({ source: { backupArn }, target: { ...target, triggers: 'asCaptured' }, reason }),
    fields: ['target.triggers'],
    says: /triggers cannot be put back/,
  },
  {
    title: 'sample keys that are no keys of the table',
    request: ({ backupArn }) => ({
      source: { backupArn },
      target,
      reason,
      verify: { sample: [{ id: { S: 'a' } }, { pk: { S: 'a' } }] },
    }),
    fields: ['verify.sample.1'],
    says: /The key of the table is id/,
  },
  {
    title: 'everything that is wrong at once',
    request: ({ backupArn }) => ({
      source: { backupArn },
      target: {
        tableName: 'orders',
        region: 'eu-west-1',
        provisionedThroughput: { read: 1, write: 1 },
        globalSecondaryIndexes: ['nope'],
        kinesis: 'asCaptured',
      },
      reason,
    }),
    fields: ['target.encryption', 'target.provisionedThroughput', 'target.globalSecondaryIndexes.0', 'target.kinesis'],
    says: /nope/,
  },
];

describe('refused with field and remedy, as an answer and as an event, before anything is begun:', () => {
  test.each([...alone, ...looked])('$title', async ({ request, fields, says }) => {
    const { aws, backupArn } = await start();
    const answer = await aws.ask(request({ backupArn }));
    expect(answer.mistakes?.map(({ field }) => field).toSorted()).toEqual(fields.toSorted());
    const text = answer.mistakes?.map(({ problem, remedy }) => `${problem} ${remedy}`).join(' ') ?? '';
    expect(text).toMatch(says);
    for (const { remedy } of answer.mistakes ?? []) expect(remedy).not.toBe('');
    await aws.untilEnded();
    const [told] = aws.factsOf('Restore Failed');
    expect(told?.detail.mistakes).toEqual(answer.mistakes);
    expect(told?.detail.sentence).toContain('Nothing was begun.');
    expect(changes(aws)).toEqual([]);
    expect(await tablesOf(aws)).toEqual(['orders']);
    expect(aws.thrown).toEqual([]);
  });

  test('an instant outside the window, which is named', async () => {
    const { aws } = await start();
    await switchOnRecovery(aws, 'orders');
    await aws.clock.run(aws.clock.now() + 3_600_000);
    const at = '2026-01-01T00:00:00Z';
    const { mistakes = [] } = await aws.ask({ source: { table: 'orders', pointInTime: { at } }, target, reason });
    expect(mistakes.map(({ field }) => field)).toEqual(['source.pointInTime.at']);
    expect(mistakes[0]?.problem).toMatch(/to any second from 2026-01-31T02:00:.* to 2026-01-31T02:55:/);
  });

  test('a backup that is still CREATING', async () => {
    const { aws } = await start({ dynamodb: { backupMs: () => 60_000 } });
    const { BackupDetails: made } = await aws.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
      TableName: 'orders',
      BackupName: 'second',
    });
    const { mistakes = [] } = await aws.ask({ source: { backupArn: made.BackupArn }, target, reason });
    expect(mistakes[0]).toMatchObject({ field: 'source.backupArn', problem: expect.stringContaining('is CREATING') });
    expect(mistakes[0]?.remedy).toContain('Wait');
  });

  test('a key that is disabled', async () => {
    const { aws, source } = await start();
    const kms = (operation: string, input: object) =>
      aws.aws.core.call({
        ...{
          service: 'kms',
          operation,
          input: input as Record<string, unknown>,
          caller: aws.iam.caller('123456789012'),
        },
        ...{ account: '123456789012', region: 'us-east-1' },
      }) as Promise<{ KeyMetadata: { Arn: string } }>;
    const { KeyMetadata } = await kms('CreateKey', {});
    await kms('DisableKey', { KeyId: KeyMetadata.Arn });
    const encryption = { type: 'CUSTOMER_MANAGED', keyArn: KeyMetadata.Arn };
    const { mistakes = [] } = await aws.ask({ source, target: { ...target, encryption }, reason });
    expect(mistakes).toMatchObject([
      { field: 'target.encryption.keyArn', remedy: expect.stringContaining('enable-key') },
    ]);
  });
});

describe('rights that the restoring role lacks', () => {
  const refuse = (aws: RestoreHere, operation: string) =>
    aws.aws.intercept(async (call, perform) => {
      if (call.operation !== operation) return perform();
      throw new AwsError('AccessDeniedException', `not authorized to perform: dynamodb:${operation}`);
    });

  test('to look are a mistake of the request', async () => {
    const { aws, source } = await start();
    refuse(aws, 'DescribeBackup');
    const { mistakes = [] } = await aws.ask({ source, target, reason });
    expect(mistakes).toMatchObject([{ field: 'source', problem: expect.stringContaining('dynamodb:DescribeBackup') }]);
    expect(changes(aws)).toEqual([]);
  });

  test('to restore end the task, and nothing is left behind', async () => {
    const { aws, source } = await start();
    refuse(aws, 'RestoreTableFromBackup');
    const answer = await aws.ask({ source, target, reason });
    expect(answer).toMatchObject({ state: 'FAILED', mistakes: [{ remedy: expect.stringContaining('that right') }] });
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ code: 'AccessDeniedException', leftBehind: '' });
    expect(await tablesOf(aws)).toEqual(['orders']);
  });

  test('to look at the new table end the task, which says what stays', async () => {
    const { aws, source } = await start();
    await aws.ask({ source, target, reason });
    refuse(aws, 'DescribeTable');
    await aws.untilEnded();
    const [told] = aws.factsOf('Restore Failed');
    expect(told?.detail.leftBehind).toMatch(/^The table orders-copy .* stays: finish it by hand/);
  });
});

test('while others use AWS’s 50 restores, ours waits and then comes', async () => {
  const { aws, source, backupArn } = await start({ dynamodb: { simultaneousRestores: 1, restoreMs: () => 300_000 } });
  await aws.call('RestoreTableFromBackup', { TargetTableName: 'of-others', BackupArn: backupArn });
  expect(await aws.ask({ source, target, reason })).toMatchObject({ state: 'RESTORING' });
  await aws.untilEnded();
  expect(aws.factsOf('Restore Completed')).toHaveLength(1);
  expect(aws.thrown).toEqual([]);
});

describe('a request with a mistake of its shape', () => {
  test('keeps its requestId, in the answer and as an event', async () => {
    const { aws, source } = await start();
    const answer = await aws.ask({ requestId: 'incident-1', source, target, reason, what: 'ever' });
    expect(answer.failed).toContain('(request incident-1)');
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ requestId: 'incident-1', code: 'Unreadable' });
  });

  test('has the id of the invocation when its own is not right', async () => {
    const { aws, source } = await start();
    await aws.ask({ requestId: 'one two', source, target, reason });
    expect(aws.factsOf('Restore Failed')[0]?.detail.requestId).toMatch(/^invocation-/);
  });
});

describe('the same requestId', () => {
  test('with the same content is the same restore and answers its state', async () => {
    const { aws, source } = await start();
    const request = { requestId: 'incident-1', source, target, reason };
    const first = await aws.ask(request);
    const second = await aws.ask({ ...request, target: { ...target } });
    expect(second).toMatchObject({ task: first.task, state: 'RESTORING' });
    await aws.untilEnded();
    expect(await aws.ask(request)).toMatchObject({ task: first.task, state: 'COMPLETED' });
    expect(changes(aws).filter((name) => name.startsWith('Restore'))).toEqual(['RestoreTableFromBackup']);
  });

  test('with other content is refused, and the restore goes on as it was asked', async () => {
    const { aws, source } = await start();
    await aws.ask({ requestId: 'incident-1', source, target, reason });
    const other = await aws.ask({ requestId: 'incident-1', source, target: { tableName: 'orders-other' }, reason });
    expect(other.mistakes).toMatchObject([{ field: 'requestId', remedy: 'Give a new requestId.' }]);
    await aws.untilEnded(2);
    const [told, ...others] = aws.factsOf('Restore Failed');
    expect(others).toEqual([]);
    expect(told?.detail).toMatchObject({ code: 'RequestIdUsed', sentence: other.failed });
    expect(other.failed).toMatch(
      /^A further request under the id incident-1 was refused; the restore that has this id \(restore-\w+\) is RESTORING, and was not touched\./,
    );
    expect(other.failed).not.toMatch(/failed|Nothing was begun/);
    expect((await tablesOf(aws)).toSorted()).toEqual(['orders', 'orders-copy']);
  });

  test('that was refused is refused again, also when its cause is gone', async () => {
    const { aws } = await start();
    const request = { requestId: 'incident-1', source: { table: 'gone', latest: true }, target, reason };
    const first = await aws.ask(request);
    await withItems(aws, 'gone');
    await aws.backUp('gone');
    expect((await aws.ask(request)).mistakes).toEqual(first.mistakes);
    expect(await tablesOf(aws)).not.toContain('orders-copy');
  });
});

describe('an event', () => {
  test('that comes twice is one restore', async () => {
    const { aws, source } = await start();
    aws.send({ source, target, reason });
    aws.send({ source, target, reason });
    await aws.untilEnded();
    await aws.clock.run(aws.clock.now() + 3_600_000);
    expect(changes(aws).filter((name) => name.startsWith('Restore'))).toEqual(['RestoreTableFromBackup']);
    expect(aws.factsOf('Restore Completed')).toHaveLength(1);
  });

  test.each([
    ['replayed', { isReplayed: true }],
    ['of another account', { account: '999999999999' }],
    ['older than an hour', { at: Date.UTC(2026, 0, 31) }],
  ])('that is %s is ignored', async (_, more) => {
    const { aws, source } = await start();
    aws.send({ source, target, reason }, 'event-1', more);
    await aws.clock.run(aws.clock.now() + 600_000);
    expect(aws.calls).toEqual([]);
    expect(aws.facts).toHaveLength(0);
  });
});

describe('a dry run', () => {
  test('answers with the plan, both columns of settings, time and cost, and only reads', async () => {
    const { aws, source } = await start();
    const written: string[] = [];
    aws.aws.onCall(({ call }) => {
      if (!/^(Describe|List|Get|Query|Scan)/.test(call.operation)) written.push(call.operation);
    });
    const answer = await aws.ask({ source, target: { ...target, tags: { team: 'shop' } }, reason, dryRun: true });
    expect(answer).toMatchObject({ dryRun: true, estimate: { minutes: [5, 60] } });
    expect(answer.steps?.join(' ')).toContain('RestoreTableFromBackup: make orders-copy');
    expect(answer.settings).toContainEqual({
      setting: 'tags',
      asBackedUp: 'none',
      asWanted: '{"team":"shop"}',
      because: 'the request says so',
    });
    expect(written).toEqual([]);
    expect(aws.facts).toHaveLength(0);
  });

  test('names the backup that was chosen first: which, of whom, from when, how large', async () => {
    const { aws, backupArn } = await start();
    const source = { table: 'orders', latest: true };
    const answer = await aws.ask({ source, target, reason, dryRun: true });
    expect(answer.backup).toEqual({
      backupArn,
      type: 'USER',
      madeAt: expect.stringMatching(/^2026-01-31T02:0/),
      sizeBytes: expect.any(Number),
      items: 1,
    });
    const { madeAt, sizeBytes } = answer.backup ?? {};
    expect(answer.notices?.[0]).toBe(
      `Chosen is the USER backup ${backupArn} of orders, made at ${madeAt}: ${sizeBytes} bytes, 1 item.`,
    );
    aws.send({ source, target, reason, dryRun: true });
    await aws.until(() => aws.facts.length > 0);
    expect(aws.facts[0]?.detail).toMatchObject({ backup: answer.backup, notices: answer.notices });
    expect(aws.facts[0]?.detail.sentence).toContain(answer.notices?.[0]);
  });

  test('that came by event can be read for a day, whether it is a plan or a list of mistakes', async () => {
    const { aws, source } = await start();
    const { world } = aws.world();
    const read = (requestId: string) => aws.done(readDryRun(world, taskId('restore', requestId)));
    aws.send({ requestId: 'right', source, target, reason, dryRun: true });
    aws.send({ requestId: 'wrong', source: { table: 'gone', latest: true }, target, reason, dryRun: true });
    await aws.until(() => aws.facts.length > 1);
    const { answer } = (await read('right')) ?? {};
    expect(answer?.steps).toEqual((await aws.ask({ source, target, reason, dryRun: true })).steps);
    expect((await read('wrong'))?.mistakes).toEqual([expect.objectContaining({ field: 'source.table' })]);
    const tomorrow = { ...world.clock, now: () => aws.clock.now() + 25 * 3_600_000 };
    const late = readDryRun({ catalog: world.catalog, clock: tomorrow }, taskId('restore', 'right'));
    expect(await aws.done(late)).toBeUndefined();
  });

  test.each([
    ['an unknown field', { what: 'ever' }],
    ['a table that is not there', { source: { table: 'gone', latest: true } }],
  ])('with %s says so with its requestId, and is told to nobody', async (_, more) => {
    const { aws, source } = await start();
    const answer = await aws.ask({ requestId: 'incident-1', source, target, reason, dryRun: true, ...more });
    expect(answer).toMatchObject({ dryRun: true, failed: expect.stringContaining('(request incident-1)') });
    expect(aws.facts).toHaveLength(0);
  });

  test('under an id that a restore has is told to nobody either', async () => {
    const { aws, source } = await start();
    await aws.ask({ requestId: 'incident-1', source, target, reason });
    const answer = await aws.ask({ requestId: 'incident-1', source, target, reason: 'another', dryRun: true });
    expect(answer).toMatchObject({ dryRun: true, mistakes: [{ field: 'requestId' }] });
    expect(aws.factsOf('Restore Failed')).toEqual([]);
  });

  test('leaves its requestId free for the restore itself', async () => {
    const { aws, source } = await start();
    const request = { requestId: 'incident-1', source, target, reason };
    await aws.ask({ ...request, dryRun: true });
    expect(await aws.ask(request)).toMatchObject({ state: 'RESTORING' });
  });

  test.each([
    ['a table that is not there', { source: { table: 'gone', latest: true } }],
    ['an unknown field', { what: 'ever' }],
  ])('by event with %s is told by an event that says that it was one', async (_, more) => {
    const { aws, source } = await start();
    aws.send({ source, target, reason, dryRun: true, ...more });
    await aws.until(() => aws.facts.length > 0);
    expect(aws.facts.map(({ type }) => type)).toEqual(['Restore Failed']);
    expect(aws.facts[0]?.detail).toMatchObject({
      dryRun: true,
      sentence: expect.stringMatching(/would be refused.*Nothing was begun\.$/),
    });
  });

  test('by event is told as an event', async () => {
    const { aws, source } = await start();
    aws.send({ source, target, reason, dryRun: true });
    await aws.until(() => aws.facts.length > 0);
    expect(aws.facts.map(({ type }) => type)).toEqual(['Restore Planned']);
    await aws.clock.run(aws.clock.now() + 600_000);
    expect(await tablesOf(aws)).toEqual(['orders']);
  });
});
