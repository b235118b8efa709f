import { sleep } from '../clock.ts';
import { AwsError, type Core } from '../service.ts';

export interface RetryPolicy {
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
}

/** Why something was given up. */
export interface Undelivered {
  error: AwsError;
  /** Absent when trying again could not have helped. */
  exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
  /** Attempts after the first one. */
  retries: number;
}

/** EventBridge and Scheduler alike: 185 times within 24 hours unless told otherwise. */
const defaultRetries = 185;
const defaultAgeSeconds = 86_400;

/** AWS says "exponential back off and jitter" only; 185 attempts in 24 hours are one in eight minutes. */
const longestPauseMs = 480_000;

/**
 * Tries until it works, the policy is exhausted, or trying again cannot help; answers what went wrong in the end.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
export async function tryAgain(
  { clock, random }: Core,
  policy: RetryPolicy,
  attempt: (number: number) => Promise<void>,
): Promise<Undelivered | undefined> {
  const most = policy.MaximumRetryAttempts ?? defaultRetries;
  const endsAt = clock.now() + (policy.MaximumEventAgeInSeconds ?? defaultAgeSeconds) * 1000;
  for (let retries = 0; ; retries++) {
    try {
      await attempt(retries + 1);
      return undefined;
    } catch (cause) {
      const error = cause instanceof AwsError ? cause : new AwsError('InternalError', String(cause), 500);
      if (isPermanent(error)) return { error, retries };
      if (retries >= most) return { error, exhausted: 'MaximumRetryAttempts', retries };
      const pauseMs = Math.min(longestPauseMs, 1000 * 2 ** retries) * (0.5 + random.number() / 2);
      if (clock.now() + pauseMs > endsAt) return { error, exhausted: 'MaximumEventAgeInSeconds', retries };
      await sleep(clock, pauseMs);
    }
  }
}

/** Missing rights, missing targets and wrong requests stay so; throttles and AWS's own troubles pass. */
export function isPermanent({ status, code }: AwsError): boolean {
  return status < 500 && status !== 429 && !/Throttl|TooManyRequests|LimitExceeded/.test(code);
}

/** As EventBridge names it in a dead letter (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html). */
export function deadLetterCode({ code, message }: AwsError): string {
  if (message.includes('sts:AssumeRole')) return 'FAILED_TO_ASSUME_ROLE';
  if (/AccessDenied|NotAuthorized/.test(code)) return 'NO_PERMISSIONS';
  if (/NotFound|NonExistent|DoesNotExist/.test(code)) return 'NO_RESOURCE';
  if (/Throttl|TooManyRequests|LimitExceeded/.test(code)) return 'THROTTLING';
  return 'ERROR_FROM_TARGET';
}
