import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { api } from '../../shared/api/api.ts';
import { OutdatedError } from '../../shared/packed.ts';
import { type ApiHere, apiHere, payload } from './here.ts';

let here: ApiHere;
beforeEach(async () => {
  here = await apiHere({
    plans: { nightly: { schedule: 'cron(0 3 * * ? *)', tables: { include: ['*'] }, keep: { daily: 7 } } },
  });
});
afterEach(() => here.close());

const own = (code: string) => ({ code, message: expect.any(String), requestId: expect.any(String) });

describe('what no route takes', () => {
  test('is 404 in the words of its dialect', async () => {
    expect(await here.ask('GET /v1/nothing')).toMatchObject({ status: 404, body: own('NotFound') });
    expect(await here.ask('GET /tasks/a/b')).toMatchObject({ status: 404, body: { errors: [{ error_code: 404 }] } });
    expect(await here.ask('GET /api/v1/nothing')).toMatchObject({
      status: 404,
      body: { errors: [{ code: 404, type: 'logical' }] },
    });
  });

  test('is 405 with the methods that there are, where only the method is wrong', async () => {
    for (const method of ['PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'BREW', 'DELETE']) {
      const got = await here.ask(`${method} /v1/plans`);
      expect(got).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    }
  });

  test.each([
    '/v1/../v1/plans',
    '/v1/./plans',
    '/v1//plans',
    '/v1/plans/',
    '/',
    '/v1/plans/nightly/../../exports',
    '/v1/plans/%2e%2e/exports',
    '/v1/plans/a\\b',
    '/v1/plans/ä',
  ])('a path that could mean another one than IAM has judged is none: %s', async (path) => {
    expect((await here.ask(`GET ${path}`)).status).toBe(404);
    expect((await here.ask(`POST ${path}`)).status).toBe(404);
  });
});

describe('bad input', () => {
  test.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['a text', '"nightly"'],
    ['null', 'null'],
    ['nothing', undefined],
    ['another type', { plan: 7 }],
    ['an unknown field', { plan: 'nightly', Plan: 'nightly' }],
    ['a name that is none', { plan: '../nightly' }],
    ['what is too deep', `{"plan": ${'['.repeat(40_000)}${']'.repeat(40_000)}}`],
    ['what means to be the prototype', '{"plan": "nightly", "__proto__": {"reason": "x"}}'],
    ['half of a character', '{"plan": "nightly", "reason": "\\ud83d"}'],
    ['half of a character as a name', '{"plan": "nightly", "\\udc00": 1}'],
    ['more than 100 KB', { plan: 'nightly', reason: 'x'.repeat(200_000) }],
  ])('is 400 with a sentence and a remedy: %s', async (_, body) => {
    const got = await here.ask('POST /v1/runs', { body });
    expect(got).toMatchObject({ status: 400, body: { code: 'BadRequest', remedy: expect.any(String) } });
    expect(JSON.stringify(got.body)).not.toMatch(/Invalid input|ZodError|\bat .*\.ts/);
    expect(here.asked()).toEqual([]);
  });

  test('whole characters, and a backslash before ud83d, are taken as they are', async () => {
    const body = String.raw`{"plan": "nightly", "reason": "\ud83d\ude00 \\ud83d 😀"}`;
    expect((await here.ask('POST /v1/runs', { body })).status).toBe(202);
    expect(here.asked()).toMatchObject([{ detail: { reason: String.raw`😀 \ud83d 😀` } }]);
  });

  test('names each field that is wrong', async () => {
    const got = await here.ask('POST /v1/backups', { body: { tables: ['x'], reason: '', expiresAt: 'soon', more: 1 } });
    const fields = (got.body.mistakes as { field: string }[]).map(({ field }) => field);
    expect(fields.toSorted()).toEqual(['expiresAt', 'more', 'reason', 'tables.0']);
  });

  test('a body of another type is refused', async () => {
    const wish = { body: 'plan=nightly', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect(await here.ask('POST /v1/runs', wish)).toMatchObject({ status: 400, body: { field: 'content-type' } });
  });

  test('a parameter that does not exist, is there twice, or is no number', async () => {
    for (const query of [
      'count=x',
      'count=1.5',
      'count=-1',
      'count=101',
      'count=1&count=2',
      'cuont=1',
      'after=soon',
      '__proto__=1',
      'toString=1',
    ]) {
      expect((await here.ask(`GET /v1/plans/nightly/firings?${query}`)).status).toBe(400);
    }
  });

  test('a body with GET, and headers that are no ASCII, harm nobody', async () => {
    const wish = { body: '{', headers: { 'x-name': 'Zoë\u0000', host: 'a b' } };
    expect((await here.ask('GET /v1/plans', wish)).status).toBe(200);
  });

  test('an Idempotency-Key and a requestId that say different things, and not when they say the same', async () => {
    const source = { table: 'orders', latest: true };
    const body = { source, target: { tableName: 'copy' }, reason: 'x', requestId: 'a' };
    const ask = (key: string) => here.ask('POST /v1/restores', { body, headers: { 'Idempotency-Key': key } });
    expect(await ask('b')).toMatchObject({
      status: 400,
      body: { field: 'requestId', message: expect.stringMatching(/Idempotency-Key says b, and the body a/) },
    });
    expect(here.asked()).toEqual([]);
    expect(await ask('a')).toMatchObject({ status: 202, body: { requestId: 'a' } });
  });

  test('a name that would be left out', async () => {
    const tags = '"target": {"tableName": "copy", "tags": {"__proto__": "x"}}';
    const body = `{"source": {"table": "orders", "latest": true}, ${tags}, "reason": "x"}`;
    expect(await here.ask('POST /v1/restores', { body })).toMatchObject({
      status: 400,
      body: { field: 'target.tags.__proto__' },
    });
  });

  test('an Idempotency-Key that is no id', async () => {
    const wish = { body: { plan: 'nightly' }, headers: { 'Idempotency-Key': 'a b' } };
    expect(await here.ask('POST /v1/runs', wish)).toMatchObject({ status: 400, body: { field: 'idempotency-key' } });
  });
});

