import type { Reader } from '../points/known.ts';
import type { Backup, Run } from '../run.ts';
import type { Target } from '../target.ts';

export interface RunQuery {
  plan?: string;
  target?: Target;
  /** At most 1,000; default 100. */
  limit?: number;
  cursor?: string;
}

/** Newest first. `undefined`: the cursor is not one of this query. */
export declare function listRuns(world: Reader, query: RunQuery): Promise<{ runs: Run[]; next?: string } | undefined>;

/** Undefined for what is no id of a run, and when there is none. */
export declare function readRun(world: Reader, id: string): Promise<Run | undefined>;

/** A run's tables by their ids, with how far each is; those that were selected and not begun yet are PENDING. */
export declare function tablesOfRun(
  world: Reader,
  run: Run,
  page: { limit?: number; cursor?: string },
): Promise<{ tables: Backup[]; next?: string } | undefined>;
