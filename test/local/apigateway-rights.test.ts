import { describe, expect, test } from 'vitest';
import { inProcess } from '../../local/transport.ts';
import { type Keys, sendWire, signedRequest } from './apigateway-client.ts';
import { account, invoke, startApi, startAt } from './apigateway-local.ts';

const routes = ['GET /plans', 'GET /plans/{id}', 'DELETE /plans/{id}', 'GET /admin/{proxy+}'];
const forbidden = { message: 'Forbidden' };

describe('a signature', () => {
  const body = '{"a":1}';
  const start = async () => {
    const refused: string[] = [];
    const onRefused = ({ reason }: { reason: string }) => refused.push(reason);
    const started = await startApi(['POST /plans/{id}'], undefined, { apigateway: { onRefused } });
    const credentials = started.sessionOf('operator', invoke('*'));
    const url = `${started.url}/plans/a%20b%3Ac?z=1+2&a=x%2Fy&a=%C3%A9&b=%2B`;
    return { ...started, credentials, refused, request: { method: 'POST', url, body, credentials } };
  };

  test('of the SDK is accepted, with everything in path and query that has to be encoded', async () => {
    const { aws, request, events } = await start();
    expect((await sendWire(aws, await signedRequest(aws, request))).status).toBe(204);
    expect(events).toHaveLength(1);
  });

  test.each([
    ['body', { body: Buffer.from('{"a":2}') }],
    ['path', { path: '/plans/other' }],
    ['query', { query: 'z=2&a=x%2Fy&a=%C3%A9' }],
    ['method', { method: 'PUT' }],
  ])('does not fit another %s', async (_what, change) => {
    const { aws, request, events } = await start();
    const signed = await signedRequest(aws, request);
    const answer = await sendWire(aws, { ...signed, ...change });
    expect(answer.status).toBe('method' in change ? 404 : 403);
    expect(events).toEqual([]);
  });

  test.each([
    ['another host', { host: 'b.example' }],
    ['another time', { 'x-amz-date': '20261120T060001Z' }],
    ['another token', { 'x-amz-security-token': 'abc' }],
    ['none', { authorization: '' }],
    ['a bearer token', { authorization: 'Bearer abc' }],
  ])('with %s is refused', async (_what, headers) => {
    const { aws, apiId, request, events } = await start();
    const byPath = request.url.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:4566/_aws/execute-api/${apiId}`);
    const signed = await signedRequest(aws, { ...request, url: byPath });
    expect((await sendWire(aws, signed)).status).toBe(204);
    const answer = await sendWire(aws, { ...signed, headers: { ...signed.headers, ...headers } });
    expect([answer.status, answer.json()]).toEqual([403, forbidden]);
    expect(events).toHaveLength(1);
  });

  test.each([
    [
      'made with another secret',
      ({ accessKeyId, sessionToken = '' }: Keys) => ({
        credentials: { accessKeyId, sessionToken, secretAccessKey: 'guessed' },
      }),
      /does not fit/,
    ],
    [
      'without the session’s token',
      ({ accessKeyId, secretAccessKey }: Keys) => ({
        credentials: { accessKeyId, secretAccessKey },
      }),
      /session token/,
    ],
    ['for another Region', () => ({ region: 'eu-west-1' }), /eu-west-1/],
    ['for another service', () => ({ service: 's3' }), /s3/],
    ['of more than five minutes ago', () => ({ signedAt: startAt - 301_000 }), /expired/],
    ['from more than five minutes ahead', () => ({ signedAt: startAt + 301_000 }), /not yet/],
    [
      'of an administrator with another secret',
      () => ({
        credentials: { accessKeyId: 'me', secretAccessKey: 'you' },
      }),
      /does not fit/,
    ],
    ['that is missing', () => ({ credentials: null }), /not signed/],
  ])('%s is refused, and only the operator of the local AWS learns why', async (_what, change, reason) => {
    const { aws, request, refused, events } = await start();
    const answer = await sendWire(aws, await signedRequest(aws, { ...request, ...change(request.credentials) }));
    expect([answer.status, answer.json()]).toEqual([403, forbidden]);
    expect(refused).toEqual([expect.stringMatching(reason)]);
    expect(events).toEqual([]);
  });

  test('is good for five minutes, and no longer than its session', async () => {
    const { aws, request, clock } = await start();
    const early = await signedRequest(aws, request);
    await clock.run(startAt + 300_000);
    expect((await sendWire(aws, early)).status).toBe(204);
    await clock.run(startAt + 3600_000);
    expect((await sendWire(aws, await signedRequest(aws, request))).status).toBe(403);
  });

  test('of an administrator is made with the key itself as its secret', async () => {
    const { aws, request } = await start();
    const credentials = { accessKeyId: 'me', secretAccessKey: 'me' };
    expect((await sendWire(aws, await signedRequest(aws, { ...request, credentials }))).status).toBe(204);
  });
});

describe('a right', () => {
  const statuses = async (...statements: unknown[]) => {
    const { call, sessionOf } = await startApi(routes);
    const credentials = sessionOf('caller', ...statements);
    const of = async (path: string, method = 'GET') => (await call(path, { method, credentials })).status;
    return [await of('/plans'), await of('/plans/1'), await of('/plans/1', 'DELETE'), await of('/admin/a/b')];
  };

  test.each([
    ['to everything', [invoke('*')], [204, 204, 204, 204]],
    ['to nothing', [], [403, 403, 403, 403]],
    ['to read', [invoke('GET/*')], [204, 204, 403, 204]],
    ['to one path', [invoke('GET/plans')], [204, 403, 403, 403]],
    ['to paths below one', [invoke('*/plans/*')], [403, 204, 204, 403]],
    ['to everything but what is denied', [invoke('*'), invoke('DELETE/*', 'Deny')], [204, 204, 403, 204]],
    ['of another action', [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }], [403, 403, 403, 403]],
  ])('%s is as wide as it says', async (_what, statements, expected) => {
    expect(await statuses(...statements)).toEqual(expected);
  });

  test('of somebody in another account is none, however much he may there', async () => {
    const { call, aws, apiId } = await startApi(routes);
    const foreign = '111122223333';
    const credentials = { accessKeyId: foreign, secretAccessKey: foreign };
    const answer = await call('/plans', { credentials });
    expect([answer.status, answer.json()]).toEqual([403, forbidden]);
    expect(aws.iam.used()).toEqual([]);
    expect(apiId).toMatch(/^[a-z0-9]{10}$/);
  });

  test('that was used is told', async () => {
    const { call, sessionOf, aws, apiId } = await startApi(routes);
    await call('/plans/7', { credentials: sessionOf('reader', invoke('GET/*')) });
    const resource = `arn:aws:execute-api:us-east-1:${account}:${apiId}/$default/GET/plans/7`;
    expect(aws.iam.used()).toContainEqual(expect.objectContaining({ action: 'execute-api:Invoke', resource }));
  });
});

describe('what is not there', () => {
  test.each([
    ['/other', 'GET', 404, 'Not Found'],
    ['/plans', 'POST', 404, 'Not Found'],
    ['/plans', 'OPTIONS', 404, 'Not Found'],
    ['/plans/%zz', 'GET', 400, 'Bad Request'],
  ])('%s by %s is answered %i', async (path, method, status, message) => {
    const { call, events } = await startApi(routes);
    const answer = await call(path, { method, credentials: null });
    expect([answer.status, answer.json()]).toEqual([status, { message }]);
    expect(answer.headers['apigw-requestid']).toBeDefined();
    expect(events).toEqual([]);
  });

  test.each([
    'https://abcdefghij.execute-api.us-east-1.amazonaws.com',
    'http://127.0.0.1:4566/_aws/execute-api/abcdefghij',
  ])('no such API: %s', async (base) => {
    const { aws } = await startApi(routes);
    const answer = await sendWire(aws, await signedRequest(aws, { url: `${base}/plans` }));
    expect([answer.status, answer.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  test('an API is not in another Region', async () => {
    const { aws, url } = await startApi(routes);
    const elsewhere = `${url.replace('us-east-1', 'eu-west-1')}/plans`;
    expect((await sendWire(aws, await signedRequest(aws, { url: elsewhere }))).status).toBe(404);
  });

  test('calls of AWS’s API are still such', async () => {
    const { aws } = await startApi(routes);
    const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const credentials = { accessKeyId: 'me', secretAccessKey: 'any' };
    const sts = new STSClient({
      region: 'us-east-1',
      credentials,
      requestHandler: inProcess(aws),
      systemClockOffset: startAt - Date.now(),
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(account);
  });
});
