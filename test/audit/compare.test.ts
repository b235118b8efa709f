import { afterEach, expect, test } from 'vitest';
import { audit } from '../../shared/audit/audit.ts';
import { auditKey } from '../../shared/audit/memory.ts';
import { backupFrom, backupItem, backupKey, backupsOf } from '../../shared/ledger.ts';
import { backupName, installationOf, stampOf } from '../../shared/names.ts';
import type { Backup } from '../../shared/run.ts';
import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

async function begin(...plans: ReturnType<typeof aPlan>[]): Promise<string> {
  here = await surroundings('2026-01-01T00:00Z', plans.length > 0 ? plans : undefined);
  const id = await here.table('orders');
  await look();
  return id;
}

const look = (world = here.world, invocation = here.invocation()) => here.run(audit(world, hub, invocation));

async function backUp(at: string, more: Partial<Backup> = {}): Promise<Backup> {
  const [taken] = await here.backUpAll(at, ['orders'], more);
  return taken as Backup;
}

/** The audit after the next whole comparison is due. */
async function lookAfterAWeek(): Promise<boolean> {
  await here.pass(here.clock.now() + 7 * 86_400_000);
  return look();
}

test('a backup that was given up and has turned up AVAILABLE is one again, and that is told', async () => {
  await begin();
  const failed = await backUp('2026-01-01T02:00Z', { state: 'FAILED', error: 'It was not AVAILABLE by the deadline.' });
  await look();
  expect(here.told('Backup Recovered')).toMatchObject([{ table: 'orders', backupArn: failed.backupArn }]);
  expect(await here.stateOf(failed)).toMatchObject({ state: 'AVAILABLE', backupArn: failed.backupArn });
  expect(await here.stateOf(failed)).not.toHaveProperty('error');
  await look();
  expect(here.told('Backup Recovered')).toHaveLength(1);
});

test('an entry stays 400 days after its backup has vanished or was given up, and for good once it has one again', async () => {
  const ttlOf = async (backup: Backup) => {
    const item = await here.run(here.world.catalog.get(backupKey(backup)));
    return item?.ttl;
  };
  await begin();
  const ttl = Date.parse('2027-02-05T02:00Z') / 1000;
  const failed = await backUp('2026-01-01T02:00Z', { state: 'FAILED', ...{ ttl } });
  expect(await ttlOf(failed)).toBe(ttl);
  await look();
  expect(await here.stateOf(failed)).toMatchObject({ state: 'AVAILABLE' });
  expect(await ttlOf(failed)).toBeUndefined();
  await here.deleteByHand(failed);
  await lookAfterAWeek();
  expect(await here.stateOf(failed)).toMatchObject({ state: 'VANISHED' });
  expect(Number(await ttlOf(failed)) - here.clock.now() / 1000).toBeCloseTo(400 * 86_400, -3);
});

test('a backup whose request got no answer, and that was given up, gets its ARN from the list', async () => {
  const tableId = await begin();
  const failed = await backUp('2026-01-01T02:00Z', { state: 'FAILED' });
  const { backupArn, ...unanswered } = failed;
  await here.world.catalog.put({
    pk: `${hub.account}/${hub.region}#nightly`,
    sk: `backup#${failed.stamp}#${tableId}`,
    ...unanswered,
  });
  await look();
  expect(await here.stateOf(failed)).toMatchObject({ state: 'AVAILABLE', backupArn });
});

test('what was given up and is CREATING still is looked at again until it is AVAILABLE', async () => {
  await begin();
  here.dynamodb.setBackupFate(() => 'stuck');
  const failed = await backUp('2026-01-01T02:00Z', { state: 'FAILED' });
  let isDone = false;
  here.aws.intercept(async (call, perform) => {
    const answer = (await perform()) as { BackupSummaries?: { BackupStatus: string }[] };
    if (call.operation !== 'ListBackups' || !isDone) return answer;
    return {
      ...answer,
      BackupSummaries: answer.BackupSummaries?.map((one) => ({ ...one, BackupStatus: 'AVAILABLE' })),
    };
  });
  for (const hour of [3, 4, 5, 6]) {
    await here.pass(`2026-01-01T0${hour}:00Z`);
    await look();
  }
  expect(here.told('Backup Recovered')).toEqual([]);
  isDone = true;
  await here.pass('2026-01-01T07:00Z');
  await look();
  expect(here.told('Backup Recovered')).toMatchObject([{ backupArn: failed.backupArn }]);
});

