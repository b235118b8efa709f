import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { createIam } from '../../local/iam/iam.ts';
import type { Handler } from '../../local/lambda/context.ts';
import type { Ended } from '../../local/lambda/destinations.ts';
import { createLambda, type LambdaService } from '../../local/lambda/lambda.ts';
import { sourceRunner } from '../../local/lambda/source.ts';
import { seededRandom } from '../../local/random.ts';
import type { Call, Core, RawAnswer, Service } from '../../local/service.ts';

export const account = '123456789012';
export const region = 'us-east-1';
export const startAt = Date.UTC(2026, 10, 20, 6);
export const arn = `arn:aws:lambda:${region}:${account}:function:work`;
export const bus = `arn:aws:events:${region}:${account}:event-bus/facts`;
export const policy = (Action: string, Resource: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource },
});
const mayLog = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
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

/** Lambda with one function, `work`, whose handler is given, and a bus that only writes down. */
export async function startLambda(
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
  const role = iam.putRole({ account, name: 'worker', trust, policies: { own: rights }, managedPolicies: [mayLog] });
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
/** The JSON that Invoke answered. */
export const bodyOf = (answer: RawAnswer): unknown => JSON.parse(new TextDecoder().decode(answer.body));
export const hours = (count: number) => count * 3_600_000;
