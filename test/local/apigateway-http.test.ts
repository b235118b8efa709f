import { request as httpRequest } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Template } from '../../local/cloudformation/template.ts';
import { listen } from '../../local/http.ts';
import { childRunner } from '../../local/lambda/children.ts';
import { createWholeAws } from '../../local/services.ts';
import { signedRequest } from './apigateway-client.ts';
import { apiTemplate } from './apigateway-local.ts';
import { zip } from './lambda-package.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Answers with the event that it was given. */
const handler = `exports.handler = async (event) => ({
  statusCode: 200, cookies: ['a=1', 'b=2'], headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });`;

async function serve(template: Template = apiTemplate(['ANY /echo/{name}'])) {
  const functions = childRunner();
  ends.push(() => functions.close());
  const aws = createWholeAws({ runner: () => functions.run });
  const server = await listen(aws, 0);
  ends.push(server.close);
  const stack = await aws.cloudformation.deploy(template, { stackName: 's', codeOf: () => zip({ 'a.js': handler }) });
  return { aws, server, apiId: String(stack.resources.get('HttpApi')?.physicalId) };
}

test('a client of the path form reaches the function in a process of its own', async () => {
  const { aws, server, apiId } = await serve();
  const url = `${server.url}/_aws/execute-api/${apiId}/echo/b%20c?q=what?&q=2`;
  const { headers, body } = await signedRequest(aws, { method: 'POST', url, body: 'hello' });
  const { host: _, ...own } = headers;
  const answer = await fetch(url, { method: 'POST', headers: { ...own, 'content-type': 'text/plain' }, body });
  expect(answer.status).toBe(200);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await answer.json()).toMatchObject({
    rawPath: '/echo/b c',
    rawQueryString: 'q=what?&q=2',
    queryStringParameters: { q: 'what?,2' },
    body: 'hello',
  });
  expect((await fetch(url, { method: 'POST', headers: own, body: 'other' })).status).toBe(403);
  expect((await fetch(url)).status).toBe(403);
});

test('a client of the host form reaches it, too, and headers that come twice are joined', async () => {
  const { aws, server, apiId } = await serve();
  const host = `${apiId}.execute-api.us-east-1.localhost:4566`;
  const { headers } = await signedRequest(aws, { url: `http://${host}/echo/me`, headers: { 'x-tag': 'a,b' } });
  const twice = { ...headers, 'x-tag': ['a', 'b'], cookie: 'x=1' };
  const text = await new Promise<string>((done, fail) => {
    const sent = httpRequest(`${server.url}/echo/me`, { headers: twice }, (response) => {
      response.setEncoding('utf8');
      let all = '';
      response.on('data', (chunk: string) => {
        all += chunk;
      });
      response.on('end', () => done(all));
    });
    sent.on('error', fail);
    sent.end();
  });
  expect(JSON.parse(text)).toMatchObject({ headers: { 'x-tag': 'a,b' }, cookies: ['x=1'] });
});
