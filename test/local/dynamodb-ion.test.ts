import { expect, test } from 'vitest';
import { ionDecimal, ionItem } from '../../local/dynamodb/ion.ts';

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
  expect(ionDecimal(number)).toBe(decimal);
});

test('names that are no symbols, or words of Ion, are quoted, and a line stays a line', () => {
  const text = ionItem({
    plain_1: { S: '\u2028\u0007' },
    null: { BOOL: true },
    "it's": { BS: ['aGk='] },
    '1a': { M: {} },
  });
  expect(text).toBe(`{plain_1:"\\u2028\\u0007",'null':true,'it\\'s':$dynamodb_BS::[{{aGk=}}],'1a':{}}`);
});
