import { expect, test } from 'vitest';
import { sendWire, signedRequest } from './apigateway-client.ts';
import { account, apiTemplate, region, startApi } from './apigateway-local.ts';

/** An operation of API Gateway's own API, over the wire. */
async function manage({ aws }: Awaited<ReturnType<typeof startApi>>, method: string, path: string, input?: object) {
  const url = `https://apigateway.us-east-1.amazonaws.com/v2/apis${path}`;
  const body = input === undefined ? '' : JSON.stringify(input);
  const answer = await sendWire(aws, await signedRequest(aws, { method, url, body, service: 'apigateway' }));
  return { status: answer.status, error: answer.headers['x-amzn-errortype'], ...answer.json() };
}

test('a template makes an API, and its references and attributes are those of AWS', async () => {
  const { stack, apiId, url } = await startApi(['GET /plans']);
  expect(apiId).toMatch(/^[a-z0-9]{10}$/);
  expect(url).toBe(`https://${apiId}.execute-api.${region}.amazonaws.com`);
  const made = (id: string) => stack.resources.get(id);
  const ApiEndpoint = `http://127.0.0.1:4566/_aws/execute-api/${apiId}`;
  expect(made('HttpApi')?.attributes).toEqual({ ApiId: apiId, ApiEndpoint });
  expect(made('Stage')?.physicalId).toBe('$default');
  expect(made('Route0')?.attributes).toEqual({ RouteId: made('Route0')?.physicalId });
  expect(made('Integration')?.attributes).toEqual({ IntegrationId: made('Integration')?.physicalId });
});

test('deploying again changes routes, adds some and takes some away; the API keeps its id', async () => {
  const { deploy, call, apiId } = await startApi(['GET /plans', 'GET /runs']);
  const statusOf = async (path: string) => (await call(path, { credentials: null })).status;
  expect([await statusOf('/plans'), await statusOf('/runs'), await statusOf('/tasks')]).toEqual([403, 403, 404]);
  const stack = await deploy(apiTemplate(['GET /plans open', 'GET /tasks open']));
  expect([await statusOf('/plans'), await statusOf('/runs'), await statusOf('/tasks')]).toEqual([204, 404, 204]);
  await deploy(apiTemplate(['GET /plans', 'GET /tasks open']));
  expect([await statusOf('/plans'), await statusOf('/tasks')]).toEqual([403, 204]);
  expect(stack.resources.get('HttpApi')?.physicalId).toBe(apiId);
});

test('with its stack an API goes', async () => {
  const { aws, call } = await startApi(['GET /plans']);
  await aws.cloudformation.remove('sample');
  expect((await call('/plans')).status).toBe(404);
});

test('clients of API Gateway see what there is, and make more', async () => {
  const started = await startApi(['GET /plans']);
  const { apiId, call } = started;
  const own = { apiId, name: 'dev-sample', protocolType: 'HTTP' };
  expect(await manage(started, 'GET', '')).toMatchObject({ status: 200, items: [own] });
  const routes = await manage(started, 'GET', `/${apiId}/routes`);
  expect(routes).toMatchObject({ items: [{ routeKey: 'GET /plans', authorizationType: 'AWS_IAM' }] });
  const [integration] =
    ((await manage(started, 'GET', `/${apiId}/integrations`)) as { items?: { integrationId: string }[] }).items ?? [];
  const target = `integrations/${integration?.integrationId}`;
  await manage(started, 'POST', `/${apiId}/routes`, { routeKey: 'GET /runs', target });
  expect((await call('/runs', { credentials: null })).status).toBe(204);
});

test.each([
  ['POST', '', { name: 'a', protocolType: 'WEBSOCKET' }, 'BadRequestException'],
  ['POST', '', { name: 'a' }, 'ValidationException'],
  ['POST', '', { name: 'a', protocolType: 'HTTP', corsConfiguration: {} }, 'BadRequestException'],
  ['POST', '/ID/routes', { routeKey: 'GET plans' }, 'BadRequestException'],
  ['POST', '/ID/routes', { routeKey: 'GET /plans' }, 'ConflictException'],
  ['POST', '/ID/routes', { routeKey: 'GET /a', authorizationType: 'JWT' }, 'BadRequestException'],
  ['POST', '/ID/routes', { routeKey: 'GET /a', target: 'integrations/none' }, 'NotFoundException'],
  ['POST', '/ID/integrations', { integrationType: 'HTTP_PROXY' }, 'BadRequestException'],
  ['POST', '/ID/stages', { stageName: 'prod' }, 'BadRequestException'],
  ['POST', '/ID/stages', { stageName: '$default', autoDeploy: true }, 'ConflictException'],
  ['GET', '/none', undefined, 'NotFoundException'],
  ['GET', '/ID/routes/none', undefined, 'NotFoundException'],
])('what cannot be, or is not done here, is refused: %s %s %j', async (method, path, input, error) => {
  const started = await startApi(['GET /plans']);
  expect((await manage(started, method, path.replace('ID', started.apiId), input)).error).toBe(error);
});

test('an API of another account is not there', async () => {
  const { aws, apiId } = await startApi(['GET /plans']);
  const caller = aws.iam.caller('111122223333');
  const call = { service: 'apigateway', operation: 'GetApi', input: { apiId }, caller, region };
  await expect(aws.core.call({ ...call, account: '111122223333' })).rejects.toThrow(/Invalid API identifier/);
  expect(await aws.core.call({ ...call, caller: aws.iam.caller(account), account })).toMatchObject({ apiId });
});
