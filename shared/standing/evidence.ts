import type { Reader } from '../points/known.ts';
import type { Target } from '../target.ts';

/** What came of one backup on a day. Instants are epoch ms. */
export interface Evidence {
  /** `<run>/<table id>`, as events have it. */
  backupId: string;
  pointId: string;
  plan: string;
  tableId: string;
  tableName: string;
  what: 'completed' | 'failed' | 'skipped' | 'deleted' | 'vanished';
  at: number;
  createdAt?: number;
  backupArn?: string;
  sizeBytes?: number;
  /** Why it failed, was skipped or was deleted. */
  reason?: string;
}

export interface EvidencePage {
  evidence: Evidence[];
  /** True: the day is over and was written down; else what the ledger says of it until now, without what was deleted. */
  isFinal: boolean;
  totalCount: number;
  next?: string;
}

/** The ends of a day (`2026-01-31`, UTC) in order of time. `undefined`: the date or the cursor is none. */
export declare function evidenceOf(
  world: Reader,
  target: Target,
  date: string,
  page: { limit?: number; cursor?: string },
): Promise<EvidencePage | undefined>;

/** The facts of the daily report (Protection Report) of that day. */
export declare function dayReport(
  world: Reader,
  target: Target,
  date: string,
): Promise<Record<string, unknown> | undefined>;