test('a backup with a name like ours that the ledger does not have is told of once, and stays', async () => {
  const tableId = await begin();
  const mine = await backUp('2026-01-01T02:00Z');
  const run = { target: hub, plan: 'nightly', stamp: stampOf(Date.parse('2026-01-01T01:00Z')) };
  const forged = await here.backUp('orders', backupName(here.world.installation, run, tableId));
  await here.pass('2026-01-01T02:05Z');
  await look();
  await look();
  await lookAfterAWeek();
  expect(here.told('Backup Unrecognised')).toMatchObject([{ backupArn: forged.backupArn, table: 'orders' }]);
  expect(here.told('Protection Changed')).toMatchObject([{ unrecognised: { count: 1 } }, { overdue: { count: 1 } }]);
  expect(await here.atAws()).toEqual([mine.backupArn, forged.backupArn]);
});

test('a name with a hash that no run of ours makes is not recognised, although there is such a run', async () => {
  await begin();
  const mine = await backUp('2026-01-01T02:00Z');
  const name = backupName(here.world.installation, mine, mine.tableId);
  await here.backUp('orders', `${name.slice(0, -12)}000000000000`);
  await here.pass('2026-01-01T03:00Z');
  await look();
  expect(here.told('Backup Unrecognised')).toHaveLength(1);
  expect(await here.states()).toEqual({ AVAILABLE: 1 });
});

test("other people's backups and those of another installation are nobody's business", async () => {
  const tableId = await begin();
  const run = { target: hub, plan: 'nightly', stamp: stampOf(Date.parse('2026-01-01T02:00Z')) };
  await here.backUp('orders', backupName(installationOf('another-catalog'), run, tableId));
  await here.backUp('orders', 'before-the-migration');
  await here.pass('2026-01-01T03:00Z');
  await look();
  expect(here.told('Backup Unrecognised')).toEqual([]);
});

test('a second backup of a (run, table) that nobody saw becomes a duplicate in the ledger', async () => {
  await begin();
  const mine = await backUp('2026-01-01T02:00Z');
  const second = await here.backUp('orders', backupName(here.world.installation, mine, mine.tableId));
  await here.pass('2026-01-01T03:00Z');
  await look();
  await look();
  const entries: Backup[] = [];
  for await (const item of here.world.catalog.query(backupsOf(mine))) entries.push(backupFrom(item));
  expect(entries.map(({ backupArn, isDuplicate = false }) => [backupArn, isDuplicate])).toEqual([
    [mine.backupArn, false],
    [second.backupArn, true],
  ]);
  expect(here.told('Backup Unrecognised')).toEqual([]);
});

test('what a run is still busy with is left to the run', async () => {
  await begin();
  const creating = await backUp('2026-01-01T02:00Z', { state: 'CREATING' });
  await here.backUp('orders', backupName(here.world.installation, creating, creating.tableId));
  await here.pass('2026-01-01T03:00Z');
  await look();
  expect(await here.states()).toEqual({ CREATING: 1 });
});

test('what was made since the last audit and is not at AWS any more has vanished within the hour', async () => {
  await begin();
  const gone = await backUp('2026-01-01T02:00Z');
  const there = await backUp('2026-01-01T02:01Z');
  await here.deleteByHand(gone);
  await here.pass('2026-01-01T03:00Z');
  await look();
  await look();
  expect(here.told('Backup Vanished')).toMatchObject([{ backupArn: gone.backupArn }]);
  expect((await here.stateOf(gone)).state).toBe('VANISHED');
  expect((await here.stateOf(there)).state).toBe('AVAILABLE');
});

