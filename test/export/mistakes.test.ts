import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ExportHere, exportHere, objectsOf, request } from './here.ts';

let here: ExportHere;
beforeEach(async () => {
  here = await exportHere();
});
afterEach(() => here.close());

const at = (ms: number) => new Date(here.clock.now() + ms).toISOString();
const hour = 3_600_000;
const to = (destination: object) => ({ ...request, destination: { bucket: 'archive', ...destination } });
const window = (from: number, until: number) => ({
  ...request,
  type: 'incremental',
  window: { from: at(from), until: at(until) },
});

/** The mistakes of a request that is refused, and that nothing was begun. */
async function refused(value: unknown) {
  const answer = await here.ask(value);
  expect(answer.failed).toMatch(/Nothing was begun\./);
  expect(here.calls).not.toContain('ExportTableToPointInTime');
  expect(here.calls).not.toContain('UpdateContinuousBackups');
  expect(objectsOf(here.bucket())).toEqual([]);
  await here.pass(1000);
  expect(here.factsOf('Export Failed')).toHaveLength(1);
  return answer.mistakes ?? [];
}

const rows: [title: string, of: () => unknown, field: string, problem: RegExp, remedy: RegExp][] = [
  [
    'a bucket that the deployment does not name',
    () => to({ bucket: 'elsewhere' }),
    'destination.bucket',
    /archive, theirs, gone only, not to elsewhere/,
    /--param="exportBuckets=archive=123456789012,theirs=210987654321,gone=123456789012,elsewhere=<its owner's account>"/,
  ],
  [
    'a bucket that is not there',
    () => to({ bucket: 'gone' }),
    'destination.bucket',
    /There is no bucket gone/,
    /Make it/,
  ],
  [
    'a bucket that belongs to another account than the deployment says',
    () => to({ bucket: 'theirs' }),
    'destination.bucket',
    /belongs to another account than 210987654321, or does not let/,
    /exportBuckets/,
  ],
  [
    'a time before the window, which is named',
    () => ({ ...request, exportTime: at(-40 * 24 * hour) }),
    'exportTime',
    /outside of what can be exported: from 2026-01-31T02:\d\d:\d\d.000Z to 2026-01-31T02:/,
    /between these/,
  ],
  [
    'a time that has not come',
    () => ({ ...request, exportTime: at(hour) }),
    'exportTime',
    /outside of what can be exported/,
    /between these/,
  ],
  [
    'a window that begins before recovery did',
    () => window(-2 * hour, 0),
    'window.from',
    /outside of what can be exported/,
    /between these/,
  ],
  ['a window shorter than 15 minutes', () => window(-600_000, 0), 'window', /shorter than 15 minutes/, /later until/],
  ['a window longer than a day', () => window(-25 * hour, 0), 'window', /longer than 24 hours/, /several exports/],
  [
    'an incremental export without a window',
    () => ({ ...request, type: 'incremental' }),
    'window',
    /needs a window/,
    /window\.from/,
  ],
  ['an unknown format', () => ({ ...request, format: 'CSV' }), 'format', /"CSV" is not right/, /DYNAMODB_JSON.*ION/],
  [
    'a filter that does not parse, with the position',
    () => ({ ...request, filter: { filter: 'n > :a AND', values: { ':a': { N: '1' } } } }),
    'filter.filter',
    /cannot be read at position 11: an attribute is missing before the end/,
    /Correct it/,
  ],
  [
    'a filter whose value has no meaning',
    () => ({ ...request, filter: { filter: 'n > :a' } }),
    'filter.values',
    /:a is used and has no meaning/,
    /":a"/,
  ],
  [
    'a key id that is no key',
    () => to({ encryption: { type: 'KMS', keyArn: 'my key' } }),
    'destination.encryption.keyArn',
    /"my key" is not right/,
    /ARN, the id or the alias/,
  ],
  [
    'a key that is not there',
    () => to({ encryption: { type: 'KMS', keyArn: '12345678-1234-1234-1234-123456789012' } }),
    'destination.encryption.keyArn',
    /There is no key/,
    /enabled/,
  ],
  [
    'a key of S3 and one of KMS',
    () => to({ encryption: { type: 'AES256', keyArn: 'alias/ours' } }),
    'destination.encryption.keyArn',
    /keys of S3/,
    /type to KMS/,
  ],
  [
    'an owner of the bucket, whom the deployment names',
    () => to({ bucketOwner: '210987654321' }),
    'destination.bucketOwner',
    /no such field/,
    /Leave it out/,
  ],
  [
    'a table that is not there',
    () => ({ ...request, source: { table: 'nowhere' } }),
    'source.table',
    /no table nowhere in 123456789012\/us-east-1/,
    /Correct the name/,
  ],
  [
    'a table of an account that the deployment does not know',
    () => ({ ...request, source: { table: 'orders', account: '444455556666' } }),
    'source.account',
    /knows only 123456789012/,
    /targets of a plan/,
  ],
  [
    'keys that begin with /, which nobody finds again',
    () => to({ prefix: '/daily' }),
    'destination.prefix',
    /"\/daily" is not right/,
    /not begin with \//,
  ],
  [
    'an id as exports on schedule have it',
    () => ({ ...request, requestId: 'exports/lake/full/20260131T020000Z/abc/1' }),
    'requestId',
    /Exports of plans.yml have ids that begin with exports\//,
    /another requestId/,
  ],
  ['no table', () => ({ ...request, source: {} }), 'source', /exactly one way/, /tableArn/],
];

