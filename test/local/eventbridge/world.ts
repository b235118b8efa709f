import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createAws } from '../../../local/aws.ts';
import { VirtualClock } from '../../../local/clock.ts';
import type { Weather } from '../../../local/eventbridge/deliver.ts';
import { createEventBridge } from '../../../local/eventbridge/eventbridge.ts';
import { createIam } from '../../../local/iam/iam.ts';
import { seededRandom } from '../../../local/random.ts';
import type { AwsError, Call, PolicyDocument, Service } from '../../../local/service.ts';
import { createSqs } from '../../../local/sqs/sqs.ts';
import { inProcess } from '../../../local/transport.ts';

export const account = '123456789012';
export const functionArn = `arn:aws:lambda:us-east-1:${account}:function:listen`;

interface Listener {
  service: Service;
  /** Payloads that the function got, and when (ms since the start). */
  heard: { event: unknown; at: number; caller: string }[];
  policy: { current?: PolicyDocument };
  /** Errors for the next invocations. */
  failures: AwsError[];
}

/** A Lambda that only listens; whom it lets in is `policy`. */
function listener(now: () => number): Listener {
  const startedAt = now();
  const all: Omit<Listener, 'service'> = { heard: [], policy: {}, failures: [] };
  const Invoke = ({ input, caller }: Call) => {
    const failure = all.failures.shift();
    if (failure !== undefined) throw failure;
    all.heard.push({ event: JSON.parse(String(input.Payload)), at: now() - startedAt, caller: caller.principalArn });
  };
  const service: Service = {
    name: 'lambda',
    protocol: 'rest-json',
    permissions: ({ input }) => [{ action: 'lambda:InvokeFunction', resource: String(input.FunctionName) }],
    resourcePolicy: () => all.policy.current,
    operations: { Invoke },
  };
  return { ...all, service };
}

/** `events.amazonaws.com` may do that on behalf of a rule of the account. */
export const letEventsIn = (action: string, resource: string): PolicyDocument => ({
  Statement: {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: action,
    Resource: resource,
    Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:events:us-east-1:${account}:rule/*` } },
  },
});

export function world(weather: Weather = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 31, 2, 0, 0, 250));
  const iam = createIam({ clock, random: seededRandom(9), account });
  const lambda = listener(() => clock.now());
  lambda.policy.current = letEventsIn('lambda:InvokeFunction', functionArn);
  const aws = createAws({
    clock,
    iam,
    services: (core) => [
      createEventBridge(core, { assumeFor: iam.assumeFor, weather }),
      createSqs(core),
      lambda.service,
    ],
  });
  const clientOf = (accessKeyId: string, sessionToken?: string) => ({
    region: 'us-east-1',
    endpoint: aws.core.endpoint,
    requestHandler: inProcess(aws),
    maxAttempts: 1,
    systemClockOffset: clock.now() - Date.now(),
    credentials: { accessKeyId, secretAccessKey: 'secret', ...(sessionToken !== undefined && { sessionToken }) },
  });
  return {
    aws,
    clock,
    iam,
    lambda,
    events: new EventBridgeClient(clientOf('admin')),
    sqs: new SQSClient(clientOf('admin')),
    client: (accessKeyId: string, sessionToken?: string) => new EventBridgeClient(clientOf(accessKeyId, sessionToken)),
    /** A client of a role that may do just that. */
    as(name: string, statement: unknown): EventBridgeClient {
      const role = iam.putRole({
        account,
        name,
        trust: { Statement: [] },
        policies: { own: { Statement: statement } },
      });
      const { accessKeyId, sessionToken } = iam.openSession(role.arn, 'session', 3600);
      return new EventBridgeClient(clientOf(accessKeyId, sessionToken));
    },
    later: (ms: number) => clock.run(clock.now() + ms),
  };
}
