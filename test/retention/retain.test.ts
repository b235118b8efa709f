import { UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { hold, pin } from '../../shared/holds.ts';
import { backupItem } from '../../shared/ledger.ts';
import { backupName, installationOf, stampOf } from '../../shared/names.ts';
import type { Plan } from '../../shared/plan.ts';
import { retain } from '../../shared/retention/apply.ts';
import type { Backup } from '../../shared/run.ts';
import { aPlan, hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

/** One table, `orders`, on 1 January. */
async function begin(...plans: Plan[]): Promise<string> {
  here = await surroundings('2026-01-01T00:00Z', plans.length > 0 ? plans : undefined);
  return here.table('orders');
}

const night = (day: number) => `2026-01-${String(day).padStart(2, '0')}T02:00Z`;

async function nights(days: number[], more: Partial<Backup> = {}): Promise<Backup[]> {
  const taken: Backup[] = [];
  for (const day of days) taken.push(...(await here.backUpAll(night(day), ['orders'], more)));
  return taken;
}

async function apply(world = here.world, plan = 'nightly') {
  await here.pass(here.clock.now() + 1000);
  return here.run(retain(world, { plan, target: hub }, here.invocation(), { confirm: true }));
}
const arns = (backups: { backupArn?: string }[]) => backups.map(({ backupArn }) => backupArn).sort();

test('deletes what no rule keeps, at AWS and in the ledger, and tells each with the reason', async () => {
  await begin();
  const [oldest, ...kept] = await nights([2, 3, 4]);
  expect(await apply()).toEqual({ kept: 2, deleted: 1, failed: 0, throttled: 0 });
  expect((await here.atAws()).sort()).toEqual(arns(kept));
  expect(here.told('Backup Deleted')).toMatchObject([
    { table: 'orders', backupArn: oldest?.backupArn, reason: 'No rule keeps it any more: last 2.' },
  ]);
  expect(here.told('Retention Completed')).toMatchObject([{ kept: 2, deleted: 1 }]);
  expect(await here.states()).toEqual({ AVAILABLE: 2, DELETED: 1 });
});

test('an entry of a deleted backup may go after 30 days, and no other entry may', async () => {
  await begin();
  const [oldest, newest] = await nights([2, 3, 4]);
  await apply();
  const { deletedAt = 0, ...rest } = (await here.stateOf(oldest as Backup)) as Backup & { ttl: number };
  expect(rest.ttl).toBe(Math.ceil(deletedAt / 1000) + 30 * 86_400);
  expect(await here.stateOf(newest as Backup)).not.toHaveProperty('ttl');
});

test('judged again at once, nothing more is deleted', async () => {
  await begin();
  await nights([2, 3, 4, 5]);
  await apply();
  expect(await apply()).toMatchObject({ kept: 2, deleted: 0 });
});

test("other people's backups, another installation's and SYSTEM backups stay, and count for no rule", async () => {
  const tableId = await begin();
  const another = backupName(
    installationOf('another-catalog'),
    { target: hub, plan: 'nightly', stamp: stampOf(0) },
    tableId,
  );
  const foreign = [await here.backUp('orders', 'before-the-migration'), await here.backUp('orders', another)];
  await here.table('archive');
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await here.sdk.send(new UpdateContinuousBackupsCommand({ TableName: 'archive', PointInTimeRecoverySpecification }));
  await here.dropTable('archive');
  const mine = await nights([2, 3, 4]);
  await apply();
  const left = await here.atAws();
  expect(left.filter((arn) => arn.includes('/archive/'))).toHaveLength(1);
  expect(left).toEqual(expect.arrayContaining(arns([...foreign, ...mine.slice(1)])));
  expect(left).toHaveLength(5);
});

test('a backup whose name is ours to the last letter stays when the ledger does not have it', async () => {
  const tableId = await begin();
  const run = { target: hub, plan: 'nightly', stamp: stampOf(Date.parse(night(1))) };
  const forged = await here.backUp('orders', backupName(here.world.installation, run, tableId));
  await nights([2, 3, 4]);
  await apply();
  expect(await here.atAws()).toContain(forged.backupArn);
});

test('a hold and a pin keep a backup, also when they come while retention runs', async () => {
  await begin();
  const [first, second, third] = (await nights([2, 3, 4, 5, 6])) as [Backup, Backup, Backup];
  await here.run(hold(here.world.catalog, first, { by: 'Ada', reason: 'the lawsuit', at: here.clock.now() }));
  let isPinned = false;
  here.aws.intercept(async (call, perform) => {
    // The guard has been asked and nothing is DELETING yet.
    if (call.operation === 'DescribeBackup' && !isPinned) {
      isPinned = true;
      await pin(here.world.catalog, second, 'restore-1');
    }
    return perform();
  });
  expect(await apply()).toMatchObject({ deleted: 1 });
  expect(isPinned).toBe(true);
  expect(await here.states()).toEqual({ AVAILABLE: 4, DELETED: 1 });
  expect((await here.stateOf(third)).state).toBe('DELETED');
});

test('nothing of a table is deleted when its newest backup was deleted by hand: that is told, and the next run judges without it', async () => {
  await begin();
  const [, second, third, newest] = (await nights([2, 3, 4, 5])) as [Backup, Backup, Backup, Backup];
  await here.deleteByHand(newest);
  expect(await apply()).toMatchObject({ deleted: 0 });
  expect(here.count('DeleteBackup')).toBe(1);
  expect(here.told('Backup Vanished')).toMatchObject([{ table: 'orders', backupArn: newest.backupArn }]);
  expect(here.told('Protection Changed')).toMatchObject([{ vanished: { count: 1 } }]);
  expect((await here.stateOf(newest)).state).toBe('VANISHED');
  expect(await apply()).toMatchObject({ kept: 2, deleted: 1 });
  expect((await here.atAws()).sort()).toEqual(arns([second, third]));
});

test('the trouble of one table does not hold back another', async () => {
  await begin();
  await here.table('users');
  for (const day of [2, 3, 4]) await here.backUpAll(night(day), ['orders', 'users']);
  const [orders] = await here.backUpAll(night(5), ['orders', 'users']);
  await here.deleteByHand(orders as Backup);
  expect(await apply()).toMatchObject({ deleted: 2 });
  expect(here.told('Backup Deleted').map(({ table }) => table)).toEqual(['users', 'users']);
});

test('a backup that is still CREATING counts for no rule and stays', async () => {
  await begin();
  const [first, second] = (await nights([2, 3])) as [Backup, Backup];
  const [creating] = await nights([4], { state: 'CREATING' });
  expect(await apply()).toMatchObject({ kept: 2, deleted: 0 });
  expect((await here.atAws()).sort()).toEqual(arns([first, second, creating as Backup]));
});

test('a newest backup that AWS shows as CREATING confirms nothing', async () => {
  await begin();
  here.dynamodb.setBackupFate(({ backupName: name }) => (name.includes('20260105') ? 'stuck' : 'available'));
  await nights([2, 3, 4, 5]);
  expect(await apply()).toMatchObject({ deleted: 0 });
  expect(here.told('Backup Vanished')).toEqual([]);
});

test('the last backup of a deleted table stays for ever without afterTableDeleted', async () => {
  await begin();
  await nights([2, 3, 4]);
  await here.dropTable('orders');
  await apply();
  await here.pass('2027-01-01T00:00Z');
  await apply();
  expect(await here.states()).toEqual({ AVAILABLE: 2, DELETED: 1 });
});

test('with afterTableDeleted the backups of a deleted table go that long after it was first found missing', async () => {
  await begin(aPlan({ keep: { last: 2, afterTableDeleted: '30d' } }));
  await nights([2, 3]);
  await here.dropTable('orders');
  await here.pass('2026-02-01T00:00Z');
  expect(await apply()).toMatchObject({ deleted: 0 });
  await here.pass('2026-03-02T23:00Z');
  expect(await apply()).toMatchObject({ deleted: 0 });
  await here.pass('2026-03-03T01:00Z');
  expect(await apply()).toMatchObject({ kept: 0, deleted: 2 });
  expect(here.told('Backup Deleted')[0]?.reason).toContain('afterTableDeleted');
});

test('a table that may not be described is not taken for gone, and holds back no other', async () => {
  await begin(aPlan({ keep: { last: 1, afterTableDeleted: '1d' } }));
  await here.table('users');
  for (const day of [2, 3]) await here.backUpAll(night(day), ['orders', 'users']);
  here.aws.intercept(async (call, perform) => {
    if (call.operation === 'DescribeTable' && call.input.TableName === 'orders')
      throw new AwsError('AccessDeniedException', 'explicit deny');
    return perform();
  });
  expect(await apply()).toMatchObject({ kept: 2, deleted: 2 });
  await here.pass('2026-02-01T00:00Z');
  expect(await apply()).toMatchObject({ kept: 2, deleted: 0 });
});

test('a new table of the same name does not keep the old one alive, and is not taken for gone', async () => {
  await begin(aPlan({ keep: { last: 1, afterTableDeleted: '1d' } }));
  const [old] = (await nights([2])) as [Backup];
  await here.dropTable('orders');
  await here.table('orders');
  const [young] = (await nights([3])) as [Backup];
  await apply();
  await here.pass('2026-01-05T00:00Z');
  await apply();
  expect(await here.atAws()).toEqual(arns([young]));
  expect((await here.stateOf(old)).state).toBe('DELETED');
});

test('ad-hoc backups go at the date that was asked for, and stay without one', async () => {
  await begin();
  const dated = await nights([2], { plan: 'ad-hoc', expiresAt: Date.parse('2026-01-10T00:00Z') });
  const [, undated] = [dated, await nights([3], { plan: 'ad-hoc' })];
  expect(await apply(here.world, 'ad-hoc')).toMatchObject({ kept: 2, deleted: 0 });
  await here.pass('2026-01-10T00:00Z');
  expect(await apply(here.world, 'ad-hoc')).toMatchObject({ kept: 1, deleted: 1 });
  expect(await here.atAws()).toEqual(arns(undated));
});

test('a second backup of the same run and table goes, and the original stays', async () => {
  await begin();
  const [original] = (await nights([2])) as [Backup];
  const second = await here.backUp('orders', backupName(here.world.installation, original, original.tableId));
  await here.world.catalog.put(backupItem({ ...original, ...second, isDuplicate: true }));
  await here.pass(here.clock.now() + 10_000);
  expect(await apply()).toMatchObject({ kept: 1, deleted: 1 });
  expect(await here.atAws()).toEqual(arns([original]));
});

test('a delete costs two write units, and nothing is read twice', async () => {
  await begin();
  await nights([2, 3, 4, 5, 6, 7, 8, 9]);
  const from = here.calls.length;
  await apply();
  const writes = here.calls.slice(from).filter(({ operation, input }) => {
    const key = input.Key as { sk?: { S: string } } | undefined;
    return /UpdateItem|PutItem/.test(operation) && key?.sk?.S.startsWith('backup#');
  });
  expect(writes).toHaveLength(2 * 6);
});
