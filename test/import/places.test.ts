import { afterEach, expect, test } from 'vitest';
import { type ImportHere, importHere, makeOrders, order } from './here.ts';

let here: ImportHere;
afterEach(() => here.close());

const hub = '123456789012';
const there = { account: '210987654321', region: 'eu-central-1' };

/** The roles of the other account, as deploy/member-account.yml makes them. */
function member(actions: string[]): void {
  here.iam.putRole({
    account: there.account,
    name: 'tablekeep-import',
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${hub}:root` }, Action: 'sts:AssumeRole' }],
    },
    policies: { import: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] } },
  } as never);
}

/** What the owner of the bucket allows the other account's role. */
function letIn(): Promise<unknown> {
  const Principal = { AWS: `arn:aws:iam::${there.account}:role/tablekeep-import` };
  const Statement = [
    { Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::archive/*' },
    { Effect: 'Allow', Principal, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::archive' },
  ];
  const Body = new TextEncoder().encode(JSON.stringify({ Version: '2012-10-17', Statement }));
  return here.done(
    here.aws.core.call({
      service: 's3',
      operation: 'PutBucketPolicy',
      input: { Bucket: 'archive', Body },
      caller: here.iam.caller(hub),
      account: hub,
      region: 'us-east-1',
    }),
  );
}

const rights = ['dynamodb:*', 'application-autoscaling:*', 's3:GetObject', 's3:ListBucket'];

async function exported() {
  here = await importHere({
    plans: {
      nightly: {
        schedule: 'rate(1 day)',
        tables: { include: ['*'] },
        keep: { last: 1 },
        targets: [{ account: there.account, regions: [there.region] }],
      },
    },
  });
  await makeOrders(here);
  for (let n = 0; n < 5; n++) await here.put('orders', order(n));
  await here.pass(1000);
  const full = await here.exportFull('orders');
  await here.put('orders', order(0, { more: { BOOL: true } }));
  await here.remove('orders', { id: { S: 'order-1' } });
  await here.pass(3_600_000);
  const window = await here.exportWindow('orders', full);
  return {
    source: { bucket: 'archive', export: full.folder, increments: [window.folder] },
    target: { tableName: 'orders-again', ...there, tags: { from: 'there' } },
    reason: 'orders go to their own account',
  };
}

test('a table is carried to another account and Region, with the rights of the role there', async () => {
  const request = await exported();
  member(rights);
  await letIn();
  const answer = await here.invoke(request);
  expect(answer.mistakes).toBeUndefined();
  await here.untilEnded();
  expect(here.thrown).toEqual([]);
  expect(here.factsOf('Import Completed')[0]?.detail).toMatchObject({
    ...there,
    items: 4,
    isAsExpected: true,
    tableArn: 'arn:aws:dynamodb:eu-central-1:210987654321:table/orders-again',
    sourceTableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
  });
  expect(await here.items('orders-again', there)).toEqual(await here.items('orders'));
});

test('a bucket that does not let the role in is said before anything is begun', async () => {
  const request = await exported();
  member(rights);
  const { mistakes } = await here.invoke(request);
  expect(mistakes).toMatchObject([
    { field: 'source.bucket', remedy: expect.stringContaining("allow the role in the bucket's policy") },
  ]);
});

test('a right that the role has not ends the import with its name, and what is left behind', async () => {
  const request = await exported();
  member(
    rights.map((right) => (right === 'dynamodb:*' ? 'dynamodb:*Table*' : right)).concat('dynamodb:DescribeImport'),
  );
  await letIn();
  await here.invoke(request);
  await here.untilEnded();
  expect(here.factsOf('Import Failed')[0]?.detail).toMatchObject({
    code: 'AccessDeniedException',
    mistakes: [{ field: '(rights)', problem: expect.stringContaining('dynamodb:GetResourcePolicy') }],
    leftBehind: expect.stringContaining('in 210987654321/eu-central-1 stays, unfinished'),
  });
});
