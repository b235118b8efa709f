import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../local/eventbridge/pattern.ts';

const matches = (pattern: unknown, event: unknown) =>
  compilePattern(JSON.stringify(pattern))(event as Record<string, unknown>);

/** [what the pattern asks of `a`, values of `a` that match, values that do not] */
const rows: [string, unknown[], unknown[], unknown[]][] = [
  ['exact text', ['x'], ['x', ['y', 'x']], ['X', 'xy', 1, null, undefined, []]],
  ['one of several', ['x', 'y'], ['x', 'y'], ['z']],
  ['a number', [300], [300, 3e2], ['300', 301]],
  ['a boolean', [true], [true], ['true', false]],
  ['null', [null], [null], ['', undefined, 'null']],
  ['an empty string', [''], [''], [null, undefined, 'x']],
  ['prefix', [{ prefix: 'ab' }], ['ab', 'abc', ['x', 'abx']], ['Ab', 'xab', 5, undefined]],
  ['prefix, any case', [{ prefix: { 'equals-ignore-case': 'aB' } }], ['ABc'], ['xab']],
  ['suffix', [{ suffix: '.png' }], ['a.png'], ['a.PNG', 'a.png ']],
  ['suffix, any case', [{ suffix: { 'equals-ignore-case': '.Png' } }], ['a.PNG'], ['a.pngx']],
  ['any case', [{ 'equals-ignore-case': 'Alice' }], ['aLICE'], ['alice ', 5]],
  ['wildcard', [{ wildcard: 'dir/*.png' }], ['dir/a.png', 'dir/.png', 'dir/a/b.png'], ['dir/a.pngx', 'dirx/a.png']],
  ['two wildcards', [{ wildcard: '*a*b' }], ['ab', 'xaybb'], ['ba']],
  ['an escaped asterisk', [{ wildcard: 'a\\*b' }], ['a*b'], ['axb', 'a\\*b']],
  ['marks of regular expressions', [{ wildcard: 'a.b*' }], ['a.bc'], ['axbc']],
  ['anything but a word', [{ 'anything-but': 'x' }], ['y', 1, ['x', 'y']], ['x', ['x'], undefined]],
  ['anything but some', [{ 'anything-but': ['x', 'y'] }], ['z'], ['x', 'y']],
  ['anything but a number', [{ 'anything-but': 5 }], [6, '5'], [5]],
  ['anything but a prefix', [{ 'anything-but': { prefix: 'a' } }], ['b', 'ba'], ['a', 'ab', undefined]],
  ['anything but prefixes', [{ 'anything-but': { prefix: ['a', 'b'] } }], ['c'], ['a', 'bc']],
  ['anything but a suffix', [{ 'anything-but': { suffix: '.txt' } }], ['a.png'], ['a.txt']],
  ['anything but any case', [{ 'anything-but': { 'equals-ignore-case': ['a', 'B'] } }], ['c'], ['A', 'b']],
  ['anything but a wildcard', [{ 'anything-but': { wildcard: '*/lib/*' } }], ['a/b'], ['a/lib/b']],
  ['a number equal', [{ numeric: ['=', 5] }], [5], [5.1, '5']],
  ['a number below', [{ numeric: ['<', 5] }], [4.9, -1], [5, 6]],
  ['a number in a range', [{ numeric: ['>', 0, '<=', 5] }], [0.1, 5], [0, 5.1, '3', null]],
  ['present', [{ exists: true }], ['x', null, 0, ['x']], [undefined, [], { b: 1 }]],
  ['absent', [{ exists: false }], [undefined, []], ['x', null]],
  ['absent or a word', [{ exists: false }, 'x'], [undefined, 'x'], ['y']],
  ['a network', [{ cidr: '10.0.0.0/24' }], ['10.0.0.0', '10.0.0.255'], ['10.0.1.0', 'x', '::1']],
  ['an IPv6 network', [{ cidr: '2001:db8::/32' }], ['2001:db8::1'], ['2001:db9::1', '10.0.0.1']],
  ['different operators', [{ prefix: 'a' }, { numeric: ['>', 5] }], ['ab', 6], ['b', 5]],
];

describe.each(rows)('%s', (_name, pattern, matching, others) => {
  test.each(matching.map((value) => [value]))('matches %j', (value) => {
    expect(matches({ a: pattern }, { a: value })).toBe(true);
  });
  test.each(others.map((value) => [value]))('does not match %j', (value) => {
    expect(matches({ a: pattern }, value === undefined ? {} : { a: value })).toBe(false);
  });
});

/** [rule, pattern, event, whether it matches] */
const events: [string, unknown, unknown, boolean][] = [
  ['all fields must match', { a: ['x'], b: ['y'] }, { a: 'x', b: 'z' }, false],
  ['fields that the pattern does not name are free', { a: ['x'] }, { a: 'x', b: 1 }, true],
  ['objects nest', { detail: { s: ['x'] } }, { detail: { s: 'x' } }, true],
  ['a missing branch does not match', { detail: { s: ['x'] } }, {}, false],
  ['absence also matches where the branch is missing', { detail: { s: [{ exists: false }] } }, {}, true],
  ['an array of objects matches by any of them', { a: { b: [1] } }, { a: [{ b: 2 }, { b: 1 }] }, true],
  [
    'one element must match the whole',
    { a: { b: [1], c: [2] } },
    {
      a: [
        { b: 1, c: 3 },
        { b: 2, c: 2 },
      ],
    },
    false,
  ],
  ['arrays in arrays are looked into', { a: { b: ['x'] } }, { a: [[{ b: ['y', 'x'] }]] }, true],
  ['$or needs one alternative', { $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
  ['$or with none fails', { $or: [{ a: [1] }, { b: [2] }] }, { a: 2, b: 1 }, false],
  ['$or and the fields beside it both count', { c: [3], $or: [{ a: [1] }, { b: [2] }] }, { a: 1, c: 4 }, false],
  ['$or nests', { d: { $or: [{ a: [1] }, { $or: [{ b: [2] }, { b: [3] }] }] } }, { d: { b: 3 } }, true],
];

test.each(events)('%s', (_rule, pattern, event, expected) => {
  expect(matches(pattern, event)).toBe(expected);
});

test.each([
  ['not JSON', 'x', 'Filter is not valid JSON'],
  ['no object', '[]', 'Filter is not an object'],
  ['an empty object', '{"a":{}}', 'Empty objects are not allowed'],
  ['an empty array', '{"a":[]}', 'Empty arrays are not allowed'],
  ['a bare value', '{"a":"x"}', '"a" must be an object or an array'],
  ['an unknown operator', '{"a":[{"regex":"x"}]}', 'Unrecognized match type regex'],
  ['two operators in one', '{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
  ['a wrong operand', '{"a":[{"prefix":5}]}', 'prefix match pattern must be a string'],
  ['two wildcards in a row', '{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard characters are not allowed'],
  ['a numeric text', '{"a":[{"numeric":[">","5"]}]}', 'Value of > must be numeric'],
  ['half a numeric range', '{"a":[{"numeric":[">"]}]}', 'Invalid numeric range'],
  ['exists with a text', '{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
  ['a network without bits', '{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
  ['a lone $or', '{"$or":[{"a":[1]}]}', 'There must be at least 2 items in the $or relationship'],
  ['a name that all objects have', '{"a":[{"constructor":"x"}]}', 'Unrecognized match type constructor'],
])('refuses %s', (_what, text, reason) => {
  expect(() => compilePattern(text)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
});
