import { expect, test } from 'vitest';
import { ionItem } from '../../local/dynamodb/ion.ts';
import { readIon } from '../../shared/import/ion.ts';
import { everything } from './here.ts';

test.each<[string, string, object]>([
  ['strings with escapes', '"a\\"b\\\\c\\n\\u00e9\\x41\\U0001f600"', { S: 'a"b\\c\né\u0041😀' }],
  ['a whole number', '103.', { N: '103' }],
  ['a fraction', '-8.50', { N: '-8.50' }],
  ['an exponent', '6d2', { N: '6e2' }],
  ['a small one', '15.d-21', { N: '15e-21' }],
  ['bytes', '{{ AAEC /w== }}', { B: 'AAEC/w==' }],
  ['no bytes', '{{}}', { B: '' }],
  ['truth', 'true', { BOOL: true }],
  ['nothing', 'null', { NULL: true }],
  ['a list', '[1., "a", [], {}]', { L: [{ N: '1' }, { S: 'a' }, { L: [] }, { M: {} }] }],
  [
    'a map with hard names',
    "{'a b':1.,'null':2.,\"q\":3.,$x:4.}",
    { M: { 'a b': { N: '1' }, null: { N: '2' }, q: { N: '3' }, $x: { N: '4' } } },
  ],
  ['texts', '$dynamodb_SS::["a","b"]', { SS: ['a', 'b'] }],
  ['numbers', '$dynamodb_NS:: [1., 2.5]', { NS: ['1', '2.5'] }],
  ['bytes', '$dynamodb_BS::[{{AA==}}]', { BS: ['AA=='] }],
])('%s are read as DynamoDB has them', (_, ion, value) => {
  expect(readIon(`$ion_1_0 {Item:{a:${ion}}}`)).toEqual({ Item: { a: value } });
  expect(readIon(`{Item:{a:${ion}},}`)).toEqual({ Item: { a: value } });
});

test('a record of a window has its parts', () => {
  const line = '$ion_1_0 {Metadata:{WriteTimestampMicros:1680109764000000.},Keys:{id:"a"},NewImage:{id:"a",n:1.}}';
  expect(readIon(line)).toMatchObject({ Keys: { id: { S: 'a' } }, NewImage: { id: { S: 'a' }, n: { N: '1' } } });
});

test('an attribute may be called as anything', () => {
  const item = Object.fromEntries(['__proto__', 'constructor', '', 'true'].map((name) => [name, { BOOL: true }]));
  expect(Object.entries(readIon(`{Item:${ionItem(item)}}`).Item ?? {})).toEqual(Object.entries(item));
});

test('what exports write is what comes back', () => {
  const { large, small, ...exact } = everything;
  expect(readIon(`$ion_1_0 {Item:${ionItem(exact)}}`).Item).toEqual(exact);
  const numbers = Object.values(readIon(`{Item:${ionItem({ large, small } as never)}}`).Item ?? {});
  expect(numbers.map((value) => Number((value as { N: string }).N))).toEqual([6e30, 1.5e-20]);
});

test.each([
  '',
  '{',
  '{Item:{a:"b}}',
  '{Item:{a:nan}}',
  '{Item:{a:2026-01-31T}}',
  '{Item:{a:$dynamodb_NS::["a"]}}',
  '{Item:{a 1.}}',
  '{Item:{a:1.}} more',
  '{Item:1.}',
])('%j is refused', (line) => {
  expect(() => readIon(line)).toThrow();
});
