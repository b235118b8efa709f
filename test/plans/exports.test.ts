import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkBuckets } from '../../deploy/plans/export-buckets.ts';
import { loadFile } from '../../deploy/plans/file.ts';
import { readPlans, sentenceOf } from '../../deploy/plans/read.ts';
import { reportOfExports } from '../../deploy/plans/report.ts';
import { exportSchedulesOf } from '../../deploy/schedules.ts';
import { type ExportsPlan, exportsOverdueAt, exportsPlanOf } from '../../shared/plans/exports.ts';
import type { ExportsSource } from '../../shared/plans/exports-definition.ts';
import { exportsAMonth } from '../../shared/plans/exports-forecast.ts';

const good = {
  schedule: 'cron(0 * * * ? *)',
  tables: { include: ['*'] },
  bucket: 'archive',
  mode: 'incremental',
} as const;
const plan = { schedule: 'rate(1 day)', tables: { include: ['*'] }, keep: { last: 1 } };
const now = Date.parse('2026-05-08T12:00Z');

const read = (exports: unknown) =>
  readPlans(JSON.stringify({ plans: { nightly: plan }, exports }, null, 1), 'plans.yml');
const exportsOf = (more: Partial<ExportsSource> = {}): ExportsPlan =>
  exportsPlanOf('lake', { ...good, ...more } as ExportsSource);

function sentences(fields: object, name = 'lake'): string[] {
  const found = read({ [name]: { ...good, ...fields } });
  return 'problems' in found
    ? found.problems.map(sentenceOf).map((text) => text.replace(/^plans.yml:\d+:\d+ /, ''))
    : [];
}

describe('exports in plans.yml', () => {
  test('get every default', () => {
    expect(read({ lake: good })).toMatchObject({
      exports: [
        {
          name: 'lake',
          timezone: 'UTC',
          tables: { include: ['*'], exclude: [], tags: {} },
          targets: [],
          prefix: '{plan}/{table}/{date}',
          format: 'DYNAMODB_JSON',
          view: 'NEW_AND_OLD_IMAGES',
          enabled: true,
        },
      ],
    });
  });

  test('may be left out', () => {
    expect(readPlans(JSON.stringify({ plans: { nightly: plan } }), 'plans.yml')).toMatchObject({ exports: [] });
  });

  test('of the project are off, and show every field', () => {
    expect(loadFile().exports.map(({ enabled }) => enabled)).toEqual([false]);
    const text = readFileSync('plans.yml', 'utf8').split(/^exports:/m)[1] ?? '';
    const { properties } = JSON.parse(readFileSync('plans.schema.json', 'utf8')).$defs.exports;
    for (const field of Object.keys(properties)) expect(text).toMatch(new RegExp(`[^#]*\\b${field}:`));
  });

  test('are pointed at with line and column', () => {
    const text =
      'plans:\n  a: { schedule: rate(1 day), tables: { include: ["*"] }, keep: { last: 1 } }\nexports:\n  lake:\n    schedule: rate(1 hour)\n    tables: { include: ["*"] }\n    bucket: archive\n    mode: sometimes\n';
    const found = readPlans(text, 'plans.yml');
    expect('problems' in found && found.problems.map(sentenceOf)).toEqual([
      'plans.yml:8:11 exports.lake.mode: "sometimes" is not possible; write full or incremental.',
    ]);
  });

  test.each<[object, string]>([
    [{ bucket: 'No_Bucket' }, 'exports.lake.bucket: "No_Bucket" is not possible; write the name of a bucket'],
    [{ bucket: undefined }, 'exports.lake.bucket: is missing; write the name of a bucket.'],
    [{ mode: undefined }, 'exports.lake.mode: is missing; write full or incremental.'],
    [{ format: 'CSV' }, 'exports.lake.format: "CSV" is not possible; write DYNAMODB_JSON or ION.'],
    [{ prefx: 'a' }, 'exports.lake.prefx: is not known; did you mean prefix?'],
    [{ prefix: 'a b/{table}' }, 'exports.lake.prefix: "a b/{table}" is not possible; write letters, digits and'],
    [
      { prefix: '{tabel}' },
      'exports.lake.prefix: {tabel} is not known; in braces may stand plan, table, date, account, region.',
    ],
    [{ prefix: 'all' }, 'exports.lake.prefix: does not name the table'],
    [{ prefix: '{table}/{table}/abcd' }, 'exports.lake.prefix: can become 516 characters long'],
    [{ mode: 'full', view: 'NEW_IMAGE' }, 'exports.lake.view: is of incremental exports only'],
    [{ rpo: '15m' }, 'exports.lake.rpo: 15m is not possible; write 30m or more'],
    [{ schedule: 'cron(0 3 31 2 ? *)' }, 'exports.lake.schedule: cron(0 3 31 2 ? *) never fires'],
    [{ timezone: 'Europe/Berln' }, 'exports.lake.timezone: "Europe/Berln" is unknown'],
    [{ tables: { include: ['a-*'], exclude: ['*'] } }, 'exports.lake.tables.exclude: excludes everything'],
    [{ targets: [{ regions: ['us-east-1', 'us-east-1'] }] }, 'us-east-1 is a target of this plan already'],
  ])('%j is told with the remedy', (fields, sentence) => {
    const told = sentences(fields);
    expect(told).toEqual([expect.stringContaining(sentence)]);
  });

  test('are told when their name cannot be one, and when there are none', () => {
    expect(sentences({}, 'Lake')).toEqual([expect.stringContaining('exports.Lake: cannot name exports')]);
    const none = read({});
    expect('problems' in none && none.problems.map(({ message }) => message)).toEqual([
      'is empty; write the exports by their names below it.',
    ]);
  });

  test('may have the name of a plan', () => {
    expect(read({ nightly: good })).toMatchObject({ exports: [{ name: 'nightly' }] });
  });
});

