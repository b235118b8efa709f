import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, settingsHash } from '../../shared/settings/canonical.ts';
import { difference, type Outcome, tally } from '../../shared/settings/compare.ts';
import { alarmNameFor, renamed } from '../../shared/settings/parts.ts';
import { withoutIndexes } from '../../shared/settings/put-back.ts';
import type { TableSettings } from '../../shared/settings/settings.ts';

const arnOf = (name: string) => `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`;
const orders = (more: Partial<TableSettings> = {}): TableSettings => ({ tableArn: arnOf('orders'), ...more });
const copy = (more: Partial<TableSettings> = {}): TableSettings => ({ tableArn: arnOf('orders-copy'), ...more });

const trigger = (BatchSize: number, StartingPosition = 'LATEST') => ({
  functionArn: 'f',
  isEnabled: true,
  configuration: { BatchSize, StartingPosition },
});
const policy = (table: string) => ({
  document: JSON.stringify({ Statement: [{ Resource: `${arnOf(table)}/index/*` }] }),
});
const alarm = (table: string, name: string) => ({
  name,
  definition: { Dimensions: [{ Name: 'TableName', Value: table }], Threshold: 1 },
});

describe('two tables are compared part by part:', () => {
  test.each<[string, Partial<TableSettings>, Partial<TableSettings>, Outcome[]]>([
    ['nothing and none are the same', { tags: null }, {}, []],
    ['what is there and alike', { tags: { a: 'b', c: 'd' } }, { tags: { c: 'd', a: 'b' } }, ['same']],
    ['what is missing', { deletionProtection: true }, { deletionProtection: null }, ['missing']],
    ['what differs', { pointInTimeRecovery: { days: 7 } }, { pointInTimeRecovery: { days: 35 } }, ['different']],
    ['what nobody wanted', {}, { timeToLive: { attribute: 'x' } }, ['extra']],
    ['what could not be captured', { alarms: { unread: 'why' } }, { alarms: [] }, ['unread']],
    ['what cannot be read now', { tags: { a: 'b' } }, { tags: { unread: 'why' } }, ['unread']],
    [
      'warmer is as good',
      { warmThroughput: { table: { read: 5, write: 5 } } },
      { warmThroughput: { table: { read: 9, write: 5 } } },
      ['same'],
    ],
    [
      'colder is not',
      { warmThroughput: { table: { read: 5, write: 5 } } },
      { warmThroughput: { table: { read: 9, write: 4 } } },
      ['different'],
    ],
    [
      'where a function began is past',
      { triggers: [trigger(5, 'TRIM_HORIZON')] },
      { triggers: [trigger(5)] },
      ['same'],
    ],
    ['how a function goes on is not', { triggers: [trigger(5)] }, { triggers: [trigger(6)] }, ['different']],
    [
      'each index by itself',
      { onDemandLimits: { table: { read: 1 }, indexes: { a: { read: 1 } } } },
      { onDemandLimits: { table: { read: 1 } } },
      ['same', 'missing'],
    ],
    [
      'a policy that names its own table',
      { resourcePolicy: policy('orders') },
      { resourcePolicy: policy('orders-copy') },
      ['same'],
    ],
    [
      'a policy that names the other table',
      { resourcePolicy: policy('orders') },
      { resourcePolicy: policy('orders') },
      ['different'],
    ],
    [
      'alarms on each its own table',
      { alarms: [alarm('orders', 'errors-orders')] },
      { alarms: [alarm('orders-copy', 'errors-orders-copy')] },
      ['same'],
    ],
  ])('%s', (_rule, wanted, found, outcomes) => {
    expect(difference(orders(wanted), copy(found)).map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test('the tally counts what is wanted, and unread as not restored', () => {
    const rows = difference(
      orders({ tags: { a: 'b' }, alarms: { unread: 'why' }, tableClass: 'STANDARD_INFREQUENT_ACCESS' }),
      copy({ tags: { a: 'b' }, timeToLive: { attribute: 'x' } }),
    );
    expect(tally(rows)).toEqual({ expected: 3, restored: 1 });
  });
});

describe('equal settings have one hash', () => {
  test('in whatever order their members come', () => {
    const members = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null)));
    fc.assert(
      fc.property(members, (tags) => {
        const backwards = Object.fromEntries(Object.entries(tags).reverse());
        expect(canonicalJson({ tags: backwards })).toBe(canonicalJson({ tags }));
      }),
    );
  });

  test('none, null and left out are the same; another value is not', () => {
    expect(settingsHash(orders({ tags: null }))).toBe(settingsHash(orders()));
    expect(settingsHash(orders({ deletionProtection: true }))).not.toBe(settingsHash(orders()));
  });
});

test.each([
  ['the ARN itself', `"${arnOf('orders')}"`, `"${arnOf('copy')}"`],
  ['an index of it', `"${arnOf('orders')}/index/*"`, `"${arnOf('copy')}/index/*"`],
  ['its stream, of which there is another now', `"${arnOf('orders')}/stream/2026-01-31T02:00:00.000"`, '"new"'],
  [
    'a document within JSON',
    JSON.stringify(JSON.stringify(arnOf('orders'))),
    JSON.stringify(JSON.stringify(arnOf('copy'))),
  ],
  ['not a table whose name begins so', `"${arnOf('orders-archive')}"`, `"${arnOf('orders-archive')}"`],
  ['not the word elsewhere', '"orders"', '"orders"'],
  ['the dimension of an alarm', '{"Name":"TableName","Value":"orders"}', '{"Name":"TableName","Value":"copy"}'],
])('in the words of another table: %s', (_what, before, after) => {
  expect(renamed(before, arnOf('orders'), arnOf('copy'), 'new')).toBe(after);
});

test.each([
  ['errors-orders', 'orders', 'orders', 'errors-orders'],
  ['errors-orders', 'orders', 'copy', 'errors-copy'],
  ['errors', 'orders', 'copy', 'errors-copy'],
])('the alarm %s of %s is called for %s %s', (name, from, to, expected) => {
  expect(alarmNameFor(name, from, to)).toBe(expected);
});

test('what belongs to an index that was dropped is not wanted any more', () => {
  const scaling = (index?: string) => ({
    ...(index && { index }),
    dimension: 'read' as const,
    min: 1,
    max: 2,
    policies: [],
    schedules: [],
  });
  const wanted = orders({
    scaling: [scaling(), scaling('gone'), scaling('kept')],
    contributorInsights: { indexes: { gone: 'THROTTLED_KEYS' } },
  });
  const rows = difference(withoutIndexes(wanted, ['gone']), copy());
  expect(rows.map(({ of }) => of)).toEqual(['table, read', 'index kept, read']);
});
