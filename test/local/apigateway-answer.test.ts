import { expect, test } from 'vitest';
import { sleep } from '../../local/clock.ts';
import { AwsError } from '../../local/service.ts';
import { apiTemplate, startApi } from './apigateway-local.ts';

const internal = { message: 'Internal Server Error' };

test('status, headers, cookies and body of the function’s answer are the answer', async () => {
  const { call } = await startApi(['GET /plans'], () => ({
    statusCode: 201,
    headers: { 'Content-Type': 'application/json', 'X-Count': 3, Connection: 'close', 'content-length': '1' },
    cookies: ['a=1; Path=/', 'b=2'],
    body: '{"é":1}',
  }));
  const answer = await call('/plans');
  expect(answer).toMatchObject({ status: 201, cookies: ['a=1; Path=/', 'b=2'], text: '{"é":1}' });
  expect(answer.headers).toEqual({
    'content-type': 'application/json',
    'content-length': '8',
    'x-count': '3',
    date: 'Fri, 20 Nov 2026 06:00:00 GMT',
    'apigw-requestid': expect.stringMatching(/^[A-Za-z0-9]{15}=$/),
  });
});

test('a body in base64 goes out as bytes', async () => {
  const body = Buffer.from([0, 255, 128]).toString('base64');
  const { call } = await startApi(['GET /plans'], () => ({ statusCode: 200, body, isBase64Encoded: true }));
  expect([...(await call('/plans')).bytes]).toEqual([0, 255, 128]);
});

test('an answer without a type is text', async () => {
  const { call } = await startApi(['GET /plans'], () => ({ statusCode: 200, body: 'hello' }));
  expect((await call('/plans')).headers['content-type']).toBe('text/plain; charset=utf-8');
});

test.each([
  [{ hello: 'world' }, '{"hello":"world"}'],
  [[1, 2], '[1,2]'],
  ['Hello from Lambda!', 'Hello from Lambda!'],
  [undefined, 'null'],
])('a result without a status is the body of a 200: %j', async (result, text) => {
  const { call } = await startApi(['GET /plans'], () => result);
  const answer = await call('/plans');
  expect(answer).toMatchObject({ status: 200, text });
  expect(answer.headers['content-type']).toBe('application/json');
});

test.each([
  { statusCode: '200' },
  { statusCode: 0 },
  { statusCode: 1000 },
  { statusCode: 200, body: { a: 1 } },
  { statusCode: 200, headers: { a: { b: 1 } } },
  { statusCode: 200, headers: { 'a b': '1' } },
  { statusCode: 200, headers: { a: 'line\nbreak' } },
  { statusCode: 200, headers: ['a'] },
  { statusCode: 200, cookies: 'a=1' },
])('an answer that cannot be one is a 500: %j', async (result) => {
  const { call } = await startApi(['GET /plans'], () => result);
  const answer = await call('/plans');
  expect([answer.status, answer.json()]).toEqual([500, internal]);
  expect(answer.headers['apigw-requestid']).toBeDefined();
});

test('a function that throws is a 500 that says nothing of why', async () => {
  const { call } = await startApi(['GET /plans'], () => {
    throw new Error('secret');
  });
  const answer = await call('/plans');
  expect([answer.status, answer.json()]).toEqual([500, internal]);
});

test('without the permission of the function the answer is a 500', async () => {
  const { call, deploy, events } = await startApi(['GET /plans']);
  const template = apiTemplate(['GET /plans']);
  delete template.Resources.Permission;
  await deploy(template);
  expect((await call('/plans')).status).toBe(500);
  expect(events).toEqual([]);
});

test('a permission for one route lets in no other', async () => {
  const keys = ['GET /plans/{id}', 'GET /runs/{id}'];
  const { call, deploy } = await startApi(keys);
  const template = apiTemplate(keys);
  const SourceArn = {
    'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${HttpApi}/*/GET/plans/*`,
  };
  Object.assign(template.Resources.Permission?.Properties ?? {}, { SourceArn });
  await deploy(template);
  expect((await call('/plans/1')).status).toBe(204);
  expect((await call('/runs/1')).status).toBe(500);
});

test('a function that takes more than 30 seconds is given up with a 503', async () => {
  const { call, clock } = await startApi(['GET /plans'], async () => {
    await sleep(clock, 30_001);
    return { statusCode: 200 };
  });
  const answered = call('/plans');
  await clock.run(clock.now() + 29_999);
  let isAnswered = false;
  void answered.then(() => {
    isAnswered = true;
  });
  await clock.run(clock.now());
  expect(isAnswered).toBe(false);
  await clock.run(clock.now() + 2);
  const answer = await answered;
  expect([answer.status, answer.json()]).toEqual([503, { message: 'Service Unavailable' }]);
});

test('a body of more than 10 MB is refused before the function hears of it', async () => {
  const { call, events } = await startApi(['POST /plans']);
  const answer = await call('/plans', { method: 'POST', body: Buffer.alloc(10 * 2 ** 20 + 1) });
  expect([answer.status, answer.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  expect(events).toEqual([]);
});

test('a request whose event is more than Lambda takes is a 413, too', async () => {
  const { call, events } = await startApi(['POST /plans']);
  expect((await call('/plans', { method: 'POST', body: Buffer.alloc(5 * 2 ** 20) })).status).toBe(413);
  expect(events).toEqual([]);
});

test('headers of more than 10,240 bytes are a 431', async () => {
  const { call } = await startApi(['GET /plans']);
  expect((await call('/plans', { headers: { 'x-long': 'a'.repeat(10_240) } })).status).toBe(431);
});

test('HEAD is answered without a body', async () => {
  const { call } = await startApi(['ANY /plans'], () => ({ statusCode: 200, body: 'hello' }));
  const answer = await call('/plans', { method: 'HEAD' });
  expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '5']);
});

test('a stage’s rate lets its burst through and then so many a second', async () => {
  const { call, clock, deploy } = await startApi(['GET /plans']);
  const template = apiTemplate(['GET /plans']);
  const slow = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 3 };
  Object.assign(template.Resources.Stage?.Properties ?? {}, { DefaultRouteSettings: slow });
  await deploy(template);
  const five = async () => (await Promise.all([1, 2, 3, 4, 5].map(() => call('/plans')))).map(({ status }) => status);
  expect(await five()).toEqual([204, 204, 204, 429, 429]);
  await clock.run(clock.now() + 60_000);
  expect(await five()).toEqual([204, 204, 204, 429, 429]);
  await clock.run(clock.now() + 100);
  const [again, late] = await Promise.all([call('/plans'), call('/plans')]);
  expect([again?.status, late?.status, late?.json()]).toEqual([204, 429, { message: 'Too Many Requests' }]);
});

test('faults can be put before a route', async () => {
  const { call, aws } = await startApi(['GET /plans']);
  aws.intercept(async ({ service }, perform) => {
    if (service === 'execute-api') throw new AwsError('InternalFailure', 'a storm', 500);
    return perform();
  });
  expect((await call('/plans')).json()).toEqual(internal);
});
