import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, optOutTag, selectTables } from '../../shared/selection.ts';
import { cases } from './cases.ts';

/** The definition itself: what `*` and `?` stand for is tried, all of it. */
function fits(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text === '';
  const restOfPattern = rest.join('');
  if (first === '*')
    return Array.from({ length: text.length + 1 }, (_, n) => n).some((n) => fits(restOfPattern, text.slice(n)));
  return text !== '' && (first === '?' || first === text[0]) && fits(restOfPattern, text.slice(1));
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'A', '-'), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', 'A', '-', '*', '*', '?'), maxLength: 7 });
/** A pattern that was made from the text, so that many fit. */
const fitting = text.chain((whole) =>
  fc.tuple(
    fc.constant(whole),
    fc
      .array(fc.constantFrom('same', '?', '*', 'cut'), { minLength: whole.length, maxLength: whole.length })
      .map((ways) =>
        [...whole]
          .map((letter, index) => ({ same: letter, '?': '?', '*': '*', cut: '' })[ways[index] ?? 'same'])
          .join(''),
      ),
  ),
);

describe('a pattern', () => {
  test('fits exactly when its stars and question marks can be filled', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(text, pattern), fitting), ([whole, pattern]) => {
        expect(matches(pattern, whole)).toBe(fits(pattern, whole));
      }),
      cases,
    );
  });

  test('without wildcards fits itself only, and a star fits everything', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(matches(one, other)).toBe(one === other);
        expect(matches('*', other)).toBe(true);
      }),
      cases,
    );
  });
});

describe('selection', () => {
  const tags = fc.dictionary(
    fc.constantFrom('env', 'team', optOutTag, '__proto__', 'constructor'),
    fc.constantFrom('', 'prod', 'test', 'false', 'FALSE', 'true'),
  );
  const tables = fc.array(fc.record({ name: text, tags }), { maxLength: 8 });
  const selectors = fc.record({
    include: fc.array(pattern, { minLength: 1, maxLength: 3 }),
    exclude: fc.array(pattern, { maxLength: 2 }),
    tags: fc.dictionary(fc.constantFrom('env', 'team', 'constructor'), fc.constantFrom('*', 'prod', 't*', '')),
  });

  test('takes those that one include and no exclude means, with all tags, that have not opted out, and never the catalog', () => {
    fc.assert(
      fc.property(tables, selectors, text, (tables, selector, catalog) => {
        const expected = tables.filter(({ name, tags }) => {
          const skip = Object.hasOwn(tags, optOutTag) ? tags[optOutTag] : 'false';
          return (
            name !== catalog &&
            selector.include.filter((pattern) => fits(pattern, name)).length > 0 &&
            selector.exclude.filter((pattern) => fits(pattern, name)).length === 0 &&
            Object.keys(selector.tags).filter(
              (key) => !(Object.hasOwn(tags, key) && fits(selector.tags[key] ?? '', tags[key] ?? '')),
            ).length === 0 &&
            /^false$/i.test(skip ?? '')
          );
        });
        expect(selectTables(tables, selector, catalog)).toEqual(expected);
      }),
      cases,
    );
  });
});
