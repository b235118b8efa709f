import { afterEach, describe, expect, test } from 'vitest';
import { catalogName } from '../support/world.ts';
import { reason } from './here.ts';
import { changes, close, ordersBackedUp, switchOnRecovery, tablesOf } from './tables.ts';

afterEach(close);

const arnOf = (account: string) => `arn:aws:dynamodb:us-east-1:${account}:table/orders/backup/01769824801532-9f3c11d2`;

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
    const { aws, backupArn } = await ordersBackedUp();
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
    const { aws } = await ordersBackedUp();
    await switchOnRecovery(aws, 'orders');
    await aws.clock.run(aws.clock.now() + 3_600_000);
    const at = '2026-01-01T00:00:00Z';
    const { mistakes = [] } = await aws.ask({ source: { table: 'orders', pointInTime: { at } }, target, reason });
    expect(mistakes.map(({ field }) => field)).toEqual(['source.pointInTime.at']);
    expect(mistakes[0]?.problem).toMatch(/to any second from 2026-01-31T02:00:.* to 2026-01-31T02:55:/);
  });

  test('a backup that is still CREATING', async () => {
    const { aws } = await ordersBackedUp({ dynamodb: { backupMs: () => 60_000 } });
    const { BackupDetails: made } = await aws.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
      TableName: 'orders',
      BackupName: 'second',
    });
    const { mistakes = [] } = await aws.ask({ source: { backupArn: made.BackupArn }, target, reason });
    expect(mistakes[0]).toMatchObject({ field: 'source.backupArn', problem: expect.stringContaining('is CREATING') });
    expect(mistakes[0]?.remedy).toContain('Wait');
  });

  test('a key that is disabled', async () => {
    const { aws, source } = await ordersBackedUp();
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
