import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { createIam } from '../../local/iam/iam.ts';
import type { Handler } from '../../local/lambda/context.ts';
import type { Ended } from '../../local/lambda/destinations.ts';
import { createLambda, type LambdaService } from '../../local/lambda/lambda.ts';
import { sourceRunner } from '../../local/lambda/source.ts';
import { seededRandom } from '../../local/random.ts';
import type { Call, Core, RawAnswer, Service } from '../../local/service.ts';
import { inProcess } from '../../local/transport.ts';

const account = '123456789012';
const region = 'us-east-1';
const startAt = Date.UTC(2026, 10, 20, 6);
const arn = `arn:aws:lambda:${region}:${account}:function:work`;
const bus = `arn:aws:events:${region}:${account}:event-bus/facts`;
const policy = (Action: string, Resource: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource },
});
const trust = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
};

/** A bus that only writes down what it is given. */
function recordingBus(calls: Call[]): Service {
  const put = (call: Call) => ({ FailedEntryCount: 0, Entries: [calls.push(call)] });
  return {
    name: 'events',
    protocol: 'json-1.1',
    permissions: () => [{ action: 'events:PutEvents', resource: bus }],
    operations: { PutEvents: put },
  };
}

async function setUp(
  handler: Handler,
  settings: Record<string, unknown> = {},
  rights = policy('events:PutEvents', bus),
) {
  const clock = new VirtualClock(startAt);
  const iam = createIam({ clock, random: seededRandom(1), account });
  const delivered: Call[] = [];
  const undelivered: { ended: Ended; error: unknown }[] = [];
  const onDeliveryFailure = (ended: Ended, error: unknown) => undelivered.push({ ended, error });
  const runner = sourceRunner(clock, { work: handler });
  const services = (core: Core) => [createLambda(core, { iam, runner, onDeliveryFailure }), recordingBus(delivered)];
  const aws = createAws({ clock, iam, services });
  const role = iam.putRole({ account, name: 'worker', trust, policies: { own: rights } });
  const call = (operation: string, input: object = {}, caller = iam.caller('admin')) => {
    const named = { FunctionName: 'work', ...input };
    return aws.core.call({ service: 'lambda', operation, input: named, caller, account, region });
  };
  await call('CreateFunction', { Role: role.arn, Handler: 'a.handler', Code: { ZipFile: '' }, ...settings });
  const invoke = (payload: unknown, type = 'RequestResponse') =>
    call('Invoke', { Payload: JSON.stringify(payload), InvocationType: type }) as Promise<RawAnswer>;
  const lambda = aws.service('lambda') as LambdaService;
  return { aws, clock, iam, role, call, invoke, delivered, undelivered, lambda };
}
const bodyOf = (answer: RawAnswer): unknown => JSON.parse(new TextDecoder().decode(answer.body));
const hours = (count: number) => count * 3_600_000;

describe('waiting for the answer', () => {
  test('a client of the SDK gets what the handler answers', async () => {
    const { aws } = await setUp((event) => ({ got: event }));
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const client = new LambdaClient({ region, credentials, requestHandler: inProcess(aws) as never });
    const answer = await client.send(new InvokeCommand({ FunctionName: 'work', Payload: '{"a":1}', LogType: 'Tail' }));
    expect([answer.StatusCode, answer.ExecutedVersion, answer.FunctionError]).toEqual([200, '$LATEST', undefined]);
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ got: { a: 1 } });
  });

  test('what a handler throws is an answer, marked as an error', async () => {
    const { invoke } = await setUp(() => {
      throw new RangeError('too far');
    });
    const answer = await invoke({});
    expect(answer.status).toBe(200);
    expect(answer.headers['x-amz-function-error']).toBe('Unhandled');
    expect(bodyOf(answer)).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'too far',
      trace: expect.arrayContaining(['RangeError: too far']),
    });
  });

  test('a handler that never answers is ended at its timeout', async () => {
    const { invoke, clock, lambda } = await setUp(() => new Promise(() => {}), { Timeout: 30 });
    let endedAt = 0;
    const answer = invoke({}).finally(() => {
      endedAt = clock.now();
    });
    await clock.run(startAt + 60_000);
    expect(bodyOf(await answer)).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 30.00 seconds$/),
    });
    expect(endedAt).toBe(startAt + 30_000);
    expect(lambda.logs('work').at(-1)?.text).toMatch(/Task timed out after 30.00 seconds/);
  });

  test('the context says who runs, and how long it still may', async () => {
    const { invoke, clock } = await setUp(
      async (_, context) => {
        const before = context.getRemainingTimeInMillis();
        await new Promise<void>((wake) => clock.at(clock.now() + 4000, wake));
        return { ...context, before, after: context.getRemainingTimeInMillis() };
      },
      { Timeout: 10, MemorySize: 256 },
    );
    const answer = invoke({});
    await clock.run(startAt + 5000);
    expect(bodyOf(await answer)).toMatchObject({
      functionName: 'work',
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/work',
      logStreamName: expect.stringMatching(/^2026\/11\/20\/\[\$LATEST\][0-9a-f]{32}$/),
      before: 10_000,
      after: 6000,
    });
  });

  test.each([
    [{ Payload: '{' }, 'InvalidRequestContentException'],
    [{ Payload: '', InvocationType: 'Sometimes' }, 'ValidationException'],
    [{ Payload: `"${'x'.repeat(1_048_576)}"`, InvocationType: 'Event' }, 'RequestTooLargeException'],
    [{ FunctionName: 'other' }, 'ResourceNotFoundException'],
    [{ Qualifier: '7' }, 'ResourceNotFoundException'],
  ])('refuses %.60j', async (input, code) => {
    const { call } = await setUp(() => null);
    await expect(call('Invoke', input)).rejects.toMatchObject({ code });
  });

  test('more invocations at once than reserved are throttled', async () => {
    const { call, invoke, clock } = await setUp(() => new Promise(() => {}));
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 1 });
    const first = invoke({});
    await expect(invoke({})).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    await clock.run(startAt + 5000);
    expect((await first).status).toBe(200);
  });
});

