import { expect, test } from 'vitest';
import { ExportRequested } from '../../events/export-request.ts';
import { contradictionsOf } from '../../shared/export/contradictions.ts';
import { readAs } from '../../shared/task/read-request.ts';

const read = (value: unknown) => readAs(ExportRequested, value, contradictionsOf);
const mistakesOf = (value: unknown) => {
  const found = read(value);
  return 'mistakes' in found ? found.mistakes : [];
};

const whole = { source: { table: 'orders' }, destination: { bucket: 'archive' }, reason: 'the report' };
const named = (names: string, put: (name: string, value: unknown) => unknown) =>
  names.split(/\s+/).map((name) => (value: unknown) => put(name, value));

/** Every field there is, and the request itself. */
const fields = [
  ...named(
    `requestId source destination format type exportTime window view filter enablePointInTimeRecovery verify reason
      requester priority dryRun`,
    (name, value) => ({ ...whole, [name]: value }),
  ),
  ...named('tableArn table account region', (name, value) => ({ ...whole, source: { [name]: value } })),
  ...named('bucket prefix encryption', (name, value) => ({
    ...whole,
    destination: { bucket: 'archive', [name]: value },
  })),
  ...named('type keyArn', (name, value) => ({
    ...whole,
    destination: { bucket: 'archive', encryption: { type: 'KMS', [name]: value } },
  })),
  ...named('from until', (name, value) => ({ ...whole, type: 'incremental', window: { [name]: value } })),
  ...named('keyCondition filter projection names values', (name, value) => ({ ...whole, filter: { [name]: value } })),
  ...named('S N B BOOL NULL SS NS BS L M', (type, value) => ({
    ...whole,
    filter: { filter: 'n > :a', values: { ':a': { [type]: value } } },
  })),
  (value: unknown) => ({ ...whole, filter: { filter: '#n > :a', names: { '#n': value }, values: { ':a': value } } }),
  (value: unknown) => value,
];
const wrong = [
  '',
  ' ',
  'x'.repeat(5000),
  7,
  -1.5,
  'true',
  null,
  [],
  [7],
  [''],
  [{}],
  {},
  { a: 1 },
  { type: 'x' },
  undefined,
];

test('whatever is wrong is answered in our own words, with its field: each remedy is a sentence', () => {
  const mistakes = fields.flatMap((field) => wrong.flatMap((value) => mistakesOf(field(value))));
  const isStrange = (words: string) => !/\.$/.test(words) || /Invalid|Too |expected/.test(words);
  const strange = mistakes.filter(
    ({ field, problem, remedy }) => field === '' || isStrange(problem) || isStrange(remedy) || !/^[A-Z]/.test(remedy),
  );
  expect(strange).toEqual([]);
  expect(mistakes.length).toBeGreaterThan(400);
});

test.each([
  [
    'a number for a name',
    { ...whole, source: { table: 7 } },
    'source.table',
    '7 is not right.',
    /^Write the name of a table/,
  ],
  [
    'a text for an object',
    { ...whole, destination: 'archive' },
    'destination',
    '"archive" is not right.',
    /^Write an object, as in/,
  ],
  [
    'an account without quotes',
    { ...whole, source: { table: 'orders', account: 123456789012 } },
    'source.account',
    '123456789012 is not right.',
    /in quotes/,
  ],
  [
    'yes for true',
    { ...whole, verify: 'yes' },
    'verify',
    '"yes" is not right.',
    /^Write true or false, without quotes\.$/,
  ],
  [
    'a view of another spelling',
    { ...whole, type: 'incremental', view: 'NEW_IMAGES' },
    'view',
    '"NEW_IMAGES" is not right.',
    /"NEW_IMAGE" or "NEW_AND_OLD_IMAGES"/,
  ],
  [
    'a number as a number',
    { ...whole, filter: { filter: 'n > :a', values: { ':a': { N: 5 } } } },
    'filter.values.:a.N',
    '5 is not right.',
    /as in \{"S": "a"\} or \{"N": "1"\}/,
  ],
  ['no reason', { ...whole, reason: undefined }, 'reason', 'It is missing.', /^Give it: say in 1 to 500 characters/],
  ['a field that is none', { ...whole, sorce: {} }, 'sorce', 'There is no such field.', /correct its name/],
  [
    'a window that ends before it begins',
    { ...whole, type: 'incremental', window: { from: '2026-01-31T03:00:00Z', until: '2026-01-31T02:00:00Z' } },
    'window',
    'It ends before it begins.',
    /^Exchange/,
  ],
  [
    'a key condition with OR',
    { ...whole, filter: { keyCondition: 'a = :a OR b = :a', values: { ':a': { S: 'x' } } } },
    'filter.keyCondition',
    'It cannot be read at position 8: a key condition has no OR.',
    /^Correct it/,
  ],
])('%s', (_, value, field, problem, remedy) => {
  expect(mistakesOf(value)).toContainEqual({ field, problem, remedy: expect.stringMatching(remedy) });
});
