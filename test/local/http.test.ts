import { request as httpRequest } from 'node:http';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { sleep, VirtualClock } from '../../local/clock.ts';
import { listen } from '../../local/http.ts';
import { httpStandIn, StandInAgent } from '../../local/http-stand-in.ts';
import type { Service, WireAnswer, WireRequest } from '../../local/service.ts';

const events: Service = {
  name: 'events',
  protocol: 'json-1.1',
  targetPrefix: 'AWSEvents',
  permissions: () => [],
  operations: { ListEventBuses: ({ input }) => ({ EventBuses: [{ Name: input.NamePrefix }] }) },
};

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function serve() {
  const served = await listen(createAws({ services: () => [events] }), 0);
  closes.push(served.close);
  return served;
}

const client = (endpoint: string) =>
  new EventBridgeClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });

test('an SDK client talks to it over HTTP', async () => {
  const { url } = await serve();
  const answer = await client(url).send(new ListEventBusesCommand({ NamePrefix: 'é' }));
  expect(answer.EventBuses?.[0]?.Name).toBe('é');
});

test('it closes at once although a client keeps its connection', async () => {
  const { url, close } = await serve();
  await client(url).send(new ListEventBusesCommand({}));
  await close();
  await expect(client(url).send(new ListEventBusesCommand({}))).rejects.toThrow();
});

test('a taken port is said with the remedy', async () => {
  const { url } = await serve();
  const port = Number(new URL(url).port);
  await expect(listen(createAws({ services: () => [events] }), port)).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken; end what listens there, or choose another: PORT=${port + 1}.`,
  );
});

const post = (url: string, headers: Record<string, string>, body: string) =>
  new Promise<number | undefined>((done, fail) => {
    const sent = httpRequest(url, { method: 'POST', headers }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    sent.on('error', fail);
    if (headers.expect === undefined) sent.end(body);
    else {
      sent.flushHeaders();
      sent.once('continue', () => sent.end(body));
    }
  });

test('a client that asks first is told to go on', async () => {
  const { url } = await serve();
  const authorization = 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/events/aws4_request';
  const headers = { authorization, 'x-amz-target': 'AWSEvents.ListEventBuses', expect: '100-continue' };
  expect(await post(url, headers, '{}')).toBe(200);
});

test('a body that nothing here takes is refused before it is whole', async () => {
  const { url } = await serve();
  expect(await post(url, {}, 'x'.repeat(70 * 2 ** 20))).toBe(413);
});

test('a request without a signature is refused', async () => {
  const { url } = await serve();
  expect(await post(url, { 'x-amz-target': 'AWSEvents.ListEventBuses' }, '{}')).toBe(400);
});

/** One request over the stand-in instead of Node's module. */
async function send(handle: (request: WireRequest) => Promise<WireAnswer>, clock: VirtualClock, agent?: StandInAgent) {
  const { request } = httpStandIn({ handle, clock });
  return new Promise<string>((done, fail) => {
    const sent = request({ method: 'POST', path: '/a?b=c', headers: { 'X-One': '1' }, agent }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      done(text);
    });
    sent.on('error', fail);
    sent.end('body');
  });
}

test('the stand-in for node:http carries a request to the local AWS and its answer back', async () => {
  const clock = new VirtualClock(0);
  const seen: WireRequest[] = [];
  const text = await send(async (request) => {
    seen.push(request);
    return { status: 200, headers: {}, body: new TextEncoder().encode('hello') };
  }, clock);
  expect(text).toBe('hello');
  expect(seen[0]).toMatchObject({ method: 'POST', path: '/a', query: 'b=c', headers: { 'x-one': '1' } });
  expect(new TextDecoder().decode(seen[0]?.body)).toBe('body');
});

test('with the stand-in, no more requests are out at once than the agent has sockets', async () => {
  const clock = new VirtualClock(0);
  let [out, most] = [0, 0];
  const handle = async () => {
    most = Math.max(most, ++out);
    await sleep(clock, 10);
    out--;
    return { status: 200, headers: {}, body: new Uint8Array() };
  };
  const agent = new StandInAgent({ maxSockets: 3 });
  const all = Promise.all(Array.from({ length: 10 }, () => send(handle, clock, agent)));
  await clock.run(1000);
  await all;
  expect([most, clock.now()]).toEqual([3, 1000]);
});

test('a lost connection is an error of the request', async () => {
  const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  await expect(send(() => Promise.reject(lost), new VirtualClock(0))).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a request that is given up gives its socket back, though it is never answered', async () => {
  const clock = new VirtualClock(0);
  const never = httpStandIn({ clock, handle: () => new Promise(() => {}) });
  const agent = new StandInAgent({ maxSockets: 1 });
  const stuck = never.request({ agent });
  stuck.on('error', () => {});
  stuck.end();
  const next = send(async () => ({ status: 200, headers: {}, body: new TextEncoder().encode('hi') }), clock, agent);
  clock.at(50, () => stuck.destroy(new Error('timeout')));
  await clock.run(100);
  expect(await next).toBe('hi');
});
