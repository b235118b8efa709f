import { afterEach, expect, test } from 'vitest';
import { FencedError } from '../../shared/errors.ts';
import { backupItem } from '../../shared/ledger.ts';
import { retentionKey } from '../../shared/retention/apply.ts';
import { recordDeleted, takeBack } from '../../shared/retention/delete.ts';
import { deleteAll } from '../../shared/retention/deletes.ts';
import { WantedLease } from '../../shared/retention/lease.ts';
import type { Backup } from '../../shared/run.ts';
import type { World } from '../../shared/world.ts';
import { type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

/** A backup as a driver knows it, in a ledger that says something else of it by now. */
async function begin(known: Partial<Backup>, ledger: Partial<Backup>): Promise<Backup> {
  here = await surroundings('2026-01-01T00:00Z');
  await here.table('orders');
  const [backup] = (await here.backUpAll('2026-01-02T02:00Z', ['orders'])) as [Backup];
  await here.world.catalog.put(backupItem({ ...backup, ...ledger }));
  return { ...backup, ...known };
}

async function deleteIt(backup: Backup, world: World = here.world, toldUntil?: number) {
  const lease = await here.run(WantedLease.take(world, retentionKey(backup), here.invocation()));
  if (lease === undefined) throw new Error('no lease');
  return here.run(deleteAll(world, backup, lease, [{ backup, reason: 'It expired.' }], toldUntil));
}

const available = { state: 'AVAILABLE' } as const;
const begun = { state: 'DELETING', deletingAt: 1 } as const;
const word = { by: 'Ada', reason: 'the lawsuit', at: 0 };

test.each<[string, Partial<Backup>, Partial<Backup>]>([
  ['is being deleted by another', available, begun],
  ['was deleted', available, { state: 'DELETED' }],
  ['has vanished', available, { state: 'VANISHED' }],
  ['is held', available, { hold: word }],
  ['is needed by a task', available, { pins: new Set(['restore-1']) }],
  ['is another one by now', available, { backupArn: 'another' }],
  ['was begun and taken back', begun, available],
  ['was begun and deleted', begun, { state: 'DELETED' }],
  ['was begun, and is another one by now', begun, { ...begun, backupArn: 'another' }],
])('a backup that %s is not deleted, whatever its driver knows', async (_, known, ledger) => {
  const backup = await begin(known, ledger);
  const before = await here.stateOf(backup);
  const deletes = await deleteIt(backup);
  expect(deletes).toMatchObject({ deleted: 0, isDone: true });
  expect(await here.stateOf(backup)).toEqual(before);
  expect(here.count('DeleteBackup')).toBe(0);
});

test.each<[string, Partial<Backup>]>([
  ['is AVAILABLE again', available],
  ['has vanished', { state: 'VANISHED' }],
])('a backup that %s does not become DELETED by who comes late', async (_, ledger) => {
  const backup = await begin(begun, ledger);
  const before = await here.stateOf(backup);
  await here.run(recordDeleted(here.world, backup));
  expect(await here.stateOf(backup)).toEqual(before);
});

test.each<[string, Partial<Backup>]>([
  ['was begun again by another', { state: 'DELETING', deletingAt: 2 }],
  ['has taken effect', { state: 'DELETED', deletingAt: 1 }],
])('a delete that %s is not taken back', async (_, ledger) => {
  const backup = await begin(begun, ledger);
  const before = await here.stateOf(backup);
  expect(await here.run(takeBack(here.world, backup))).toBe(false);
  expect(await here.stateOf(backup)).toEqual(before);
});

test.each<[string, Partial<Backup>, Backup['state']]>([
  ['that began it leaves it AVAILABLE', available, 'AVAILABLE'],
  // A request of the first driver may be on its way still.
  ['that went on with it leaves it as it was', begun, 'DELETING'],
])('a delete that came too late to be sent, of a driver %s', async (_, known, state) => {
  const backup = await begin(known, known);
  const held = () => Promise.reject(new FencedError('', 0));
  const dynamodb: World['dynamodb'] = (...of) => ({ ...here.world.dynamodb(...of), deleteBackup: held });
  expect(await deleteIt(backup, { ...here.world, dynamodb })).toMatchObject({ deleted: 0, isDone: false });
  expect((await here.stateOf(backup)).state).toBe(state);
});

test('a session that AWS refuses is not used again, and the delete is left for later', async () => {
  const backup = await begin(available, available);
  const expired = Object.assign(new Error('The security token is expired'), { name: 'ExpiredTokenException' });
  const renewed: string[] = [];
  const dynamodb: World['dynamodb'] = (...of) => ({
    ...here.world.dynamodb(...of),
    deleteBackup: () => Promise.reject(expired),
  });
  const renewCredentials: World['renewCredentials'] = (_, capability) => void renewed.push(capability);
  const deletes = await deleteIt(backup, { ...here.world, dynamodb, renewCredentials });
  expect(deletes).toMatchObject({ deleted: 0, isDone: false });
  expect(renewed).toEqual(['retain']);
});

test('a delete may leave until its answer would come after the end of the lease', async () => {
  const backup = await begin(available, available);
  const spare: number[] = [];
  const dynamodb: World['dynamodb'] = (...of) => ({
    ...here.world.dynamodb(...of),
    async deleteBackup(_arn, notAfter) {
      const item = await here.world.catalog.get(retentionKey(backup));
      spare.push(Number(item?.leaseUntil) - notAfter);
    },
  });
  await deleteIt(backup, { ...here.world, dynamodb });
  expect(spare).toEqual([10_000]);
});

test('a backup is never deleted before what has been told, so that whoever goes on tells it, whatever a clock says', async () => {
  const backup = await begin(available, available);
  const toldUntil = here.clock.now() + 65_000;
  expect(await deleteIt(backup, here.world, toldUntil)).toMatchObject({ deleted: 1, isDone: true });
  expect((await here.stateOf(backup)).deletedAt).toBe(toldUntil);
});