describe('handing over an event', () => {
  const toBus = { DestinationConfig: { OnFailure: { Destination: bus } } };

  test('is accepted at once; a failure is tried again after one and two minutes and then told to the bus', async () => {
    const attempts: number[] = [];
    const ids = new Set<string>();
    const { call, invoke, clock, delivered } = await setUp((_, { awsRequestId }) => {
      attempts.push(clock.now() - startAt);
      ids.add(awsRequestId);
      throw new Error('no luck');
    });
    await call('PutFunctionEventInvokeConfig', toBus);
    expect((await invoke({ run: 1 }, 'Event')).status).toBe(202);
    await clock.run(startAt + hours(1));
    expect(attempts).toEqual([0, 60_000, 180_000]);
    expect(ids.size).toBe(1);
    expect(delivered).toHaveLength(1);
    const [entry] = delivered.flatMap(({ input }) => input.Entries as Record<string, string>[]);
    expect(entry).toMatchObject({
      Source: 'lambda',
      DetailType: 'Lambda Function Invocation Result - Failure',
      EventBusName: bus,
      Resources: [`${arn}:$LATEST`, bus],
    });
    expect(JSON.parse(entry?.Detail ?? '')).toEqual({
      version: '1.0',
      timestamp: new Date(startAt + 180_000).toISOString(),
      requestContext: {
        requestId: [...ids][0],
        functionArn: `${arn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { run: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no luck', trace: expect.any(Array) },
    });
  });

  test('is told nothing of a success unless asked', async () => {
    const { call, invoke, clock, delivered } = await setUp(() => 'well');
    await call('PutFunctionEventInvokeConfig', toBus);
    await invoke({}, 'Event');
    await clock.run(startAt + hours(1));
    expect(delivered).toEqual([]);
    await call('UpdateFunctionEventInvokeConfig', { DestinationConfig: { OnSuccess: { Destination: bus } } });
    await invoke({}, 'Event');
    await clock.run(startAt + hours(2));
    expect(JSON.stringify(delivered[0]?.input)).toContain('Invocation Result - Success');
  });

  test('a timeout is a failure like any other', async () => {
    const { call, invoke, clock, delivered } = await setUp(() => new Promise(() => {}), { Timeout: 5 });
    await call('PutFunctionEventInvokeConfig', { ...toBus, MaximumRetryAttempts: 0 });
    await invoke({}, 'Event');
    await clock.run(startAt + hours(1));
    expect(JSON.stringify(delivered[0]?.input)).toMatch(/approximateInvokeCount\\":1.*timed out after 5.00 seconds/);
  });

  test('a throttled event waits, costs no attempt, and is given up when it is too old', async () => {
    const { call, invoke, clock, delivered } = await setUp(() => new Promise(() => {}), { Timeout: 900 });
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 1 });
    await call('PutFunctionEventInvokeConfig', { ...toBus, MaximumEventAgeInSeconds: 600 });
    void invoke({});
    await invoke({ late: true }, 'Event');
    await clock.run(startAt + 899_000);
    expect(JSON.stringify(delivered[0]?.input)).toMatch(/EventAgeExceeded.*approximateInvokeCount\\":0/);
  });

  test('a throttled event runs as soon as it may', async () => {
    let ran = 0;
    const wait: Handler = () => (ran++ === 0 ? new Promise(() => {}) : 'done');
    const { call, invoke, clock, delivered } = await setUp(wait, { Timeout: 10 });
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 1 });
    await call('PutFunctionEventInvokeConfig', { DestinationConfig: { OnSuccess: { Destination: bus } } });
    void invoke({});
    await invoke({ late: true }, 'Event');
    await clock.run(startAt + 20_000);
    expect([ran, delivered.length]).toEqual([2, 1]);
  });

  test('is told at once if the function may not run at all', async () => {
    const { call, invoke, clock, delivered } = await setUp(() => null);
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 });
    await call('PutFunctionEventInvokeConfig', toBus);
    await invoke({}, 'Event');
    await clock.run(startAt + 1000);
    expect(JSON.stringify(delivered[0]?.input)).toContain('ZeroReservedConcurrency');
  });

  test("the destination is written with the rights of the function's role only", async () => {
    const fails: Handler = () => Promise.reject(new Error('x'));
    const { call, invoke, clock, delivered, undelivered } = await setUp(fails, {}, policy('events:PutEvents', 'other'));
    await call('PutFunctionEventInvokeConfig', toBus);
    await invoke({}, 'Event');
    await clock.run(startAt + hours(1));
    expect(delivered).toEqual([]);
    expect(undelivered).toMatchObject([{ error: { code: 'AccessDeniedException' } }]);
  });
});

describe('who may invoke', () => {
  const rule = `arn:aws:events:${region}:${account}:rule/facts/done`;
  const events = { account, principalArn: 'events', arn: 'events', service: 'events.amazonaws.com', sourceArn: rule };

  test('a service only by the permission for it, and only from the source that this names', async () => {
    const { call } = await setUp(() => null);
    const as = (sourceArn: string) => call('Invoke', { InvocationType: 'Event' }, { ...events, sourceArn });
    await expect(as(rule)).rejects.toThrow(/because no resource-based policy allows the lambda:InvokeFunction action/);
    const permission = { StatementId: 'rule', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' };
    await call('AddPermission', { ...permission, SourceArn: rule });
    await expect(as(rule)).resolves.toMatchObject({ status: 202 });
    await expect(as(`${rule}2`)).rejects.toThrow(/lambda:InvokeFunction/);
    await expect(call('AddPermission', permission)).rejects.toMatchObject({ code: 'ResourceConflictException' });
    expect(JSON.parse(((await call('GetPolicy')) as { Policy: string }).Policy).Statement).toHaveLength(1);
    await call('RemovePermission', { StatementId: 'rule' });
    await expect(as(rule)).rejects.toThrow(/lambda:InvokeFunction/);
  });

  test('a role only if its policies allow it', async () => {
    const { call, iam, role } = await setUp(() => null);
    const caller = iam.caller(iam.openSession(role.arn, 's', 900).accessKeyId);
    await expect(call('Invoke', { InvocationType: 'Event' }, caller)).rejects.toThrow(/no identity-based policy/);
    iam.putRolePolicy(role.arn, 'invoke', policy('lambda:InvokeFunction', arn));
    await expect(call('Invoke', { InvocationType: 'Event' }, caller)).resolves.toMatchObject({ status: 202 });
  });
});

describe('making functions', () => {
  test.each([
    [{ Role: `arn:aws:iam::${account}:role/none` }, /cannot be assumed by Lambda/],
    [{ Timeout: 901 }, /'timeout' failed/],
    [{ Environment: { Variables: { AWS_REGION: 'x' } } }, /reserved keys.*AWS_REGION/],
    [{ Environment: { Variables: { BIG: 'x'.repeat(4096) } } }, /exceeded the 4KB limit/],
  ])('refuses %.80j', async (settings, message) => {
    await expect(setUp(() => null, settings)).rejects.toThrow(message);
  });

  test('settings can be changed, read and listed', async () => {
    const { call } = await setUp(() => null, { Timeout: 10 });
    await call('UpdateFunctionConfiguration', { Timeout: 20, Environment: { Variables: { A: 'b' } } });
    const expected = { FunctionArn: arn, Timeout: 20, Handler: 'a.handler', Environment: { Variables: { A: 'b' } } };
    expect(await call('GetFunctionConfiguration', { FunctionName: arn })).toMatchObject(expected);
    expect(await call('ListFunctions')).toMatchObject({ Functions: [expected] });
    await call('DeleteFunction');
    expect(await call('ListFunctions')).toEqual({ Functions: [] });
  });
});
