import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { inProcess } from '../../local/transport.ts';
import { account, arn, bodyOf, policy, region, startAt, startLambda } from './lambda-local.ts';

describe('waiting for the answer', () => {
  test('a client of the SDK gets what the handler answers', async () => {
    const { aws } = await startLambda((event) => ({ got: event }));
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const client = new LambdaClient({
      region,
      credentials,
      requestHandler: inProcess(aws) as never,
      systemClockOffset: startAt - Date.now(),
    });
    const answer = await client.send(new InvokeCommand({ FunctionName: 'work', Payload: '{"a":1}', LogType: 'Tail' }));
    expect([answer.StatusCode, answer.ExecutedVersion, answer.FunctionError]).toEqual([200, '$LATEST', undefined]);
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ got: { a: 1 } });
  });

  test('what a handler throws is an answer, marked as an error', async () => {
    const { invoke } = await startLambda(() => {
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
    const { invoke, clock, lambda } = await startLambda(() => new Promise(() => {}), { Timeout: 30 });
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
    const { invoke, clock } = await startLambda(
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
    const { call } = await startLambda(() => null);
    await expect(call('Invoke', input)).rejects.toMatchObject({ code });
  });

  test('more invocations at once than reserved are throttled', async () => {
    const { call, invoke, clock } = await startLambda(() => new Promise(() => {}));
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 1 });
    const first = invoke({});
    await expect(invoke({})).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    await clock.run(startAt + 5000);
    expect((await first).status).toBe(200);
  });
});

describe('who may invoke', () => {
  const rule = `arn:aws:events:${region}:${account}:rule/facts/done`;
  const events = { account, principalArn: 'events', arn: 'events', service: 'events.amazonaws.com', sourceArn: rule };

  test('a service only by the permission for it, and only from the source that this names', async () => {
    const { call } = await startLambda(() => null);
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
    const { call, iam, role } = await startLambda(() => null);
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
    await expect(startLambda(() => null, settings)).rejects.toThrow(message);
  });

  test('a permission needs to say for whom', async () => {
    const { call } = await startLambda(() => null);
    const input = { StatementId: 'one', Action: 'lambda:InvokeFunction' };
    await expect(call('AddPermission', input)).rejects.toThrow(/Value null at 'principal'/);
  });

  test('settings can be changed, read and listed', async () => {
    const { call } = await startLambda(() => null, { Timeout: 10 });
    await call('UpdateFunctionConfiguration', { Timeout: 20, Environment: { Variables: { A: 'b' } } });
    const expected = { FunctionArn: arn, Timeout: 20, Handler: 'a.handler', Environment: { Variables: { A: 'b' } } };
    expect(await call('GetFunctionConfiguration', { FunctionName: arn })).toMatchObject(expected);
    expect(await call('ListFunctions')).toMatchObject({ Functions: [expected] });
    await call('DeleteFunction');
    expect(await call('ListFunctions')).toEqual({ Functions: [] });
  });
});
