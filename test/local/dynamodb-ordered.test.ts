import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrderedMap } from '../../local/dynamodb/ordered.ts';

const keys = fc.integer({ min: 0, max: 2000 }).map((number) => String(number).padStart(4, '0'));
const changes = fc.array(fc.record({ key: keys, value: fc.option(fc.nat()) }), { maxLength: 3000, minLength: 1 });
const bounds = fc.record({ gt: keys, gte: keys, lt: keys, lte: keys, reverse: fc.boolean() }, { requiredKeys: [] });

type Change = { key: string; value: number | null };

function apply(map: OrderedMap<string>, plain: Map<string, string>, { key, value }: Change): void {
  if (value === null) {
    map.delete(key);
    plain.delete(key);
  } else {
    map.set(key, `${key}=${value}`);
    plain.set(key, `${key}=${value}`);
  }
}

const sorted = (plain: Map<string, string>) => [...plain].sort(([a], [b]) => (a < b ? -1 : 1));

test('it is a map in the order of its keys, whatever is set and deleted', () => {
  fc.assert(
    fc.property(changes, (list) => {
      const [map, plain] = [new OrderedMap<string>(), new Map<string, string>()];
      for (const change of list) apply(map, plain, change);
      expect([...map.values()]).toEqual(sorted(plain).map(([, value]) => value));
      expect(map.size).toBe(plain.size);
      for (const { key } of list) expect(map.get(key)).toBe(plain.get(key));
    }),
  );
});

test('a range holds exactly the keys within its bounds, forwards or backwards', () => {
  fc.assert(
    fc.property(changes, bounds, (list, range) => {
      const [map, plain] = [new OrderedMap<string>(), new Map<string, string>()];
      for (const change of list) apply(map, plain, change);
      const { gt = '', gte = '', lt = '~', lte = '~', reverse } = range;
      const within = sorted(plain).filter(([key]) => key > gt && key >= gte && key < lt && key <= lte);
      const expected = within.map(([, value]) => value);
      expect([...map.values(range)]).toEqual(reverse ? expected.reverse() : expected);
    }),
  );
});

test('a copy stays as it was, and so does the original when the copy is written to', () => {
  fc.assert(
    fc.property(changes, changes, changes, (before, after, other) => {
      const [map, plain] = [new OrderedMap<string>(), new Map<string, string>()];
      for (const change of before) apply(map, plain, change);
      const [copy, copied] = [map.copy(), new Map(plain)];
      for (const change of after) apply(map, plain, change);
      expect([...copy.values()]).toEqual(sorted(copied).map(([, value]) => value));
      for (const change of other) apply(copy, copied, change);
      expect([...map.values()]).toEqual(sorted(plain).map(([, value]) => value));
      expect([...copy.values()]).toEqual(sorted(copied).map(([, value]) => value));
    }),
  );
});
