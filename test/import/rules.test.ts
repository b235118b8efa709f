import { describe, expect, test } from 'vitest';
import type { ImportRequest } from '../../events/import-request.ts';
import { countDifferences } from '../../shared/import/expected.ts';
import type { PlannedImport } from '../../shared/import/import-task.ts';
import { brokenJoins } from '../../shared/import/joins.ts';
import { WritePace } from '../../shared/import/pace.ts';
import { type Part, placeOf } from '../../shared/import/parts.ts';
import type { TableStructure } from '../../shared/import/structure.ts';
import { wantedSettings } from '../../shared/import/wanted-settings.ts';
import { type KnownStructure, wantedStructure } from '../../shared/import/wanted-structure.ts';
import type { TableSettings } from '../../shared/settings/settings.ts';

const at = (time: string): number => Date.parse(`2026-01-31T${time}Z`);

const full = (until: string) => ({ kind: 'full', manifest: 'AWSDynamoDB/full/m', until: at(until) }) as Part;
const windows = (...extents: [from: string, until: string][]) =>
  extents.map(
    ([from, until], n) =>
      ({ kind: 'window', manifest: `AWSDynamoDB/w${n}/m`, from: at(from), until: at(until) }) as Part,
  );

describe('windows', () => {
  test.each<[string, Part, Part[], string[]]>([
    ['none', full('02:00:00'), [], []],
    ['one from the instant of the full export', full('02:00:00'), windows(['02:00:00', '03:00:00']), []],
    ['fractions of a second are AWS’s own', full('02:00:00.700'), windows(['02:00:00', '03:00:00']), []],
    ['some in a row', full('02:00:00'), windows(['02:00:00', '03:00:00'], ['03:00:00', '04:00:00']), []],
    [
      'one that begins a second late',
      full('02:00:00'),
      windows(['02:00:01', '03:00:00']),
      [
        'There is a gap from 2026-01-31T02:00:00.000Z to 2026-01-31T02:00:01.000Z: the full export full ends at 2026-01-31T02:00:00.000Z, and the window w0 begins at 2026-01-31T02:00:01.000Z.',
      ],
    ],
    [
      'one that begins a second early',
      full('02:00:00'),
      windows(['02:00:00', '03:00:00'], ['02:59:59', '04:00:00']),
      [
        'There is an overlap from 2026-01-31T02:59:59.000Z to 2026-01-31T03:00:00.000Z: the window w0 ends at 2026-01-31T03:00:00.000Z, and the window w1 begins at 2026-01-31T02:59:59.000Z.',
      ],
    ],
  ])('%s', (_, first, others, broken) => {
    expect(brokenJoins(first, others)).toEqual(broken);
  });
});

test.each([
  ['AWSDynamoDB/1-a', { manifest: 'AWSDynamoDB/1-a/manifest-summary.json' }],
  ['/a b/AWSDynamoDB/1-a/', { manifest: 'a b/AWSDynamoDB/1-a/manifest-summary.json' }],
  ['a/AWSDynamoDB/1-a/manifest-summary.json', { manifest: 'a/AWSDynamoDB/1-a/manifest-summary.json' }],
  ['chain/1-a', { prefix: '', chain: '1-a' }],
  ['a/b/chain/1-a/', { prefix: 'a/b', chain: '1-a' }],
  ['a/b/chain/1-a/0.json', { prefix: 'a/b', chain: '1-a' }],
  ['chain/AWSDynamoDB/1-a', { manifest: 'chain/AWSDynamoDB/1-a/manifest-summary.json' }],
])('%s is a place', (text, place) => {
  expect(placeOf(text)).toEqual(place);
});

describe('the structure', () => {
  const was: TableStructure = {
    attributes: { id: 'S', by: 'N' },
    keys: [{ AttributeName: 'id', KeyType: 'HASH' }],
    billingMode: 'PROVISIONED',
    throughput: { read: 5, write: 10 },
    globalIndexes: [
      {
        name: 'by',
        keys: [{ AttributeName: 'by', KeyType: 'HASH' }],
        projection: {},
        throughput: { read: 1, write: 2 },
      },
    ],
    localIndexes: [],
    keyArn: 'arn:aws:kms:us-east-1:123456789012:key/1',
  };
  const known: KnownStructure = { structure: was, isElsewhere: false, hasWindows: true };
  type Target = Partial<ImportRequest['target']>;
  const wanted = (target: Target, of: Partial<KnownStructure> = {}) =>
    wantedStructure({ tableName: 'orders-again', ...target }, { ...known, ...of });
  const { keyArn, ...same } = was;

  test.each<[string, Target, Partial<KnownStructure>, object]>([
    ['is as it was', {}, {}, { structure: same, encryption: { type: 'KMS', keyArn } }],
    [
      'without indexes',
      { globalSecondaryIndexes: null },
      {},
      { structure: { ...same, attributes: { id: 'S' }, globalIndexes: [] } },
    ],
    [
      'on demand has no throughput',
      { billingMode: 'PAY_PER_REQUEST' },
      {},
      { structure: { billingMode: 'PAY_PER_REQUEST' } },
    ],
    [
      'elsewhere needs a choice of encryption',
      {},
      { isElsewhere: true },
      { mistakes: [{ field: 'target.encryption' }] },
    ],
    ['elsewhere, chosen', { encryption: null }, { isElsewhere: true }, { encryption: { type: 'AWS_OWNED' } }],
    [
      'of a chain alone has its keys',
      {},
      { structure: undefined as never, keys: [{ name: 'a', kind: 'HASH', type: 'B' }] },
      {
        structure: {
          keys: [{ AttributeName: 'a', KeyType: 'HASH' }],
          attributes: { a: 'B' },
          billingMode: 'PAY_PER_REQUEST',
        },
      },
    ],
    ['that nobody knows', {}, { structure: undefined as never }, { mistakes: [{ field: 'target.partitionKey' }] }],
    [
      'whose key would have two types',
      {
        globalSecondaryIndexes: [
          { name: 'other', partitionKey: { name: 'x', type: 'S' }, sortKey: { name: 'x', type: 'N' } },
        ],
      },
      {},
      { mistakes: [{ field: 'target', problem: 'The key x is said to have two types.' }] },
    ],
    [
      'provisioned after on demand',
      { billingMode: 'PROVISIONED' },
      { structure: { ...same, billingMode: 'PAY_PER_REQUEST', throughput: undefined as never } },
      { mistakes: [{ field: 'target.provisionedThroughput' }] },
    ],
  ])('%s', (_, target, of, expected) => {
    expect(wanted(target, of)).toMatchObject(expected);
  });
});

