import type { LocalIam } from '../iam/iam.ts';
import { AwsError, type Caller, type Core } from '../service.ts';
import type { LambdaFunction } from './functions.ts';
import type { Logs } from './logs.ts';
import { type Environment, failure, type Outcome, type Runner } from './runner.ts';
import { type LogPlace, variablesOf } from './variables.ts';

/** AWS says only "every few hours"; the credentials of an environment are good for twelve. Idle ones end sooner. */
const longestLifeMs = 2 * 3_600_000;
const longestIdleMs = 10 * 60_000;
const sessionSeconds = 12 * 3600;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const accountConcurrency = 1000;
const largestAnswerBytes = 6_291_556;

interface Warm {
  environment: Environment;
  revision: string;
  startedAt: number;
  usedAt: number;
  write(text: string): void;
}

/** What a pool of environments needs of the world. */
export interface PoolOptions {
  core: Core;
  iam: LocalIam;
  runner: Runner;
  logs: Logs;
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
    this.#endIdle();
    try {
      const warm = this.#take(one);
      if (!('environment' in warm)) return warm;
      const outcome = await this.#runIn(warm, one, requestId, event);
      if (outcome.isDead) warm.environment.close();
      else this.#idleOf(one).push({ ...warm, usedAt: this.#options.core.clock.now() });
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

  #endIdle(): void {
    const oldest = this.#options.core.clock.now() - longestIdleMs;
    for (const idle of this.#idle.values()) {
      while (idle[0] !== undefined && idle[0].usedAt < oldest) idle.shift()?.environment.close();
    }
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
    const { core, iam, runner } = this.#options;
    const startedAt = core.clock.now();
    const day = new Date(startedAt).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[$LATEST]${core.random.hex(32)}`;
    const keys = iam.openSession(one.roleArn, one.name, sessionSeconds);
    const place = { logGroupName: `/aws/lambda/${one.name}`, logStreamName: stream };
    const write = this.#writerOf(one, iam.caller(keys.accessKeyId), place);
    const environment = runner({
      functionName: one.name,
      handler: one.handler,
      memorySizeMb: one.memorySizeMb,
      code: one.code,
      variables: variablesOf(one, place, keys, core.endpoint),
      ...place,
      write,
    });
    return { environment, revision: one.revision, startedAt, usedAt: startedAt, write };
  }

  /** Lambda writes logs with the function's role; without the right to, they are lost. */
  #writerOf(one: LambdaFunction, caller: Caller, place: LogPlace): (text: string) => void {
    const { logs, iam } = this.#options;
    const group = `arn:aws:logs:${one.region}:${one.account}:log-group:${place.logGroupName}`;
    const resource = `${group}:log-stream:${place.logStreamName}`;
    try {
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) iam.authorize(caller, { action, resource });
    } catch {
      return () => {};
    }
    return (text) => logs.write(one.name, place.logStreamName, text);
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
    warm.write(`${new Date(clock.now()).toISOString()} ${requestId} ${said}\n`);
    const payload = { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${said}` };
    return { payload: JSON.stringify(payload), isError: true, isDead: true };
  }
}

function sized(outcome: Outcome): Outcome {
  if (outcome.payload.length <= largestAnswerBytes) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${largestAnswerBytes} bytes).`;
  return { payload: JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }), isError: true };
}
