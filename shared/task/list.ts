import type { Reader } from '../points/known.ts';
import type { Task, TaskKind } from './task.ts';

export interface TaskQuery {
  kind?: TaskKind;
  /** At most 1,000; default 100. */
  limit?: number;
  cursor?: string;
}

/** Newest first. `undefined`: the cursor is not one of this query. */
export declare function listTasks(
  world: Reader,
  query: TaskQuery,
): Promise<{ tasks: Task[]; next?: string } | undefined>;

/** Undefined when there is no such task, or it was accepted over 400 days ago. */
export declare function readTask(world: Reader, id: string): Promise<Task | undefined>;