describe('around a request', () => {
  test('the answer has the id of the gateway', async () => {
    const event = payload('GET /v1/plans');
    const answer = await api(here.apiWorld)({ detail: event });
    expect(answer.headers['x-request-id']).toBe(event.requestContext.requestId);
  });

  test('whoever has a long name is told by his account and name', async () => {
    const long = `arn:aws:iam::123456789012:user/${'path/'.repeat(80)}alice`;
    expect((await here.ask('POST /v1/runs', { body: { plan: 'nightly' }, caller: long })).status).toBe(202);
    expect(here.asked()[0]?.detail.requester).toMatch(/^arn:aws:iam::123456789012:user.*\/alice$/);
  });

  test('nothing is answered that nobody has signed', async () => {
    expect(await here.ask('GET /v1/plans', { caller: undefined })).toMatchObject({ status: 403 });
  });

  test('what a signer adds to the query is not of the query', async () => {
    expect((await here.ask('GET /v1/plans?X-Amz-Expires=60&X-Amz-Signature=ab')).status).toBe(200);
  });

  test('trouble with AWS is 503 and when to try again, ours is 500 without a word of it', async () => {
    const broken = (error: Error) => {
      const requests = { put: () => Promise.reject(error) };
      return api({ ...here.apiWorld, requests })({ detail: payload('POST /v1/runs', { body: { plan: 'nightly' } }) });
    };
    const answerTo = async (error: Error) => {
      let answer: Awaited<ReturnType<typeof broken>> | undefined;
      broken(error).then((found) => {
        answer = found;
      });
      await here.until(() => answer !== undefined);
      return answer;
    };
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    expect(await answerTo(throttled)).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
    expect(await answerTo(new OutdatedError('written anew'))).toMatchObject({ statusCode: 503 });
    const refused = Object.assign(new Error('secret'), { name: 'ValidationException' });
    expect((await answerTo(refused))?.statusCode).toBe(500);
    const ours = await answerTo(new TypeError('secret'));
    expect(ours?.statusCode).toBe(500);
    expect(ours?.body).not.toContain('secret');
  });
});
