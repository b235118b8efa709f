import { describe, expect, test } from 'vitest';
import { matches, selectByName, selectTables } from '../../shared/selection.ts';

const table = (name: string, tags: Record<string, string> = {}) => ({ name, tags });
const everything = { include: ['*'], exclude: [], tags: {} };
const namesOf = (tables: { name: string }[]) => tables.map(({ name }) => name);

describe('a pattern', () => {
  test.each([
    ['*', 'orders', true],
    ['*', '', true],
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['order', 'orders', false],
    ['orders-*', 'orders-', true],
    ['orders-*', 'orders', false],
    ['*-prod', 'orders-prod', true],
    ['*-prod', 'orders-prod-2', false],
    ['a*b*c', 'aXbXbXc', true],
    ['a*b*c', 'aXbXbX', false],
    ['or?ers', 'orders', true],
    ['orders?', 'orders', false],
    ['?*', '', false],
    ['**a**', 'bab', true],
    ['a.b', 'axb', false],
    ['Orders', 'orders', false],
    ['', '', true],
  ])('%s on %s answers %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test('that would take a regular expression years is answered at once', () => {
    const started = performance.now();
    expect(matches(`${'a*'.repeat(120)}b`, 'a'.repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(100);
  });
});

describe('selection', () => {
  test('takes a table that one of include means and none of exclude', () => {
    const tables = ['orders-prod', 'orders-test', 'users-prod', 'logs'].map((name) => table(name));
    const selector = { include: ['orders-*', 'users-*'], exclude: ['*-test'], tags: {} };
    expect(namesOf(selectTables(tables, selector))).toEqual(['orders-prod', 'users-prod']);
  });

  test('asks for all tags at once, their values exact or patterns', () => {
    const tables = [
      table('both', { env: 'prod-eu', backup: 'yes' }),
      table('one', { env: 'prod-eu' }),
      table('other', { env: 'test', backup: 'yes' }),
      table('none'),
    ];
    const selector = { ...everything, tags: { env: 'prod-*', backup: 'yes' } };
    expect(namesOf(selectTables(tables, selector))).toEqual(['both']);
  });

  test('asks for names and tags together', () => {
    const tables = [
      table('orders', { env: 'prod' }),
      table('users', { env: 'prod' }),
      table('orders2', { env: 'test' }),
    ];
    const selector = { include: ['orders*'], exclude: [], tags: { env: 'prod' } };
    expect(namesOf(selectTables(tables, selector))).toEqual(['orders']);
  });

  test.each([
    ['', false],
    ['true', false],
    ['until 2027', false],
    ['false', true],
    ['False', true],
  ])('leaves out a table whose tag tablekeep:skip is "%s", unless that is false: selected %s', (value, selected) => {
    expect(selectTables([table('orders', { 'tablekeep:skip': value })], everything)).toHaveLength(selected ? 1 : 0);
  });

  test('never takes the catalog, even by its own name', () => {
    const selector = { ...everything, include: ['tablekeep-Catalog-1ABC'] };
    expect(selectTables([table('tablekeep-Catalog-1ABC')], selector, 'tablekeep-Catalog-1ABC')).toEqual([]);
  });

  test('is not misled by tag keys that every object has', () => {
    expect(selectTables([table('orders')], { ...everything, tags: { constructor: '*' } })).toEqual([]);
  });

  test('by name alone leaves tags for later', () => {
    const tables = [table('orders', { 'tablekeep:skip': 'yes' }), table('users')];
    expect(namesOf(selectByName(tables, { include: ['o*'], exclude: [], tags: { env: 'prod' } }))).toEqual(['orders']);
  });
});
