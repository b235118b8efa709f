import { expect, test } from 'vitest';
import { sendWire, signedRequest } from './apigateway-client.ts';
import { type ApiEvent, account, invoke, region, startApi, startAt } from './apigateway-local.ts';

const onlyEvent = (events: ApiEvent[]): ApiEvent => {
  expect(events).toHaveLength(1);
  return events[0] as ApiEvent;
};

test('a function is given the event of payload format 2.0', async () => {
  const { call, events, sessionOf, apiId, aws } = await startApi(['POST /plans/{plan}/runs/{run}']);
  const credentials = sessionOf('operator', invoke('*'));
  const headers = { 'content-type': 'application/json', 'user-agent': 'test/1', 'x-api-version': '1.0' };
  const answer = await call('/plans/nightly/runs/7?a=1&b=x%20y&a=2', {
    method: 'POST',
    body: '{"é":1}',
    headers,
    credentials,
  });
  const roleId = aws.iam.roleNamed(account, 'operator')?.id;
  const event = onlyEvent(events);
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'POST /plans/{plan}/runs/{run}',
    rawPath: '/plans/nightly/runs/7',
    rawQueryString: 'a=1&b=x%20y&a=2',
    headers: expect.objectContaining({
      ...headers,
      'content-length': '8',
      host: `${apiId}.execute-api.${region}.amazonaws.com`,
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    }),
    queryStringParameters: { a: '1,2', b: 'x y' },
    requestContext: {
      accountId: account,
      apiId,
      authorizer: {
        iam: {
          accessKey: credentials.accessKeyId,
          accountId: account,
          callerId: `${roleId}:anna`,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: `arn:aws:sts::${account}:assumed-role/operator/anna`,
          userId: `${roleId}:anna`,
        },
      },
      domainName: `${apiId}.execute-api.${region}.amazonaws.com`,
      domainPrefix: apiId,
      http: {
        method: 'POST',
        path: '/plans/nightly/runs/7',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test/1',
      },
      requestId: answer.headers['apigw-requestid'],
      routeKey: 'POST /plans/{plan}/runs/{run}',
      stage: '$default',
      time: '20/Nov/2026:06:00:00 +0000',
      timeEpoch: startAt,
    },
    pathParameters: { plan: 'nightly', run: '7' },
    body: '{"é":1}',
    isBase64Encoded: false,
  });
});

test('of what there is none the event says nothing, and the administrator is his account', async () => {
  const { call, events } = await startApi(['GET /plans']);
  await call('/plans');
  const { requestContext, headers: _, ...event } = onlyEvent(events);
  expect(Object.keys(event).sort()).toEqual(['isBase64Encoded', 'rawPath', 'rawQueryString', 'routeKey', 'version']);
  const userArn = `arn:aws:iam::${account}:root`;
  expect(requestContext.authorizer).toMatchObject({ iam: { userArn, userId: account, callerId: account } });
});

test('an open route takes unsigned requests and names no caller', async () => {
  const { call, events } = await startApi(['GET /health open']);
  expect((await call('/health', { credentials: null })).status).toBe(204);
  expect(onlyEvent(events).requestContext.authorizer).toBeUndefined();
});

test('an organisation is told', async () => {
  const { call, events, aws } = await startApi(['GET /plans']);
  aws.iam.setOrganisation(account, 'o-example');
  await call('/plans');
  expect(onlyEvent(events).requestContext.authorizer).toMatchObject({ iam: { principalOrgId: 'o-example' } });
});

test('cookies are a list and no header', async () => {
  const { call, events } = await startApi(['GET /plans']);
  await call('/plans', { headers: { cookie: 'a=1; b=2' } });
  const event = onlyEvent(events);
  expect(event.cookies).toEqual(['a=1', 'b=2']);
  expect(event.headers).not.toHaveProperty('cookie');
});

test.each([
  ['/tables/my%20table', '/tables/my table', { name: 'my table' }],
  ['/tables/caf%C3%A9', '/tables/café', { name: 'café' }],
  ['/tables/a%2525', '/tables/a%25', { name: 'a%25' }],
  ['/tables/a%3Fb', '/tables/a', { name: 'a' }],
])('path and parameters are decoded, and end at a question mark: %s', async (path, rawPath, pathParameters) => {
  const { call, events } = await startApi(['GET /tables/{name}']);
  expect((await call(path)).status).toBe(204);
  expect(onlyEvent(events)).toMatchObject({ rawPath, pathParameters, requestContext: { http: { path: rawPath } } });
});

test('a slash in disguise is a slash before the route is chosen', async () => {
  const { call, events } = await startApi(['GET /tables/{name}', 'GET /tables/{name}/{index}']);
  await call('/tables/a%2Fb');
  expect(onlyEvent(events)).toMatchObject({ pathParameters: { name: 'a', index: 'b' } });
});

test.each([
  ['application/json', false],
  ['application/json; charset=utf-8', false],
  ['text/csv', false],
  ['application/xml', false],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
  ['application/vnd.api+json', true],
  [undefined, true],
])('a body of type %s is base64: %s', async (type, isBase64Encoded) => {
  const { call, events } = await startApi(['POST /plans']);
  await call('/plans', { method: 'POST', body: 'hällo', headers: type === undefined ? {} : { 'content-type': type } });
  const body = isBase64Encoded ? Buffer.from('hällo').toString('base64') : 'hällo';
  expect(onlyEvent(events)).toMatchObject({ body, isBase64Encoded });
});

test('the path form of the address is not part of the path', async () => {
  const { aws, apiId, events } = await startApi(['GET /plans/{plan}', 'GET /']);
  const base = `http://127.0.0.1:4566/_aws/execute-api/${apiId}`;
  for (const path of ['/plans/nightly', '', '/']) {
    expect((await sendWire(aws, await signedRequest(aws, { url: base + path }))).status).toBe(204);
  }
  expect(events.map(({ rawPath }) => rawPath)).toEqual(['/plans/nightly', '/', '/']);
});

test('a stage with a name is reached by it, and the event has the whole path', async () => {
  const { call, events, aws, apiId } = await startApi(['GET /plans', 'GET / open']);
  const input = { apiId, stageName: 'prod', autoDeploy: true, stageVariables: { colour: 'green' } };
  const caller = aws.iam.caller(account);
  await aws.core.call({ service: 'apigateway', operation: 'CreateStage', input, caller, account, region });
  expect((await call('/prod', { credentials: null })).status).toBe(204);
  events.length = 0;
  expect((await call('/prod/plans')).status).toBe(204);
  const stageVariables = { colour: 'green' };
  expect(onlyEvent(events)).toMatchObject({
    rawPath: '/prod/plans',
    requestContext: { stage: 'prod' },
    stageVariables,
  });
});
