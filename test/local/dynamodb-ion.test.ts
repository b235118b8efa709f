import { expect, test } from 'vitest';
import { ionItem, readIonLine } from '../../local/dynamodb/ion.ts';

test.each([
  ['103', '103.'],
  ['600', '6d2'],
  ['2000', '2d3'],
  ['0', '0.'],
  ['-0.0', '0.'],
  ['8.5', '8.5'],
  ['-8.50', '-8.5'],
  ['0.5', '0.5'],
  ['-0.0125', '-0.0125'],
  ['1E+3', '1d3'],
  ['1.5e-20', '15d-21'],
  ['12345678901234567890.123', '12345678901234567890.123'],
])('the number %s is the decimal %s', (number, decimal) => {
  expect(ionItem({ a: { N: number } })).toBe(`{a:${decimal}}`);
});

test('names that are no symbols, or words of Ion, are quoted, and a line stays a line', () => {
  const text = ionItem({
    plain_1: { S: '\u2028\u0007' },
    null: { BOOL: true },
    "it's": { BS: ['aGk='] },
    '1a': { M: {} },
  });
  expect(text).not.toContain('\n');
  expect(text).toMatch(/^\{plain_1:".*",'null':true,'it\\'s':\$dynamodb_BS::\[\{\{aGk=\}\}\],'1a':\{\}\}$/s);
  expect(readIonLine(`{Item:${text}}`).plain_1).toEqual({ S: '\u2028\u0007' });
});

test('Ion of other writers is read: spaces, commas at the end, ints, floats, typed nulls', () => {
  const line = ' $ion_1_0 { Item : { Id : 103, "f": 1.5e3, \'s p\': null.string, l: [1., "\\x41",], } } ';
  expect(readIonLine(line)).toEqual({
    Id: { N: '103' },
    f: { N: '1500' },
    's p': { NULL: true },
    l: { L: [{ N: '1' }, { S: 'A' }] },
  });
});

test.each([
  ['nothing', ''],
  ['no Item', '$ion_1_0 {Other:{}}'],
  ['an Item that is no structure', '{Item:1}'],
  ['two values', '{Item:{}} {Item:{}}'],
  ['a timestamp', '{Item:{a:2007-02-23}}'],
  ['a symbol', '{Item:{a:word}}'],
  ['a mixed set', '{Item:{a:$dynamodb_SS::["x",1]}}'],
  ['no end', '{Item:{a:1'],
  ['an open string', '{Item:{a:"1}}'],
])('a line with %s is no item', (_what, line) => {
  expect(() => readIonLine(line)).toThrow();
});
