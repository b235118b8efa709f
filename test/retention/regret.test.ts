import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupItem } from '../../shared/ledger.ts';
import { retain } from '../../shared/retention/apply.ts';
import { vanishedOf } from '../../shared/retention/vanished.ts';
import type { Backup } from '../../shared/run.ts';
import { aPlan, hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
let older: Backup;
let newer: Backup;

/** One of two is kept: a driver began to delete the newer one, which is the newest since another one is gone. */
beforeEach(async () => {
  here = await surroundings('2026-01-01T00:00Z', [aPlan({ keep: { last: 1 } })]);
  await here.table('orders');
  [older] = (await here.backUpAll('2026-01-02T02:00Z', ['orders'])) as [Backup];
  [newer] = (await here.backUpAll('2026-01-03T02:00Z', ['orders'])) as [Backup];
});
afterEach(() => here.restore());

const apply = () => here.run(retain(here.world, { plan: 'nightly', target: hub }, here.invocation()));

test('while the delete of the newest one can still take effect, none of its table is deleted', async () => {
  await here.world.catalog.put(backupItem({ ...newer, state: 'DELETING', deletingAt: here.clock.now() }));
  expect(await apply()).toBeUndefined();
  expect(here.count('DeleteBackup')).toBe(0);
  await here.pass(here.clock.now() + 600_000);
  await apply();
  await apply();
  expect([(await here.stateOf(newer)).state, (await here.stateOf(older)).state]).toEqual(['AVAILABLE', 'DELETED']);
});

test('one whose delete has taken effect was deleted and has not vanished, and the one before it stays', async () => {
  await here.world.catalog.put(backupItem({ ...newer, state: 'DELETING', deletingAt: here.clock.now() - 600_000 }));
  await here.deleteByHand(newer);
  await apply();
  expect(here.told('Backup Vanished')).toEqual([]);
  expect(here.told('Backup Deleted').map(({ backupArn }) => backupArn)).toEqual([newer.backupArn]);
  expect((await here.stateOf(older)).state).toBe('AVAILABLE');
});

test('one that has vanished is told before it is marked: where the telling fails, the next driver tells it', async () => {
  await here.deleteByHand(newer);
  const down = () => Promise.reject(new Error('The bus is away.'));
  const deaf = { ...here.world, facts: { publish: down } };
  await expect(here.run(retain(deaf, { plan: 'nightly', target: hub }, here.invocation()))).rejects.toThrow();
  expect((await here.stateOf(newer)).state).toBe('AVAILABLE');
  await apply();
  expect(here.told('Backup Vanished').map(({ backupArn }) => backupArn)).toEqual([newer.backupArn]);
  expect((await here.stateOf(newer)).state).toBe('VANISHED');
});

test('one that somebody else has begun to delete meanwhile is not marked as vanished', async () => {
  const begun = { ...newer, state: 'DELETING' as const, deletingAt: here.clock.now() };
  await here.world.catalog.put(backupItem(begun));
  for (const { remember } of vanishedOf(here.world, [newer])) await here.run(remember());
  expect(await here.stateOf(newer)).toEqual(begun);
});
