import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { linesOf } from '../../cli/lines.ts';
import { bothTimes, span } from '../../cli/times.ts';
import { bytes, counted } from '../../cli/words.ts';

const rows = [
  { table: 'orders', size: '2 KB', plan: 'nightly', notes: '' },
  { table: 'customers', size: '12 MB', plan: 'hourly', notes: '' },
];

test('columns are as wide as their longest word, numbers to the right, and empty columns are left out', () => {
  expect(linesOf(rows, ['size'])).toEqual([
    'TABLE       SIZE  PLAN',
    'orders      2 KB  nightly',
    'customers  12 MB  hourly',
  ]);
});

test('columns that do not fit come below each row', () => {
  expect(linesOf(rows, ['size'], 20)).toEqual([
    'TABLE       SIZE',
    'orders      2 KB',
    '  plan: nightly',
    'customers  12 MB',
    '  plan: hourly',
  ]);
});

test('the first column is there, however narrow it is, and colours have no width', () => {
  expect(linesOf([{ state: styleText('red', 'bad', { validateStream: false }), why: 'x' }], [], 2)).toEqual([
    'STATE',
    `${styleText('red', 'bad', { validateStream: false })}`,
    '  why: x',
  ]);
  expect(linesOf([])).toEqual([]);
});

test.each([
  ['2027-01-31T02:00:00Z', 'Europe/Berlin', '2027-01-31 03:00:00 Europe/Berlin (02:00:00 UTC)'],
  ['2027-01-31T23:30:00Z', 'Europe/Berlin', '2027-02-01 00:30:00 Europe/Berlin (2027-01-31 23:30:00 UTC)'],
  ['2027-01-31T02:00:00Z', 'UTC', '2027-01-31 02:00:00 UTC'],
])('%s is told in %s with UTC beside it', (at, zone, told) => {
  expect(bothTimes(Date.parse(at), zone)).toBe(told);
});

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [61_000, '1 min 1 s'],
  [600_000, '10 min'],
  [3_599_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [200_000_000, '2 d'],
])('%i ms are %s', (milliseconds, told) => {
  expect(span(milliseconds)).toBe(told);
});

test.each([
  [undefined, ''],
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KB'],
  [20 * 2 ** 30, '20 GB'],
])('%j bytes are %s', (count, told) => {
  expect(bytes(count)).toBe(told);
});

test('one is no plural', () => {
  expect([counted(1, 'table'), counted(0, 'table')]).toEqual(['1 table', '0 tables']);
});