describe('the bucket of exports', () => {
  const check = (parameter: string, exports: ExportsPlan[]) => {
    const warned: string[] = [];
    checkBuckets(exports, parameter, (sentence) => warned.push(sentence));
    return warned;
  };

  test('must be in exportBuckets when they are packaged', () => {
    expect(() => check('other=210987654321', [exportsOf()])).toThrow(
      'exports.lake.bucket: the parameter exportBuckets does not allow archive; deploy with --param="exportBuckets=other=210987654321,archive", or name another bucket.',
    );
    expect(check('archive, other', [exportsOf()])).toEqual([]);
    expect(check('other', [exportsOf({ enabled: false })])).toEqual([]);
  });

  test('is said to be missing where the parameter is not given', () => {
    expect(check('', [exportsOf()])).toEqual([expect.stringContaining('does not allow archive')]);
  });
});

test('each exports that is on has a schedule, which fires the function export', () => {
  const schedules = exportSchedulesOf(
    [exportsOf({ timezone: 'Asia/Tokyo' }), { ...exportsOf({ enabled: false }), name: 'off' }],
    now,
    () => {},
  );
  expect(Object.keys(schedules)).toEqual(['ExportsLakeSchedule']);
  expect(schedules.ExportsLakeSchedule?.Properties).toMatchObject({
    ScheduleExpression: 'cron(0 * * * ? *)',
    ScheduleExpressionTimezone: 'Asia/Tokyo',
    Target: {
      Arn: { 'Fn::GetAtt': ['ExportLambdaFunction', 'Arn'] },
      Input: '{"exports":"lake","scheduledAt":"<aws.scheduler.scheduled-time>"}',
    },
  });
});

test.each<[Partial<ExportsSource>, number]>([
  [{ schedule: 'rate(1 hour)' }, 720],
  [{ schedule: 'rate(5 minutes)' }, 2880],
  [{ schedule: 'rate(1 minute)' }, 2880],
  [{ schedule: 'rate(7 days)' }, 22],
  [{ schedule: 'rate(1 day)' }, 30],
  [{ schedule: 'rate(1 day)', mode: 'full' }, 30],
  [{ schedule: 'at(2026-05-09T00:00:00)', mode: 'full' }, 1],
])('%j makes %i exports of a table in 30 days', (more, count) => {
  expect(exportsAMonth(exportsOf(more), now)).toBe(count);
});

test('npm run plan says what exports cost: the full one by size, windows by their minimum and what is written', () => {
  const places = [
    {
      region: 'us-east-1',
      tables: [
        { name: 'orders', sizeBytes: 3 * 2 ** 30 },
        { name: 'users', sizeBytes: 0 },
      ],
    },
  ];
  const options = { now, firings: 1, dollarsPerGb: 0.1 };
  expect(reportOfExports(exportsOf(), places, options)).toEqual([
    'exports lake: cron(0 * * * ? *), UTC',
    '  fires   Fri 2026-05-08 13:00 UTC',
    '  tables  2 in us-east-1: orders, users',
    '  writes  incremental exports to s3://archive/{plan}/{table}/{date}',
    '  costs   a full export of each table once, 3.00 GB, $0.30 (at $0.10 for a GB)',
    '          then at least $1.41 in 30 days: 720 windows of each table, 10 MB each at least, and $0.10 for a GB of what is written',
  ]);
  expect(reportOfExports(exportsOf({ mode: 'full', schedule: 'rate(1 day)' }), places, options).at(-1)).toBe(
    '  costs   each firing 3.00 GB, $0.30; 30 firings, $9.00 in 30 days (at $0.10 for a GB)',
  );
});

test('exports are overdue by their rpo, or four hours after the firing that should have followed', () => {
  const until = Date.parse('2026-05-08T13:00Z');
  expect(exportsOverdueAt(exportsOf({ rpo: '90m' }), until)).toBe(until + 90 * 60_000);
  expect(exportsOverdueAt(exportsOf(), until)).toBe(until + 5 * 3_600_000);
  expect(exportsOverdueAt(exportsOf({ enabled: false }), until)).toBeUndefined();
});
