import type { Caller, Core } from '../service.ts';
import type { LambdaFunction } from './functions.ts';
import type { Outcome } from './runner.ts';

/** How an asynchronous invocation ended, on its way to a destination. */
export interface Ended {
  one: LambdaFunction;
  qualifier: string;
  /** ARN of a bus, queue, topic or function. */
  destination: string;
  requestId: string;
  event: string;
  condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';
  attempts: number;
  outcome?: Outcome;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export function envelope(ended: Ended, at: number): Record<string, unknown> {
  const { one, qualifier, requestId, condition, attempts, outcome } = ended;
  return {
    version: '1.0',
    timestamp: new Date(at).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${one.arn}:${qualifier}`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(ended.event),
    ...(outcome && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(outcome.isError && { functionError: 'Unhandled' }),
      },
      responsePayload: JSON.parse(outcome.payload),
    }),
  };
}

interface Delivery {
  operation: string;
  input: Record<string, unknown>;
}

/** The call that brings a record to a destination of each kind. */
const deliveries: Record<string, (ended: Ended, body: string) => Delivery> = {
  events: ({ one, qualifier, destination, condition }, body) => ({
    operation: 'PutEvents',
    input: {
      Entries: [
        {
          Source: 'lambda',
          DetailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
          Resources: [`${one.arn}:${qualifier}`, destination],
          EventBusName: destination,
          Detail: body,
        },
      ],
    },
  }),
  sqs: ({ destination }, body) => {
    const [, , , region, account, name] = destination.split(':');
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    return { operation: 'SendMessage', input: { QueueUrl: url, MessageBody: body } };
  },
  sns: ({ destination }, body) => ({ operation: 'Publish', input: { TopicArn: destination, Message: body } }),
  lambda: ({ destination }, body) => ({
    operation: 'Invoke',
    input: { FunctionName: destination, InvocationType: 'Event', Payload: body },
  }),
};

/** Writes the record with the rights of the function's role. Throws what the destination answers. */
export async function deliver(core: Core, caller: Caller, ended: Ended): Promise<void> {
  const [, , service = '', region = core.region] = ended.destination.split(':');
  const delivery = deliveries[service];
  if (delivery === undefined) throw new Error(`Lambda delivers nothing to ${ended.destination}.`);
  const body = JSON.stringify(envelope(ended, core.clock.now()));
  const call = { service, ...delivery(ended, body), caller, account: ended.one.account, region };
  const answer = (await core.call(call)) as { FailedEntryCount?: number; Entries?: unknown[] } | undefined;
  if (answer?.FailedEntryCount) throw new Error(JSON.stringify(answer.Entries));
}
