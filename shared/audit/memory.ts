import { type Target, targetKey } from '../target.ts';
import type { Key } from '../world.ts';

/** What the audit of a target remembers. Instants are epoch ms. */
export interface Memory {
  lookedAt?: number;
  /** The hourly part of this audit is done: only the full comparison goes on. */
  isLooked?: boolean;
  comparedUntil?: number;
  /** Why an audit was given up, by which invocation, and when. */
  failure?: { name: string; by: string; at: number };
  /** UTC date of the last report. */
  reportedOn?: string;
  /** All that ever had a backup here. */
  knownPlans?: string[];
  /** Where the service is deployed: all that a plan ever had, as `<account>/<region>`. */
  knownTargets?: string[];
  /** ARN of the one key that AWS manages for DynamoDB here, once it was met with. */
  awsKey?: string;
  /** The full comparison under way: where it goes on, and its end. */
  fullFrom?: number | null;
  fullUntil?: number | null;
  fullEndedAt?: number;
}

/** Lease and memory of a target's audit are one item. */
export function auditKey(target: Target): Key {
  return { pk: `audit#${targetKey(target)}`, sk: 'cursor' };
}
