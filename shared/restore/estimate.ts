/**
 * US dollars in us-east-1, November 2026: https://aws.amazon.com/dynamodb/pricing/on-demand/. A gigabyte restored costs
 * the same from a backup and to a point in time; an eventually consistent read of 4 KB is half a unit.
 */
const prices = { restoredGigabyte: 0.15, readUnit: 0.125e-6 };

const gigabyte = 1024 ** 3;

/** What a restore will take, about. */
export interface Estimate {
  /** From the start on: the fastest and the slowest that is usual. */
  minutes: [number, number];
  restoreDollars: number;
  /** Of counting all items, when it was asked for. */
  countDollars?: number;
}

/**
 * AWS names no rate. It says that 95 % of restores take less than an hour, and that time follows from the largest
 * partition and not from the size; a restore to a point in time takes about 20 minutes even when the table is tiny.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html
 */
export function estimateOf(of: { kind: 'backup' | 'instant'; sizeBytes: number; isCounted: boolean }): Estimate {
  const fastest = of.kind === 'instant' ? 20 : 5;
  return {
    minutes: [fastest, 60],
    restoreDollars: dollars((of.sizeBytes / gigabyte) * prices.restoredGigabyte),
    ...(of.isCounted && { countDollars: dollars((of.sizeBytes / 4096 / 2) * prices.readUnit) }),
  };
}

/** To a hundredth of a cent, upwards. */
const dollars = (amount: number): number => Math.ceil(amount * 10_000) / 10_000;
