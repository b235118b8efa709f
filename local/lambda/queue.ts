import { AwsError, type Core } from '../service.ts';
import type { Ended } from './destinations.ts';
import type { LambdaFunction } from './functions.ts';
import type { Outcome } from './runner.ts';

/** Lambda waits a minute before the second attempt and two before the third. */
const retryDelaysMs = [60_000, 120_000];
/** A throttled event is tried again after 1 s at first and 5 min at most; it costs no attempt. */
const throttleDelayMs = { first: 1000, longest: 300_000 };

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const defaults = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 6 * 3600 };

interface Waiting {
  one: LambdaFunction;
  qualifier: string;
  requestId: string;
  event: string;
  receivedAt: number;
  attempts: number;
  throttles: number;
}

/** What the queue of asynchronous events needs of Lambda. */
export interface QueueOptions {
  core: Core;
  run(one: LambdaFunction, requestId: string, event: string): Promise<Outcome>;
  /** The function as it is now; undefined when it was deleted. */
  current(arn: string): LambdaFunction | undefined;
  deliver(record: Ended): Promise<void>;
}

/** Asynchronous events: accepted at once, tried up to three times, and told to the destination in the end. */
export class Queue {
  readonly #options: QueueOptions;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  accept(one: LambdaFunction, qualifier: string, requestId: string, event: string): void {
    const receivedAt = this.#options.core.clock.now();
    this.#later({ one, qualifier, requestId, event, receivedAt, attempts: 0, throttles: 0 }, 0);
  }

  #later(waiting: Waiting, delayMs: number): void {
    const { clock } = this.#options.core;
    clock.at(clock.now() + delayMs, () => void this.#attempt(waiting));
  }

  async #attempt(waiting: Waiting): Promise<void> {
    const one = this.#options.current(waiting.one.arn);
    if (one === undefined) return;
    const config = one.eventInvoke.get(waiting.qualifier) ?? defaults;
    const oldestAt = this.#options.core.clock.now() - config.maximumEventAgeSeconds * 1000;
    if (one.reservedConcurrency === 0) return this.#end(waiting, one, 'ZeroReservedConcurrency');
    if (waiting.receivedAt < oldestAt) return this.#end(waiting, one, 'EventAgeExceeded');
    const outcome = await this.#run(waiting, one);
    if (outcome === undefined) {
      const delayMs = Math.min(throttleDelayMs.first * 2 ** waiting.throttles, throttleDelayMs.longest);
      return this.#later({ ...waiting, throttles: waiting.throttles + 1 }, delayMs);
    }
    const tried = { ...waiting, attempts: waiting.attempts + 1 };
    if (!outcome.isError) return this.#end(tried, one, 'Success', outcome);
    if (tried.attempts > config.maximumRetryAttempts) return this.#end(tried, one, 'RetriesExhausted', outcome);
    this.#later(tried, retryDelaysMs[waiting.attempts] ?? 0);
  }

  /** Undefined when the function is throttled. */
  async #run({ requestId, event }: Waiting, one: LambdaFunction): Promise<Outcome | undefined> {
    try {
      return await this.#options.run(one, requestId, event);
    } catch (error) {
      if (error instanceof AwsError && error.code === 'TooManyRequestsException') return undefined;
      throw error;
    }
  }

  async #end(
    { qualifier, requestId, event, attempts }: Waiting,
    one: LambdaFunction,
    condition: Ended['condition'],
    outcome?: Outcome,
  ): Promise<void> {
    const config = one.eventInvoke.get(qualifier);
    const destination = condition === 'Success' ? config?.onSuccess : config?.onFailure;
    if (destination === undefined) return;
    await this.#options.deliver({
      one,
      qualifier,
      destination,
      requestId,
      event,
      condition,
      attempts,
      ...(outcome && { outcome }),
    });
  }
}