test('once a week everything is compared: what AWS does not know any more has vanished, and that is told once', async () => {
  await begin();
  const gone = await backUp('2026-01-01T02:00Z');
  const there = await backUp('2026-01-02T02:00Z');
  await look();
  await here.pass('2026-01-02T03:00Z');
  await here.deleteByHand(gone);
  await look();
  expect(here.told('Backup Vanished')).toEqual([]);
  await lookAfterAWeek();
  await lookAfterAWeek();
  expect(here.told('Backup Vanished')).toMatchObject([{ table: 'orders', backupArn: gone.backupArn }]);
  expect(here.told('Backup Vanished')[0]?.sentence).toContain('CloudTrail');
  expect(here.told('Protection Changed')).toMatchObject([
    { overdue: { count: 1 } },
    { vanished: { count: 1, named: ['orders of 2026-01-01T02:00:00.000Z (nightly)'] } },
  ]);
  expect((await here.stateOf(gone)).state).toBe('VANISHED');
  expect((await here.stateOf(there)).state).toBe('AVAILABLE');
});

test('the whole comparison begins before the first backup of the oldest run, whichever the ledger names first', async () => {
  here = await surroundings('2026-01-01T00:00Z');
  const ids = new Map([[await here.table('orders'), 'orders'] as const, [await here.table('users'), 'users'] as const]);
  const [second = '', first = ''] = [...ids.keys()].sort().map((id) => ids.get(id) ?? '');
  const [gone] = await here.backUpAll('2026-01-01T02:00Z', [first]);
  await here.backUpAll('2026-01-01T02:00Z', [second]);
  if (gone) await here.deleteByHand(gone);
  await look();
  expect(here.told('Backup Vanished')).toMatchObject([{ table: first }]);
});

test('a backup that was made days after its run was scheduled is compared like any other', async () => {
  const tableId = await begin(aPlan({ deadline: '7d' }));
  const run = { target: hub, plan: 'nightly', stamp: stampOf(Date.parse('2026-01-01T02:00Z')) };
  await here.pass('2026-01-06T02:00Z');
  const made = await here.backUp('orders', backupName(here.world.installation, run, tableId));
  const late: Backup = { ...run, tableId, tableName: 'orders', state: 'AVAILABLE', attempt: 1, ...made };
  await here.world.catalog.put(backupItem(late));
  await here.pass('2026-01-06T04:00Z');
  await look();
  await here.deleteByHand(late);
  await lookAfterAWeek();
  expect(here.told('Backup Vanished')).toMatchObject([{ backupArn: made.backupArn }]);
});

test('what the list does not show, and DescribeBackup does, has not vanished', async () => {
  await begin();
  const mine = await backUp('2026-01-01T02:00Z');
  here.aws.intercept(async (call, perform) => {
    const answer = await perform();
    return call.operation === 'ListBackups' ? { BackupSummaries: [] } : answer;
  });
  await lookAfterAWeek();
  expect(here.told('Backup Vanished')).toEqual([]);
  expect((await here.stateOf(mine)).state).toBe('AVAILABLE');
});

test('the whole comparison goes at one page a second and is gone on with where it was interrupted', async () => {
  await begin();
  for (let day = 1; day <= 20; day++) await backUp(`2026-01-${String(day).padStart(2, '0')}T02:00Z`);
  await here.deleteByHand((await entries()).at(-1) as Backup);
  await here.pass(here.clock.now() + 86_400_000);
  const from = here.calls.length;
  const startedAt = here.clock.now();
  let drivers = 1;
  while (!(await look(here.world, here.invocation(80)))) drivers++;
  expect(drivers).toBeGreaterThan(2);
  const pages = here.calls.slice(from).filter(({ operation }) => operation === 'ListBackups').length;
  // 20 days and some hours in steps of 6 hours, each once, and one hour's window.
  expect(pages).toBeGreaterThan(80);
  expect(pages).toBeLessThan(95);
  expect((here.clock.now() - startedAt) / 1000).toBeGreaterThan(pages - 5);
  expect(here.told('Backup Vanished')).toHaveLength(1);
  expect(await here.world.catalog.get(auditKey(hub))).toMatchObject({ fullFrom: null });
});

async function entries(): Promise<Backup[]> {
  const all: Backup[] = [];
  for await (const item of here.world.catalog.query(backupsOf({ target: hub, plan: 'nightly' })))
    all.push(backupFrom(item));
  return all;
}
