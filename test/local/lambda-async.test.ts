import { describe, expect, test } from 'vitest';
import type { Handler } from '../../local/lambda/context.ts';
import { arn, bus, hours, policy, startAt, startLambda } from './lambda-local.ts';

describe('handing over an event', () => {
  const toBus = { DestinationConfig: { OnFailure: { Destination: bus } } };

  test('is accepted at once; a failure is tried again after one and two minutes and then told to the bus', async () => {
    const attempts: number[] = [];
    const ids = new Set<string>();
    const { call, invoke, clock, delivered } = await startLambda((_, { awsRequestId }) => {
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

  test('to a function without settings for it: three attempts all the same', async () => {
    let attempts = 0;
    const { invoke, clock } = await startLambda(() => {
      attempts++;
      throw new Error('no luck');
    });
    await invoke({}, 'Event');
    await clock.run(startAt + hours(1));
    expect(attempts).toBe(3);
  });

  test('is told nothing of a success unless asked', async () => {
    const { call, invoke, clock, delivered } = await startLambda(() => 'well');
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
    const { call, invoke, clock, delivered } = await startLambda(() => new Promise(() => {}), { Timeout: 5 });
    await call('PutFunctionEventInvokeConfig', { ...toBus, MaximumRetryAttempts: 0 });
    await invoke({}, 'Event');
    await clock.run(startAt + hours(1));
    expect(JSON.stringify(delivered[0]?.input)).toMatch(/approximateInvokeCount\\":1.*timed out after 5.00 seconds/);
  });

  test('a throttled event waits, costs no attempt, and is given up when it is too old', async () => {
    const { call, invoke, clock, delivered } = await startLambda(() => new Promise(() => {}), { Timeout: 900 });
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
    const { call, invoke, clock, delivered } = await startLambda(wait, { Timeout: 10 });
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 1 });
    await call('PutFunctionEventInvokeConfig', { DestinationConfig: { OnSuccess: { Destination: bus } } });
    void invoke({});
    await invoke({ late: true }, 'Event');
    await clock.run(startAt + 20_000);
    expect([ran, delivered.length]).toEqual([2, 1]);
  });

  test('is told at once if the function may not run at all', async () => {
    const { call, invoke, clock, delivered } = await startLambda(() => null);
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 });
    await call('PutFunctionEventInvokeConfig', toBus);
    await invoke({}, 'Event');
    await clock.run(startAt + 1000);
    expect(JSON.stringify(delivered[0]?.input)).toContain('ZeroReservedConcurrency');
  });

  test("the destination is written with the rights of the function's role only", async () => {
    const fails: Handler = () => Promise.reject(new Error('x'));
    const { call, invoke, clock, delivered, undelivered } = await startLambda(
      fails,
      {},
      policy('events:PutEvents', 'other'),
    );
    await call('PutFunctionEventInvokeConfig', toBus);
    await invoke({}, 'Event');
    await clock.run(startAt + hours(1));
    expect(delivered).toEqual([]);
    expect(undelivered).toMatchObject([{ error: { code: 'AccessDeniedException' } }]);
  });
});
