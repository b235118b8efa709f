import { AwsError, type Call, ConnectionLost, type Core, type RawAnswer, type WireAnswer } from '../service.ts';
import { answerOf, gatewayAnswer } from './answer.ts';
import type { Integration } from './apis.ts';
import { eventOf, type Passage } from './event.ts';

const functionArn = /arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?/;

/** What the function's policy is asked about: stage, method and path of the route, not of the request. */
function sourceArnOf({ api, stage, route, request }: Passage): string {
  const place = `arn:aws:execute-api:${api.region}:${api.account}:${api.apiId}/${stage.stageName}`;
  const [, path] = route.routeKey.split(' ');
  return path === undefined ? `${place}/$default` : `${place}/${request.method}${path}`;
}

async function invoke(core: Core, passage: Passage, { integrationUri }: Integration): Promise<WireAnswer> {
  const { account, region } = passage.api;
  const arn = functionArn.exec(integrationUri)?.[0] ?? integrationUri;
  const name = 'apigateway.amazonaws.com';
  const source = { service: name, sourceArn: sourceArnOf(passage), sourceAccount: account };
  const input = { FunctionName: arn, InvocationType: 'RequestResponse', Payload: JSON.stringify(eventOf(passage)) };
  const caller = { account, principalArn: name, arn: name, ...source };
  try {
    const call = { service: 'lambda', operation: 'Invoke', input, caller, account, region };
    const { headers, body } = (await core.call(call)) as RawAnswer;
    return headers['x-amz-function-error'] === undefined ? answerOf(body) : gatewayAnswer(500);
  } catch (error) {
    if (!(error instanceof AwsError || error instanceof ConnectionLost)) throw error;
    const isTooLarge = error instanceof AwsError && error.code === 'RequestTooLargeException';
    return gatewayAnswer(isTooLarge ? 413 : 500);
  }
}

/** `execute-api:Invoke`: gives the request to the route's function and waits for its answer as long as it may take. */
export function integrate(core: Core): (call: Call) => Promise<WireAnswer> {
  return async ({ input }) => {
    const passage = input.passage as Passage;
    const id = passage.route.target?.replace('integrations/', '');
    const integration = passage.api.integrations.get(id ?? '');
    if (integration === undefined) return gatewayAnswer(500);
    let cancel = () => {};
    const late = new Promise<WireAnswer>((resolve) => {
      const deadlineAt = core.clock.now() + integration.timeoutInMillis;
      cancel = core.clock.at(deadlineAt, () => resolve(gatewayAnswer(503)));
    });
    try {
      return await Promise.race([invoke(core, passage, integration), late]);
    } finally {
      cancel();
    }
  };
}
