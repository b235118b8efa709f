import { expect, test } from 'vitest';
import {
  backupFrom,
  backupKey,
  backupsOf,
  deletedKeptSeconds,
  idOfRefused,
  ledgerOf,
  runFrom,
  runIdOfKey,
  runKey,
  runsOf,
  selectionKey,
  selectionOf,
  ttlOfRun,
} from '../../shared/ledger.ts';
import type { Item, Key, Range } from '../../shared/world.ts';

const run = {
  target: { account: '123456789012', region: 'eu-central-1' },
  plan: 'nightly',
  stamp: '20260131T020000Z',
};
const pk = '123456789012/eu-central-1#nightly';
const backupArn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders/backup/01769824800000-1a2b3c4d';

test.each<[string, Key, string]>([
  ['a run', runKey(run), 'run#20260131T020000Z'],
  ['a page of its selection', selectionKey(run, 7), 'tables#20260131T020000Z#00007'],
  ['a backup', backupKey({ ...run, tableId: 't-1' }), 'backup#20260131T020000Z#t-1'],
  [
    'a duplicate',
    backupKey({ ...run, tableId: 't-1', isDuplicate: true, backupArn }),
    'backup#20260131T020000Z#t-1~01769824800000-1a2b3c4d',
  ],
])('the key of %s stands in its plan and target as docs/decisions/0001 says', (_, key, sk) => {
  expect(key).toEqual({ pk, sk });
});

test.each<[string, Range, Omit<Range, 'pk'>]>([
  ['the runs of a plan', runsOf(run), { prefix: 'run#' }],
  ["a run's selection, and no other's", selectionOf(run), { prefix: 'tables#20260131T020000Z#' }],
  ["a run's backups, and no other's", ledgerOf(run), { prefix: 'backup#20260131T020000Z#' }],
  ['all backups of a plan', backupsOf(run), { prefix: 'backup#' }],
  [
    'backups of runs from one on',
    backupsOf(run, '20260101T000000Z'),
    { prefix: 'backup#', from: 'backup#20260101T000000Z' },
  ],
])('%s are one range', (_, range, expected) => {
  expect(range).toEqual({ pk, ...expected });
});

test('what a key of the catalog names is read back, of duplicates without their suffix', () => {
  expect(runIdOfKey(runKey(run))).toBe('123456789012/eu-central-1/nightly/20260131T020000Z');
  expect(runFrom({ ...runKey(run), state: 'QUEUED' })).toEqual({ ...run, state: 'QUEUED' });
  const item: Item = { pk, sk: 'backup#20260131T020000Z#t-1~0176', state: 'CREATING' };
  expect(backupFrom(item)).toEqual({ ...run, tableId: 't-1', state: 'CREATING' });
});

test('a table that AWS does not describe is named by its name, as no table id is', () => {
  expect(idOfRefused('orders')).toBe('refused:orders');
});

test('runs stay for 400 days, and what was deleted for 30, in whole seconds for TTL', () => {
  expect(ttlOfRun(Date.parse('2026-01-31T02:00:00.001Z'))).toBe(Date.parse('2027-03-07T02:00:01Z') / 1000);
  expect(deletedKeptSeconds).toBe((Date.parse('2026-03-02') - Date.parse('2026-01-31')) / 1000);
});
