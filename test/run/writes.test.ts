import { afterEach, beforeEach, expect, test } from 'vitest';
import { backupItem, backupKey } from '../../shared/ledger.ts';
import type { Driving } from '../../shared/run/context.ts';
import { type Entry, isSettled } from '../../shared/run/entries.ts';
import { claim, endAvailable, endWithout, record, recordDuplicate } from '../../shared/run/writes.ts';
import type { Backup } from '../../shared/run.ts';
import { done } from '../support/done.ts';
import { type Local, local } from '../support/world.ts';
import { drivenRun, run } from './driven.ts';

let here: Local;
let driven: Driving;
beforeEach(async () => {
  here = await local();
  driven = await drivenRun(here);
});
afterEach(() => here.close());

const table = { ...run, tableId: 'table-1', tableName: 'orders' };
const entry = (state: Backup['state'], attempt: number, backupArn?: string): Backup => ({
  ...table,
  state,
  attempt,
  ...(backupArn !== undefined && { backupArn, createdAt: 1 }),
});
const seen = (backupArn: string) => ({
  ...{ backupArn, backupName: '', tableName: 'orders', tableId: 'table-1' },
  ...{ status: 'AVAILABLE' as const, createdAt: 1 },
});

type Write = (driven: Driving, entry: Entry) => Promise<unknown>;
const recordMine: Write = (driven, entry) => record(driven, entry, { backupArn: 'mine', createdAt: 1 });
const endWithMine: Write = (driven, entry) => endAvailable(driven, entry, seen('mine'));
const fail: Write = (driven, entry) => endWithout(driven, entry, 'FAILED', 'It failed.');

test.each<[string, { known: Backup; ledger: Backup; write: Write }]>([
  [
    'a first claim of what another has claimed',
    { known: entry('PENDING', 0), ledger: entry('STARTING', 1), write: claim },
  ],
  [
    'a claim of the attempt that another has taken meanwhile',
    { known: entry('STARTING', 1), ledger: entry('STARTING', 2), write: claim },
  ],
  ['a claim of what has a backup', { known: entry('STARTING', 1), ledger: entry('CREATING', 1, 'its'), write: claim }],
  [
    'the record of an attempt that is over',
    { known: entry('STARTING', 1), ledger: entry('STARTING', 2), write: recordMine },
  ],
  [
    'a record over another one',
    { known: entry('STARTING', 1), ledger: entry('CREATING', 1, 'its'), write: recordMine },
  ],
  ['a failure of an attempt that is over', { known: entry('STARTING', 1), ledger: entry('STARTING', 2), write: fail }],
  [
    'a failure of what was never begun, as far as is known here',
    { known: entry('PENDING', 0), ledger: entry('STARTING', 1), write: fail },
  ],
  [
    'a failure of what is AVAILABLE',
    { known: entry('STARTING', 1), ledger: entry('AVAILABLE', 1, 'its'), write: fail },
  ],
  [
    'an adoption for an attempt that is over',
    { known: entry('STARTING', 1), ledger: entry('STARTING', 2), write: endWithMine },
  ],
  [
    'the end of another backup than the ledger has',
    { known: entry('CREATING', 1, 'mine'), ledger: entry('CREATING', 1, 'its'), write: endWithMine },
  ],
  [
    'the end of a backup that retention is deleting',
    { known: entry('CREATING', 1, 'mine'), ledger: entry('DELETING', 1, 'mine'), write: endWithMine },
  ],
])('%s is refused, and then is known as the ledger has it', async (_, { known, ledger, write }) => {
  const { catalog } = driven.world;
  await done(here, catalog.put(backupItem(ledger)));
  const mine = driven.entries.merge(known);
  await done(here, write(driven, mine));
  expect(await done(here, catalog.get(backupKey(ledger)))).toEqual(backupItem(ledger));
  expect(mine).toMatchObject(ledger);
});

test('an end that is refused, as another has written one, is told here: he may not have lived to', async () => {
  const { catalog } = driven.world;
  const ledger = { ...entry('AVAILABLE', 1, 'its'), endedAt: here.clock.now() };
  await done(here, catalog.put(backupItem(ledger)));
  await done(here, endWithout(driven, driven.entries.merge(entry('STARTING', 1)), 'FAILED', 'It failed.'));
  await done(here, driven.announcer.flush());
  expect(here.facts.map(({ type }) => type)).toEqual(['Backup Completed']);
});

test('a second backup that is written down once is not written over, so that its hold stays', async () => {
  const { catalog } = driven.world;
  const hold = { by: 'Ada', reason: 'the lawsuit', at: 0 };
  const second = { ...entry('AVAILABLE', 1, 'a/second'), isDuplicate: true as const, hold };
  await done(here, catalog.put(backupItem(second)));
  await done(here, recordDuplicate(driven, seen('a/second')));
  expect(await done(here, catalog.get(backupKey(second)))).toEqual(backupItem(second));
});

test('a second backup expires with the one that was asked for', async () => {
  driven.run.expiresAt = here.clock.now() + 86_400_000;
  await done(here, recordDuplicate(driven, seen('a/second')));
  const key = backupKey({ ...table, isDuplicate: true, backupArn: 'a/second' });
  expect(await done(here, driven.world.catalog.get(key))).toMatchObject({ expiresAt: driven.run.expiresAt });
});

test.each([
  [334_999, false],
  [335_000, true],
])('%i ms after the claim is over, a look can tell what came of it: %s', (ms, isOver) => {
  const leaseUntil = here.clock.now();
  expect(isSettled({ ...entry('STARTING', 1), leaseUntil }, leaseUntil + ms)).toBe(isOver);
});
