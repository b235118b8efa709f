import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromAttributes, toAttributes } from '../../shared/aws/attributes.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((number) => number + 0),
  fc.uint8Array(),
  fc.uniqueArray(fc.string(), { minLength: 1 }).map((texts) => new Set(texts)),
);
/** AWS's own library loses one name, and mistakes an object with another for something else. */
const names = fc.string().filter((name) => !/^(__proto__|constructor)$/.test(name));
const { item } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('item')),
  item: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
}));

test('an item is written and read as AWS’s own library does it', () => {
  fc.assert(
    fc.property(item as fc.Arbitrary<Record<string, unknown>>, (given) => {
      const written = toAttributes(given);
      expect(written).toEqual(marshall(given));
      expect(fromAttributes(written)).toEqual(unmarshall(marshall(given)));
    }),
    { numRuns: 2000 },
  );
});

test.each(['__proto__', '___proto__', 'constructor'])(
  'a name that is %s comes back, and none is written that SDKs lose',
  (name) => {
    const given = JSON.parse(`{"tags": {"${name}": "x", "team": "shop"}}`);
    const written = toAttributes(given);
    expect(Object.keys(written.tags?.M ?? {})).not.toContain('__proto__');
    expect(JSON.stringify(fromAttributes(written))).toBe(JSON.stringify(given));
  },
);

test('what is undefined is left out, at every depth', () => {
  const given = { a: undefined, b: { c: undefined, d: [1, undefined] } };
  expect(toAttributes(given)).toEqual(marshall(given, { removeUndefinedValues: true }));
});

test.each([
  ['a date', new Date(0)],
  ['not a number', Number.NaN],
  ['more than a number can say', 2 ** 60],
  ['an empty set', new Set()],
  ['a set of numbers', new Set([1])],
  ['a function', () => 1],
])('%s is refused rather than written as something else', (_, value) => {
  expect(() => toAttributes({ value })).toThrow('The catalog cannot hold');
});
