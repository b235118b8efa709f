import { createHash } from 'node:crypto';
import type { Requester } from '../requester.ts';
import type { Item, Key } from '../world.ts';

/** What tasks there are. Later: replacement, drill. */
export type TaskKind = 'restore' | 'export' | 'import';

export type TaskState =
  | 'ACCEPTED'
  | 'QUEUED'
  | 'RESTORING'
  | 'SETTLING'
  | 'EXPORTING'
  | 'IMPORTING'
  | 'APPLYING'
  | 'VERIFYING'
  | 'COMPLETED'
  | 'FAILED';

/** Something that was done, for whoever asks how far a task is. */
export interface TaskStep {
  at: number;
  step: string;
}

/** One mistake of a request: where, what, and what to write instead. */
export interface Mistake {
  field: string;
  problem: string;
  remedy: string;
}

export interface TaskError {
  code: string;
  sentence: string;
  mistakes: Mistake[];
  leftBehind: string;
}

/** What every task has. Instants are epoch ms. */
export interface Task {
  id: string;
  kind: TaskKind;
  state: TaskState;
  requestId: string;
  /** Of the request without its id. */
  contentHash: string;
  requester: Requester;
  reason: string;
  acceptedAt: number;
  endedAt?: number;
  steps: TaskStep[];
  error?: TaskError;
  /** Absent once its end has been told: the heartbeat looks at it no more. */
  due?: 'work';
  dueAt?: number;
  driver?: string;
  leaseUntil?: number;
}

/** Tasks stay in the catalog for 400 days: seconds, for TTL. */
export const taskKeptSeconds = 400 * 86_400;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Follows from the request's id: the same request is the same task. */
export function taskId(kind: TaskKind, requestId: string): string {
  return `${kind}-${sha256(requestId).slice(0, 16)}`;
}

export const taskKey = (id: string): Key => ({ pk: `task#${id}`, sk: 'task' });

/** Its place among all tasks, by time: `tasks`, `<accepted>#<id>`. */
export const listedKey = ({ id, acceptedAt }: Pick<Task, 'id' | 'acceptedAt'>): Key => ({
  pk: 'tasks',
  sk: `${new Date(acceptedAt).toISOString()}#${id}`,
});

/** The reverse, of what the heartbeat says: `task#<id>|task`. */
export function taskIdOfWork(key: string): string {
  return key.split('|')[0]?.replace(/^task#/, '') ?? '';
}

/** A task as the catalog has it. */
export function taskItem({ id, ...task }: Task): Item & Key {
  return { ...taskKey(id), ...task };
}

export function taskFrom<Kind extends Task>({ pk, sk: _sk, ...item }: Item): Kind {
  return { id: String(pk).replace(/^task#/, ''), ...item } as unknown as Kind;
}

export const hasEnded = ({ state }: Pick<Task, 'state'>): boolean => state === 'COMPLETED' || state === 'FAILED';

/** The same for requests that say the same, in whatever order. */
export function contentHash(request: object): string {
  return sha256(JSON.stringify(sorted(request))).slice(0, 32);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