describe('nothing is started, and a sentence says why and what to do, for', () => {
  test.each(rows)('%s', async (_, of, field, problem, remedy) => {
    const [mistake, ...others] = await refused(of());
    expect(others).toEqual([]);
    expect(mistake).toEqual({
      field,
      problem: expect.stringMatching(problem),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('a table without recovery, unless it may be switched on', async () => {
    here.close();
    here = await exportHere({ withoutRecovery: true });
    expect(await refused(request)).toMatchObject([
      {
        field: 'source',
        problem: expect.stringMatching(/is off/),
        remedy: expect.stringMatching(/enablePointInTimeRecovery: true/),
      },
    ]);
  });

  test('a past time of a table whose recovery would only begin', async () => {
    here.close();
    here = await exportHere({ withoutRecovery: true });
    const asked = { ...request, exportTime: at(-1000), enablePointInTimeRecovery: true };
    expect(await refused(asked)).toMatchObject([{ field: 'enablePointInTimeRecovery' }]);
  });

  test('several mistakes, all at once', async () => {
    const asked = { source: { table: 'nowhere' }, destination: { bucket: 'elsewhere' }, reason: 'all of it' };
    expect((await refused(asked)).map(({ field }) => field)).toEqual(['source.table', 'destination.bucket']);
  });
});

describe('AWS refuses what only it can know:', () => {
  test('a filter that does not fit the keys', async () => {
    const filter = { keyCondition: 'n = :n', values: { ':n': { N: '1' } } };
    await here.ask({ ...request, filter });
    await here.untilEnded();
    const [failed] = here.factsOf('Export Failed');
    expect(failed?.detail).toMatchObject({
      code: 'ValidationException',
      mistakes: [{ field: 'filter' }],
      leftBehind: '',
    });
  });

  test('a bucket that went after the request: the files that may be there are named', async () => {
    await here.ask(request);
    here.aws.intercept((call, perform) =>
      call.service === 's3' && call.operation.startsWith('Put')
        ? Promise.reject(Object.assign(new Error('gone'), { name: 'NoSuchBucket' }))
        : perform(),
    );
    await here.untilEnded();
    const [failed] = here.factsOf('Export Failed');
    expect(failed?.detail.leftBehind).toMatch(
      /^Files of arn:aws:dynamodb:.* may be in s3:\/\/archive\/daily\/orders\/AWSDynamoDB\/\.$/,
    );
  });
});