describe('a setting', () => {
  const captured: TableSettings = {
    tableArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
    deletionProtection: true,
    tableClass: 'STANDARD_INFREQUENT_ACCESS',
    timeToLive: { attribute: 'expires' },
    triggers: [],
    tags: { unread: 'AccessDenied' },
  };
  const structure = { billingMode: 'PROVISIONED', globalIndexes: [] } as never;
  const wanted = (target: Partial<ImportRequest['target']>) =>
    wantedSettings({ tableName: 'orders-again', ...target }, captured, { tableArn: captured.tableArn, structure });

  test.each<[string, Partial<ImportRequest['target']>, object]>([
    [
      'of which nothing is said is as it was',
      {},
      { deletionProtection: true, tableClass: 'STANDARD_INFREQUENT_ACCESS' },
    ],
    ['that is null is none', { deletionProtection: null, tableClass: null }, {}],
    ['that is off or the usual one is none', { deletionProtection: false, tableClass: 'STANDARD' }, {}],
    ['that is said is what is said', { tags: { a: 'b' } }, { deletionProtection: true, tags: { a: 'b' } }],
    [
      'of another name than asked for is not guessed',
      { timeToLive: { attribute: 'at' } },
      { timeToLive: { attribute: 'at' } },
    ],
  ])('%s', (_, target, expected) => {
    expect(wanted(target).settings).toMatchObject(expected);
    const { tableArn, scaling, ...others } = wanted({
      deletionProtection: false,
      tableClass: null,
      ...target,
    }).settings;
    for (const name of Object.keys(others)) expect(Object.keys(expected)).toContain(name);
  });

  test('that could not be read, acts on others or deletes items is named', () => {
    expect(wanted({}).notPutBack.map(({ setting }) => setting)).toEqual(['tags', 'timeToLive', 'triggers']);
    expect(wanted({ tags: null, timeToLive: null }).notPutBack.map(({ setting }) => setting)).toEqual(['triggers']);
  });
});

describe('writes to a table', () => {
  const paced = (structure: object, refusals: number) => {
    const pace = new WritePace({ billingMode: 'PAY_PER_REQUEST', ...structure } as TableStructure);
    let now = 1_000_000;
    let units = 0;
    for (let left = refusals; left > 0; left--) {
      now += 1000;
      pace.wasRefused(now);
    }
    const end = now + 10_000;
    for (now += pace.restAt(now); now < end; now += pace.restAt(now)) {
      pace.took(100, now);
      units += 100;
    }
    return units / 10;
  };

  test.each<[string, object, number, [number, number]]>([
    ['on demand take what every new table takes, and slowly more', {}, 0, [4000, 5500]],
    ['provisioned take 90 % of it', { billingMode: 'PROVISIONED', throughput: { read: 1, write: 100 } }, 0, [80, 100]],
    ['with a limit stay below it', { limits: { write: 1000 } }, 0, [900, 1010]],
    ['that were refused twice are slower', {}, 2, [1900, 2700]],
  ])('%s', (_, structure, refusals, [least, most]) => {
    const rate = paced(structure, refusals);
    expect(rate).toBeGreaterThanOrEqual(least);
    expect(rate).toBeLessThanOrEqual(most);
  });
});

describe('a count', () => {
  const task = (isCountKnown: boolean, imported = 10) =>
    ({
      plan: { isCountKnown, full: { items: 10 } },
      imported,
      applying: { put: 3, deleted: 2, net: -1 },
    }) as PlannedImport;

  test.each<[string, PlannedImport, number, string[]]>([
    ['as the files say', task(true), 9, []],
    ['of one too many', task(true), 10, ['the table has 10 items, and the files say 9']],
    ['within the bounds, without old images', task(false), 13, []],
    ['out of the bounds', task(false), 14, ['the table has 14 items, and by the files there are 8 to 13']],
    ['after AWS left an item out', task(true, 9), 9, ['AWS imported 9 items, and the full export has 10']],
  ])('%s', (_, of, items, differences) => {
    expect(countDifferences(of, items)).toEqual(differences);
  });
});
