import { expect, test } from 'vitest';
import { readExportBuckets } from '../../shared/export/buckets.ts';
import { readExpression } from '../../shared/export/expression.ts';
import { clientToken } from '../../shared/export/token.ts';

test.each([
  '#id = :id',
  'id = :id AND sk BETWEEN :a AND :b',
  'begins_with(sk, :a) and not (n > :a or n <= :b)',
  'attribute_exists(a.b[0].#c) OR attribute_type(a, :s) AND contains(tags, :t)',
  'size(list) >= :n AND state IN (:a, :b, :c)',
  ':a = n AND NOT NOT n <> m',
  'contains(:ids, id) AND begins_with(:path, folder) AND size(:a) < size(b)',
])('the condition %j can be read', (text) => {
  expect(() => readExpression(text, 'condition')).not.toThrow();
});

test.each([
  'id = :id',
  '#id = :id AND sk BETWEEN :a AND :b',
  '(id = :id) and begins_with(sk, :a)',
  'size = :s AND contains >= :c',
])('the key condition %j can be read', (text) => {
  expect(() => readExpression(text, 'key')).not.toThrow();
});

test.each([
  ['id = :a OR id = :b', 9, 'a key condition has no OR'],
  ['id = :a AND sk <> :b', 16, 'a key condition has no <>'],
  ['id in (:a, :b)', 4, 'a key condition has no in'],
  ['id = :a AND contains(sk, :b)', 13, 'a key condition has no contains'],
  ['id = :a AND', 12, 'an attribute is missing before the end'],
])('the key condition %j cannot be read at position %i: %s', (text, at, message) => {
  expect(() => readExpression(text, 'key')).toThrow(expect.objectContaining({ at, message }));
});

test.each(['id', '#a, b.c[3].#d, e'])('the projection %j can be read', (text) => {
  expect(() => readExpression(text, 'projection')).not.toThrow();
});

test.each([
  ['n = :a AND', 11, 'an attribute is missing before the end'],
  ['n == :a', 4, 'an attribute is missing before "="'],
  ['n = :a)', 7, 'nothing may follow, or AND or OR is missing before ")"'],
  ['(n = :a', 8, ') is missing before the end'],
  ['n :a', 3, 'a comparison (= <> < <= > >=, BETWEEN or IN) is missing before ":a"'],
  ['n = "a"', 5, '"\\"" means nothing here'],
  ['n BETWEEN :a :b', 14, 'AND is missing before ":b"'],
  ['n IN :a', 6, '( is missing before ":a"'],
  ['attribute_exists(:a)', 18, 'an attribute is missing before ":a"'],
  ['begins_with(n)', 14, ', is missing before ")"'],
  ['a[b] = :a', 3, 'the number of an element is missing before "b"'],
])('the condition %j cannot be read at position %i: %s', (text, at, message) => {
  expect(() => readExpression(text, 'condition')).toThrow(expect.objectContaining({ at, message }));
});

test('an expression says what it uses of the names and values beside it', () => {
  expect(readExpression('#a = :a AND #b.c < :b', 'condition')).toEqual({ names: ['#a', '#b'], values: [':a', ':b'] });
});

test.each([
  ['', []],
  ['archive', [{ name: 'archive', owner: '123456789012' }]],
  [
    ' archive , theirs=210987654321',
    [
      { name: 'archive', owner: '123456789012' },
      { name: 'theirs', owner: '210987654321' },
    ],
  ],
])('the buckets %j are read, ours where no owner is named', (text, buckets) => {
  expect(readExportBuckets(text, '123456789012')).toEqual(buckets);
});

test.each(['Archive', 'archive=12', 'a=b=c', 'archive/prefix'])(
  '%j names no bucket, and a sentence says so',
  (text) => {
    expect(() => readExportBuckets(text, '123456789012')).toThrow(
      `"${text}" in the parameter exportBuckets is not a bucket`,
    );
  },
);

test('the token follows from the installation and the task, and from nothing else', () => {
  const token = clientToken('7d1c0a9e', 'export-5d41402abc4b2a76');
  expect(token).toBe(clientToken('7d1c0a9e', 'export-5d41402abc4b2a76'));
  expect(token).not.toBe(clientToken('7d1c0a9e', 'export-5d41402abc4b2a77'));
  expect(token).not.toBe(clientToken('7d1c0a9f', 'export-5d41402abc4b2a76'));
});
