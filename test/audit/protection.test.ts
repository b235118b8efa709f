import { DescribeTableCommand, TagResourceCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { audit } from '../../shared/audit/audit.ts';
import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const plan = aPlan({ rpo: '26h' });
const look = (world = here.world) => here.run(audit(world, hub, here.invocation()));

async function begin(...plans: ReturnType<typeof aPlan>[]): Promise<void> {
  here = await surroundings('2026-01-01T00:00Z', plans.length > 0 ? plans : [plan]);
}

/** As the hourly schedule would. */
async function lookEveryHour(until: string, world = here.world): Promise<void> {
  while (here.clock.now() + 3_600_000 <= Date.parse(until)) {
    await here.pass(here.clock.now() + 3_600_000);
    await look(world);
  }
}

test('a table whose newest backup is older than the rpo is overdue: told once, and once when it is well again', async () => {
  await begin();
  await here.table('orders');
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await lookEveryHour('2026-01-02T03:59Z');
  expect(here.told('Backup Overdue')).toEqual([]);
  await lookEveryHour('2026-01-02T12:00Z');
  expect(here.told('Backup Overdue')).toMatchObject([
    { table: 'orders', plan: 'nightly', newestAt: '2026-01-01T02:00:00.000Z', rpoSeconds: 26 * 3600 },
  ]);
  await here.backUpAll('2026-01-02T12:30Z', ['orders']);
  await lookEveryHour('2026-01-02T16:00Z');
  expect(here.told('Backup Overdue')).toHaveLength(1);
  expect(here.told('Backup Protected')).toMatchObject([{ table: 'orders', newestAt: '2026-01-02T12:30:00.000Z' }]);
});

test('many tables that become overdue are one message to people, and so is that they are well again', async () => {
  await begin();
  const tables = Array.from({ length: 25 }, (_, index) => `table-${String(index).padStart(2, '0')}`);
  for (const name of tables) await here.table(name);
  await here.backUpAll('2026-01-01T02:00Z', tables);
  await lookEveryHour('2026-01-02T08:00Z');
  expect(here.told('Backup Overdue')).toHaveLength(25);
  expect(here.told('Protection Changed')).toMatchObject([
    { overdue: { count: 25 }, protected: { count: 0, named: [] } },
  ]);
  const [{ overdue, sentence } = {}] = here.told('Protection Changed');
  expect((overdue as { named: string[] }).named).toHaveLength(10);
  expect(sentence).toMatch(
    /^123456789012\/us-east-1: 25 tables are overdue: table-\d\d \(nightly\), .* and 15 more\. Look at/,
  );
  await here.backUpAll('2026-01-02T08:30Z', tables);
  await lookEveryHour('2026-01-02T12:00Z');
  expect(here.told('Protection Changed').slice(1)).toMatchObject([{ overdue: { count: 0 }, protected: { count: 25 } }]);
});

test('killed at any of its requests, people are told of every table all the same', async () => {
  for (let dieAt = 1; ; dieAt++) {
    await begin();
    for (const name of ['orders', 'users']) await here.table(name);
    await here.backUpAll('2026-01-01T02:00Z', ['orders', 'users']);
    await look();
    await here.pass('2026-01-02T05:00Z');
    const { world, isDead } = here.mortal(dieAt, 'after', [plan]);
    let isOver = false;
    audit(world, hub, here.invocation()).then(() => {
      isOver = true;
    });
    await here.clock.run(here.clock.now() + 600_000, () => isOver || isDead());
    await here.pass(here.clock.now() + 120_000);
    await look();
    const told = new Map(
      here.told('Protection Changed').map(({ id, overdue }) => [id, overdue as { named: string[] }]),
    );
    const named = [...told.values()].flatMap((overdue) => overdue.named);
    expect([...new Set(named)].sort(), `killed at ${dieAt}`).toEqual(['orders (nightly)', 'users (nightly)']);
    expect(told.size).toBeLessThan(3);
    here.restore();
    if (isOver) return;
  }
});

test('what was found before the audit met an error is told all the same', async () => {
  await begin();
  await here.table('orders');
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await here.pass('2026-01-02T05:00Z');
  here.aws.intercept(async (call, perform) => {
    if (call.operation === 'ListBackups') throw new AwsError('AccessDeniedException', 'not authorized');
    return perform();
  });
  await expect(look()).rejects.toThrow('not authorized');
  expect(here.told('Protection Changed')).toMatchObject([{ overdue: { count: 1 } }]);
});

test('it becomes overdue again with the next backup that does not come', async () => {
  await begin();
  await here.table('orders');
  for (const at of ['2026-01-01T02:00Z', '2026-01-03T02:00Z']) {
    await lookEveryHour(at);
    await here.backUpAll(at, ['orders']);
  }
  await lookEveryHour('2026-01-05T00:00Z');
  expect(here.told('Backup Overdue')).toHaveLength(2);
  expect(new Set(here.told('Backup Overdue').map(({ id }) => id)).size).toBe(2);
});

test('a failed backup protects nothing', async () => {
  await begin();
  await here.table('orders');
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  here.dynamodb.setBackupFate(() => 'vanishes');
  await here.backUpAll('2026-01-02T02:00Z', ['orders'], { state: 'FAILED' });
  await lookEveryHour('2026-01-02T12:00Z');
  expect(here.told('Backup Overdue')).toMatchObject([{ table: 'orders', newestAt: '2026-01-01T02:00:00.000Z' }]);
});

test('a new table counts from its creation', async () => {
  await begin();
  await lookEveryHour('2026-01-05T00:00Z');
  await here.pass('2026-01-05T00:00Z');
  await here.table('orders');
  await lookEveryHour('2026-01-06T01:30Z');
  expect(here.told('Backup Overdue')).toEqual([]);
  await lookEveryHour('2026-01-06T02:30Z');
  const [told] = here.told('Backup Overdue');
  expect(told).toMatchObject({ table: 'orders' });
  expect(told).not.toHaveProperty('newestAt');
  expect(told?.sentence).toContain('It has no backup at all.');
});

test('an old table that a plan means from today on is not late today', async () => {
  await begin(aPlan({ rpo: '26h', tables: { tags: { backup: 'yes' } } }));
  await here.table('orders');
  await lookEveryHour('2026-01-08T00:00Z');
  const { Table } = await here.sdk.send(describe('orders'));
  await here.sdk.send(
    new TagResourceCommand({ ResourceArn: Table?.TableArn, Tags: [{ Key: 'backup', Value: 'yes' }] }),
  );
  await lookEveryHour('2026-01-09T01:00Z');
  expect(here.told('Backup Overdue')).toEqual([]);
  await lookEveryHour('2026-01-09T04:00Z');
  expect(here.told('Backup Overdue')).toHaveLength(1);
});

test('a plan that is off, and a table that has opted out, are never overdue', async () => {
  await begin(plan, { ...aPlan({ rpo: '1h' }, 'off'), enabled: false });
  await here.table('orders', { Tags: [{ Key: 'tablekeep:skip', Value: 'true' }] });
  await here.table('users');
  await here.backUpAll('2026-01-01T02:00Z', ['users']);
  await lookEveryHour('2026-01-02T02:00Z');
  expect(here.told('Backup Overdue')).toEqual([]);
});

test('a plan without rpo is overdue when a firing has passed by without a backup', async () => {
  // Fires at 02:00; an hour to start in, four until the deadline.
  await begin(aPlan());
  await here.table('orders');
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await lookEveryHour('2026-01-02T06:59Z');
  expect(here.told('Backup Overdue')).toEqual([]);
  await lookEveryHour('2026-01-02T08:30Z');
  expect(here.told('Backup Overdue')).toHaveLength(1);
});

test('what is known to be overdue is not looked for in the whole ledger every hour', async () => {
  await begin();
  await here.table('orders');
  await here.table('never');
  await here.backUpAll('2026-01-01T02:00Z', ['orders']);
  await lookEveryHour('2026-01-04T00:00Z');
  expect(here.told('Backup Overdue')).toHaveLength(2);
  const writes = () => here.count('UpdateItem') + here.count('PutItem');
  const before = writes();
  await look();
  // Lease taken, what was looked at, the plan of ListBackups' slots, lease given back.
  expect(writes() - before).toBeLessThan(8);
});

function describe(TableName: string) {
  return new DescribeTableCommand({ TableName });
}

test('a table that may not be described is overdue like one without a backup, and hides no other', async () => {
  await begin();
  await here.table('closed');
  await here.table('orders');
  here.aws.intercept(async (call, perform) => {
    if (call.operation === 'DescribeTable' && call.input.TableName === 'closed')
      throw new AwsError('AccessDeniedException', 'explicit deny');
    return perform();
  });
  await lookEveryHour('2026-01-03T00:00Z');
  expect(
    here
      .told('Backup Overdue')
      .map(({ table }) => table)
      .sort(),
  ).toEqual(['closed', 'orders']);
});
