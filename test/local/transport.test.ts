import { EventBridgeClient, ListEventBusesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { sleep, VirtualClock } from '../../local/clock.ts';
import { AwsError, type Call, ConnectionLost, type Service } from '../../local/service.ts';
import { inProcess } from '../../local/transport.ts';

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };

const toyEvents = (seen: Call[]): Service => ({
  name: 'events',
  protocol: 'json-1.1',
  targetPrefix: 'AWSEvents',
  permissions: () => [{ action: 'events:ListEventBuses', resource: '*' }],
  operations: {
    ListEventBuses: (call) => {
      seen.push(call);
      return { EventBuses: [{ Name: 'default' }] };
    },
  },
});

const toyScheduler: Service = {
  name: 'scheduler',
  protocol: 'rest-json',
  routes: { 'GET /schedules/{Name}': 'GetSchedule' },
  permissions: () => [],
  operations: {
    GetSchedule: ({ input }) => {
      if (input.Name === 'gone') throw new AwsError('ResourceNotFoundException', 'Schedule gone does not exist.', 404);
      return { Name: input.Name, CreationDate: 1700000000 };
    },
  },
};

const toySns: Service = {
  name: 'sns',
  protocol: 'query',
  xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  permissions: () => [],
  operations: {
    CreateTopic: ({ input }) => {
      if (input.Name === 'bad<') throw new AwsError('InvalidParameter', 'Invalid <Name> & so on');
      return { TopicArn: `arn:${JSON.stringify(input.Attributes ?? {})}:${JSON.stringify(input.Tags ?? [])}` };
    },
  },
};

function toy() {
  const seen: Call[] = [];
  const clock = new VirtualClock(Date.now());
  const aws = createAws({ clock, services: () => [toyEvents(seen), toyScheduler, toySns] });
  const config = { region: 'eu-west-1', credentials, requestHandler: inProcess(aws), maxAttempts: 1 };
  return { aws, clock, seen, config, events: new EventBridgeClient(config) };
}

test('an SDK client reads a JSON answer, and the call carries its caller, Region and signing time', async () => {
  const { events, seen, clock } = toy();
  const answer = await events.send(new ListEventBusesCommand({ NamePrefix: 'a' }));
  expect(answer.EventBuses).toEqual([{ Name: 'default' }]);
  expect(seen[0]).toMatchObject({ operation: 'ListEventBuses', input: { NamePrefix: 'a' }, region: 'eu-west-1' });
  expect(seen[0]?.caller.principalArn).toBe('arn:aws:iam::123456789012:root');
  expect(Math.abs((seen[0]?.signedAt ?? 0) - clock.now())).toBeLessThan(5000);
});

test('an operation that AWS does not have is UnknownOperationException', async () => {
  const { events } = toy();
  await expect(events.send(new PutEventsCommand({ Entries: [] }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    $metadata: { httpStatusCode: 400 },
  });
});

test('REST-JSON members come from the path, and errors keep name, status and sentence', async () => {
  const client = new SchedulerClient(toy().config);
  const found = await client.send(new GetScheduleCommand({ Name: 'nightly' }));
  expect(found).toMatchObject({ Name: 'nightly', CreationDate: new Date(1700000000_000) });
  await expect(client.send(new GetScheduleCommand({ Name: 'gone' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Schedule gone does not exist.',
    $metadata: { httpStatusCode: 404 },
  });
});

test('query lists and maps become arrays and objects, and XML marks survive both ways', async () => {
  const client = new SNSClient(toy().config);
  const answer = await client.send(
    new CreateTopicCommand({ Name: 't', Attributes: { a: '<&>' }, Tags: [{ Key: 'k', Value: 'v' }] }),
  );
  expect(answer.TopicArn).toBe('arn:{"a":"<&>"}:[{"Key":"k","Value":"v"}]');
  await expect(client.send(new CreateTopicCommand({ Name: 'bad<' }))).rejects.toMatchObject({
    message: 'Invalid <Name> & so on',
  });
});

test('a call to a service that is not here says so', async () => {
  const { config } = toy();
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient(config);
  await expect(client.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
});

test('interceptors stand around an operation, the last one outermost, until they are taken away', async () => {
  const { aws, events } = toy();
  const order: string[] = [];
  const around = (name: string) => async (_call: Call, perform: () => Promise<unknown>) => {
    order.push(name);
    return perform();
  };
  aws.intercept(around('inner'));
  const remove = aws.intercept(around('outer'));
  await events.send(new ListEventBusesCommand({}));
  remove();
  await events.send(new ListEventBusesCommand({}));
  expect(order).toEqual(['outer', 'inner', 'inner']);
});

test('an interceptor can lose the answer after the call took effect', async () => {
  const { aws, events, seen } = toy();
  aws.intercept(async (_call, perform) => {
    await perform();
    throw new ConnectionLost();
  });
  await expect(events.send(new ListEventBusesCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toHaveLength(1);
});

test('listeners hear of every allowed call, when it ended and how', async () => {
  const { aws, events, clock } = toy();
  const told: [string, number, unknown][] = [];
  aws.onCall(({ call, at, endedAt, error }) => told.push([call.operation, endedAt - at, error]));
  aws.intercept(async (_call, perform) => {
    await sleep(clock, 70);
    return perform();
  });
  const sent = events.send(new ListEventBusesCommand({}));
  await clock.run(clock.now() + 100);
  await sent;
  expect(told).toEqual([['ListEventBuses', 70, undefined]]);
});

test('a call needs the time that its latency says, by the clock', async () => {
  const clock = new VirtualClock(Date.now());
  const aws = createAws({ clock, services: () => [toyEvents([])], latencyMs: () => 20 });
  const events = new EventBridgeClient({ region: 'eu-west-1', credentials, requestHandler: inProcess(aws) });
  let ended = 0;
  void events.send(new ListEventBusesCommand({})).then(() => {
    ended = clock.now();
  });
  const start = clock.now();
  await clock.run(start + 1000);
  expect(ended - start).toBe(20);
});

test('a client gives up after its timeout although the call takes effect later', async () => {
  const seen: Call[] = [];
  const clock = new VirtualClock(Date.now());
  const aws = createAws({ clock, services: () => [toyEvents(seen)], latencyMs: () => 500 });
  const requestHandler = inProcess(aws, { requestTimeoutMs: 200 });
  const events = new EventBridgeClient({ region: 'eu-west-1', credentials, requestHandler, maxAttempts: 1 });
  const start = clock.now();
  let failed: [string, number] | undefined;
  void events.send(new ListEventBusesCommand({})).catch((error: Error) => {
    failed = [error.name, clock.now() - start];
  });
  await clock.run(start + 1000);
  expect(failed).toEqual(['TimeoutError', 200]);
  expect(seen).toHaveLength(1);
});

test('an aborted request is given up at once', async () => {
  const { aws, events } = toy();
  aws.intercept(() => new Promise(() => {}));
  const abort = new AbortController();
  const sent = events.send(new ListEventBusesCommand({}), { abortSignal: abort.signal });
  setImmediate(() => abort.abort());
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  const again = events.send(new ListEventBusesCommand({}), { abortSignal: abort.signal });
  await expect(again).rejects.toMatchObject({ name: 'AbortError' });
});
