import { AwsError } from '../service.ts';

/** A token bucket: `burst` calls at once, `perSecond` in the long run. */
export interface Rate {
  perSecond: number;
  burst: number;
  /** What a refused call is answered; ThrottlingException when absent. */
  refusal?: 'ThrottlingException' | 'LimitExceededException';
}

export type Rates = Record<string, Rate>;

/**
 * Calls a second for each account and Region, from the API reference (docs.aws.amazon.com/amazondynamodb/latest/
 * APIReference/API_CreateBackup.html and its siblings). DescribeTimeToLive has no documented rate; users are throttled
 * at about 36 tables in a burst. How much AWS lets through at once is not documented and taken to be small.
 * RestoreTableToPointInTime is taken to have the rate of RestoreTableFromBackup.
 * LimitExceededException is the only error that CreateBackup documents for its rate.
 */
export const documentedRates: Rates = {
  CreateBackup: { perSecond: 50, burst: 10, refusal: 'LimitExceededException' },
  DeleteBackup: { perSecond: 10, burst: 10 },
  DescribeBackup: { perSecond: 10, burst: 10 },
  DescribeContinuousBackups: { perSecond: 10, burst: 10 },
  UpdateContinuousBackups: { perSecond: 10, burst: 10 },
  RestoreTableFromBackup: { perSecond: 10, burst: 10 },
  RestoreTableToPointInTime: { perSecond: 10, burst: 10 },
  ListBackups: { perSecond: 5, burst: 5 },
  ListTagsOfResource: { perSecond: 10, burst: 10 },
  TagResource: { perSecond: 5, burst: 5 },
  UntagResource: { perSecond: 5, burst: 5 },
  DescribeTimeToLive: { perSecond: 10, burst: 30 },
  DescribeTable: { perSecond: 2500, burst: 2500 },
};

export interface Count {
  accepted: number;
  throttled: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** The buckets of one account and Region. A refused call takes no token. */
export class Quotas {
  readonly counts = new Map<string, Count>();
  #rates: Rates;
  #buckets = new Map<string, Bucket>();

  constructor(rates: Rates) {
    this.#rates = rates;
  }

  take(operation: string, now: number): void {
    const count = this.counts.get(operation) ?? { accepted: 0, throttled: 0 };
    this.counts.set(operation, count);
    const rate = this.#rates[operation];
    if (rate !== undefined && !this.#takeToken(operation, rate, now)) {
      count.throttled++;
      throw refusal(operation, rate);
    }
    count.accepted++;
  }

  #takeToken(operation: string, { perSecond, burst }: Rate, now: number): boolean {
    const bucket = this.#buckets.get(operation) ?? { tokens: burst, at: now };
    this.#buckets.set(operation, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    // Thousandths of a token are lost in adding up; nobody is refused for them.
    if (bucket.tokens < 1 - 1e-6) return false;
    bucket.tokens -= 1;
    return true;
  }
}

function refusal(operation: string, { perSecond, refusal }: Rate): AwsError {
  if (refusal !== 'LimitExceededException') return new AwsError('ThrottlingException', 'Rate exceeded');
  const message = `Up to ${perSecond} ${operation} operations are allowed per second, per account.`;
  return new AwsError('LimitExceededException', message);
}
