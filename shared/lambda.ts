import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import file from '../plans.yml';
import type { Clients } from './clients.ts';
import { systemClock, systemRandom } from './clock.ts';
import { type Door, type Received, receive } from './door.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Target } from './target.ts';
import type { Invocation, World } from './world.ts';
import { worldOfAws } from './world-of-aws.ts';

/** What of Lambda's context is used. */
export interface LambdaContext {
  awsRequestId: string;
  /** `serverless invoke local` gives none. */
  invokedFunctionArn?: string;
  getRemainingTimeInMillis(): number;
}

const logger = new Logger();
let world: World | undefined;

/** What a function names: its clients, and what it counts in. */
type Named = Partial<Clients> & { metrics?: Metrics };

/** One per environment, with the plans as they were deployed. The account is known from the first invocation on. */
function worldOf(context: LambdaContext, { metrics, ...clients }: Named): World {
  if (world !== undefined) return world;
  const environment = readEnvironment();
  const hub: Target = { account: accountOf(context, environment), region: environment.region };
  const plans = new Map(file.plans.map((plan) => [plan.name, plan]));
  const exportPlans = new Map(file.exports.map((plan) => [plan.name, plan]));
  const ofProcess = { clock: systemClock, random: systemRandom, logger, ...(metrics && { metrics }) };
  world = worldOfAws({ environment, hub, plans, exportPlans, ...ofProcess }, clients);
  return world;
}

/** Where no ARN says it, the URL of our own queue does. */
function accountOf({ invokedFunctionArn }: LambdaContext, { deadLetterQueues }: Environment): string {
  return invokedFunctionArn?.split(':')[4] ?? /\/(\d{12})\//.exec(deadLetterQueues[0] ?? '')?.[1] ?? '';
}

/** What the invocation counted; most count nothing. */
const flushed = (metrics: Metrics | undefined) => (): void => {
  if (metrics?.hasStoredMetrics()) metrics.publishStoredMetrics();
};

/**
 * The handler of a function: the event is read at the door, logs carry the request id, metrics are flushed, and what
 * `act` throws reaches Lambda, which tries again and at last tells the function's on-failure destination. `named`:
 * what the function does beside reading its catalog and putting facts, and what it counts in.
 */
export function lambda<Opened extends Door, Answer>(
  door: Opened,
  act: (world: World) => (received: Received<Opened>, invocation: Invocation) => Promise<Answer>,
  named: Named = {},
) {
  const handle = (event: unknown, context: LambdaContext): Promise<Answer> => {
    const current = worldOf(context, named);
    const endsAt = current.clock.now() + context.getRemainingTimeInMillis();
    return act(current)(receive(door, event), { id: context.awsRequestId, endsAt });
  };
  const flush = flushed(named.metrics);
  // middy's early timeout is a timer that a clock of ours would not reach; the functions end themselves in time.
  return middy({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({ after: flush, onError: flush })
    .handler(async (event: unknown, context) => handle(event, context as unknown as LambdaContext));
}
