import { afterEach, expect, test } from 'vitest';
import { audit } from '../../shared/audit/audit.ts';
import { backupItem } from '../../shared/ledger.ts';
import { backupName } from '../../shared/names.ts';
import type { Backup } from '../../shared/run.ts';

import { aPlan, hub, type Surroundings, surroundings } from '../retention/surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const look = () => here.run(audit(here.world, hub, here.invocation()));

/** From now on AWS says that every backup is in that state. */
function sayAll(status: () => string) {
  here.aws.intercept(async (call, perform) => {
    const answer = (await perform()) as { BackupSummaries?: object[] };
    if (call.operation !== 'ListBackups') return answer;
    return { ...answer, BackupSummaries: answer.BackupSummaries?.map((one) => ({ ...one, BackupStatus: status() })) };
  });
}

async function begin(more: Partial<Backup>) {
  here = await surroundings('2026-01-01T00:00Z');
  await here.table('orders');
  await look();
  const [backup] = (await here.backUpAll('2026-01-01T02:00Z', ['orders'], more)) as [Backup];
  let status = 'CREATING';
  sayAll(() => status);
  return {
    backup,
    become: () => {
      status = 'AVAILABLE';
    },
  };
}

test('a backup that was under way at one audit, and was given up later, is found at the first audit after it is AVAILABLE', async () => {
  const { backup, become } = await begin({ state: 'CREATING' });
  await here.pass('2026-01-01T03:00Z');
  await look();
  await here.world.catalog.put(
    backupItem({ ...backup, state: 'FAILED', error: 'It was not AVAILABLE by the deadline.' }),
  );
  for (const hour of [7, 8]) {
    await here.pass(`2026-01-01T0${hour}:00Z`);
    await look();
  }
  become();
  await here.pass('2026-01-01T09:00Z');
  await look();
  expect(here.told('Backup Recovered')).toMatchObject([{ backupArn: backup.backupArn }]);
});

test('a second backup that was CREATING when its run ended becomes AVAILABLE, so that retention may delete it', async () => {
  const { backup, become } = await begin({});
  const twin = {
    ...backup,
    ...(await here.backUp('orders', backupName(here.world.installation, backup, backup.tableId))),
  };
  const second: Backup = { ...twin, isDuplicate: true, state: 'CREATING' };
  await here.world.catalog.put(backupItem(second));
  await here.pass('2026-01-01T03:00Z');
  await look();
  become();
  await here.pass('2026-01-01T04:00Z');
  await look();
  expect(await here.stateOf(second)).toMatchObject({ state: 'AVAILABLE', backupArn: second.backupArn });
  expect(here.told('Backup Recovered')).toEqual([]);
});

test('a second backup that nobody has seen is written down at the first audit after it is AVAILABLE', async () => {
  const { backup, become } = await begin({});
  const { backupArn, createdAt } = await here.backUp(
    'orders',
    backupName(here.world.installation, backup, backup.tableId),
  );
  await here.pass('2026-01-01T03:00Z');
  await look();
  become();
  await here.pass('2026-01-01T04:00Z');
  await look();
  const second: Backup = { ...backup, backupArn, createdAt, isDuplicate: true };
  expect(await here.stateOf(second)).toMatchObject({ state: 'AVAILABLE', isDuplicate: true });
});

test('a backup that a table made anew got in place of the one before it is in the ledger, and so not unrecognised', async () => {
  const { backup } = await begin({});
  const other = { ...backup, tableId: 'the-table-before' };
  const made = await here.backUp('orders', backupName(here.world.installation, other, other.tableId));
  await here.world.catalog.put(backupItem({ ...backup, ...made, isDuplicate: true }));
  await here.pass('2026-01-01T03:00Z');
  await look();
  expect(here.told('Backup Unrecognised')).toEqual([]);
});

test('a full comparison that takes hours does not keep the audit from finding what is overdue', async () => {
  here = await surroundings('2026-01-01T00:00Z', [aPlan({ rpo: '26h' })]);
  await here.table('orders');
  await here.table('users');
  await here.backUpAll('2026-01-01T02:00Z', ['orders', 'users']);
  await here.pass('2026-03-31T02:00Z');
  await here.backUpAll('2026-03-31T02:00Z', ['orders', 'users']);
  const lookShortly = () => here.run(audit(here.world, hub, here.invocation(61)));
  await here.pass('2026-04-01T03:50Z');
  expect(await lookShortly()).toBe(false);
  expect(here.told('Backup Overdue')).toEqual([]);
  let isDone = false;
  while (here.clock.now() < Date.parse('2026-04-01T05:00Z')) {
    await here.pass(here.clock.now() + 300_000);
    isDone = await lookShortly();
  }
  expect(isDone).toBe(false);
  expect(here.told('Backup Overdue')).toHaveLength(2);
});
