import type { LocalIam } from '../iam/iam.ts';
import { AwsError, type Core } from '../service.ts';
import type { LambdaFunction } from './functions.ts';
import type { Logs } from './logs.ts';
import { type Environment, failure, type Outcome, type Runner } from './runner.ts';

/** AWS says only "every few hours"; the credentials of an environment are good for twelve. */
const longestLifeMs = 2 * 3_600_000;
const sessionSeconds = 12 * 3600;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const accountConcurrency = 1000;
const largestAnswerBytes = 6_291_556;

interface Warm {
  environment: Environment;
  revision: string;
  startedAt: number;
  stream: string;
}

/** What a pool of environments needs of the world. */
export interface PoolOptions {
  core: Core;
  iam: LocalIam;
  runner: Runner;
  logs: Logs;
  endpoint: string;
}

/** The execution environments of all functions: one invocation at a time in each, kept warm, made as needed. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle = new Map<string, Warm[]>();
  readonly #running = new Map<string, number>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Runs one invocation to its end or its timeout. Throws `AwsError` TooManyRequestsException. */
  async run(one: LambdaFunction, requestId: string, event: string): Promise<Outcome> {
    this.#admit(one);
    try {
      const warm = this.#take(one);
      if (!('environment' in warm)) return warm;
      const outcome = await this.#runIn(warm, one, requestId, event);
      if (outcome.isDead) warm.environment.close();
      else this.#idleOf(one).push(warm);
      return sized(outcome);
    } finally {
      this.#running.set(one.arn, (this.#running.get(one.arn) ?? 1) - 1);
    }
  }

  /** Ends the idle environments of a function that is no more. */
  drop(one: LambdaFunction): void {
    for (const { environment } of this.#idle.get(one.arn) ?? []) environment.close();
    this.#idle.delete(one.arn);
  }

  #admit(one: LambdaFunction): void {
    const prefix = one.arn.slice(0, one.arn.lastIndexOf(':') + 1);
    const running = this.#running.get(one.arn) ?? 0;
    const inRegion = [...this.#running].reduce((sum, [arn, count]) => sum + (arn.startsWith(prefix) ? count : 0), 0);
    if (running >= (one.reservedConcurrency ?? accountConcurrency) || inRegion >= accountConcurrency) {
      const kind = one.reservedConcurrency === undefined ? 'Concurrent' : 'ReservedFunctionConcurrent';
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
        Reason: `${kind}InvocationLimitExceeded`,
      });
    }
    this.#running.set(one.arn, running + 1);
  }

  #idleOf(one: LambdaFunction): Warm[] {
    const idle = this.#idle.get(one.arn) ?? [];
    this.#idle.set(one.arn, idle);
    return idle;
  }

  /** The environment that was used last, unless it is too old or of an earlier revision. */
  #take(one: LambdaFunction): Warm | Outcome {
    const oldest = this.#options.core.clock.now() - longestLifeMs;
    for (let warm = this.#idleOf(one).pop(); warm !== undefined; warm = this.#idleOf(one).pop()) {
      if (warm.revision === one.revision && warm.startedAt > oldest) return warm;
      warm.environment.close();
    }
    try {
      return this.#start(one);
    } catch (error) {
      return { ...failure(error), isDead: true };
    }
  }

  #start(one: LambdaFunction): Warm {
    const { core, iam, runner, logs, endpoint } = this.#options;
    const startedAt = core.clock.now();
    const day = new Date(startedAt).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[$LATEST]${core.random.hex(32)}`;
    const keys = iam.openSession(one.roleArn, one.name, sessionSeconds);
    const place = { logGroupName: `/aws/lambda/${one.name}`, logStreamName: stream };
    const environment = runner({
      functionName: one.name,
      handler: one.handler,
      memorySizeMb: one.memorySizeMb,
      code: one.code,
      variables: { ...one.variables, ...lambdaVariables(one, place), ...credentials(keys), AWS_ENDPOINT_URL: endpoint },
      ...place,
      write: (text) => logs.write(one.name, stream, text),
    });
    return { environment, revision: one.revision, startedAt, stream };
  }

  async #runIn(warm: Warm, one: LambdaFunction, requestId: string, event: string): Promise<Outcome> {
    const { clock } = this.#options.core;
    const deadlineAt = clock.now() + one.timeoutSeconds * 1000;
    let cancel = () => {};
    const late = new Promise<Outcome>((resolve) => {
      cancel = clock.at(deadlineAt, () => resolve(this.#timedOut(warm, one, requestId)));
    });
    const invocation = { requestId, functionArn: one.arn, event, deadlineAt };
    const outcome = await Promise.race([warm.environment.invoke(invocation), late]);
    cancel();
    return outcome;
  }

  #timedOut(warm: Warm, one: LambdaFunction, requestId: string): Outcome {
    const { clock } = this.#options.core;
    const said = `Task timed out after ${one.timeoutSeconds.toFixed(2)} seconds`;
    this.#options.logs.write(one.name, warm.stream, `${new Date(clock.now()).toISOString()} ${requestId} ${said}\n`);
    const payload = { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${said}` };
    return { payload: JSON.stringify(payload), isError: true, isDead: true };
  }
}

function sized(outcome: Outcome): Outcome {
  if (outcome.payload.length <= largestAnswerBytes) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${largestAnswerBytes} bytes).`;
  return { payload: JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }), isError: true };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function lambdaVariables(one: LambdaFunction, place: { logGroupName: string; logStreamName: string }) {
  return {
    _HANDLER: one.handler,
    AWS_REGION: one.region,
    AWS_DEFAULT_REGION: one.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${one.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: one.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(one.memorySizeMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: place.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStreamName,
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}

const credentials = (keys: { accessKeyId: string; secretAccessKey: string; sessionToken: string }) => ({
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  AWS_SESSION_TOKEN: keys.sessionToken,
});
