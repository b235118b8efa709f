import { cursorOf, readCursor } from '../cursor.ts';
import type { Reader } from '../points/known.ts';
import { listedKey, type Task, type TaskKind, taskFrom, taskKey } from './task.ts';

export interface TaskQuery {
  kind?: TaskKind;
  /** At most 1,000; default 100. */
  limit?: number;
  cursor?: string;
}

export interface TaskPage {
  tasks: Task[];
  next?: string;
}

/** So many are read at once; of keys alone, where a filter may leave out nearly all of them, as many as a call brings. */
const readAtOnce = { tasks: 100, keys: 5000 };

const listedPattern = /^\d{4}-[\dT:.-]+Z#[a-z]+-[0-9a-f]{16}$/;

/** Newest first. `undefined`: the cursor is not one of this query. */
export async function listTasks(
  { catalog }: Pick<Reader, 'catalog'>,
  { kind, limit = 100, cursor }: TaskQuery,
): Promise<TaskPage | undefined> {
  const asked = ['tasks', kind];
  const read = cursor === undefined ? { place: undefined } : readCursor<[string]>(asked, cursor, ['']);
  if ('problem' in read || (read.place && !listedPattern.test(read.place[0]))) return undefined;
  const tasks: Task[] = [];
  const isMeant = (key: string) => kind === undefined || idOf(key).startsWith(`${kind}-`);
  for (let [until] = read.place ?? []; tasks.length <= limit; ) {
    const wanted = Math.min(readAtOnce.tasks, limit + 1 - tasks.length);
    const keys = await keysBefore(catalog, until, kind === undefined ? wanted : readAtOnce.keys);
    if (keys.length === 0) break;
    const meant = keys.filter(isMeant).slice(0, wanted);
    tasks.push(...(await tasksListed(catalog, meant)));
    until = meant.length === wanted ? meant.at(-1) : keys.at(-1);
  }
  const last = tasks.length > limit ? tasks[limit - 1] : undefined;
  return { tasks: tasks.slice(0, limit), ...(last && { next: cursorOf(asked, [listedKey(last).sk]) }) };
}

/** The newest of those before `until`. */
async function keysBefore(catalog: Reader['catalog'], until: string | undefined, count: number): Promise<string[]> {
  const keys: string[] = [];
  // Instants begin with a digit; DynamoDB takes no empty text for a key.
  const range = { pk: 'tasks', prefix: '', from: '0', ...(until !== undefined && { until }), backwards: true };
  for await (const { sk } of catalog.query({ ...range, limit: count + 1 })) if (sk !== until) keys.push(String(sk));
  return keys.slice(0, count);
}

const idOf = (key: string): string => key.slice(key.indexOf('#') + 1);

async function tasksListed(catalog: Reader['catalog'], keys: string[]): Promise<Task[]> {
  const ids = keys.map(idOf);
  const items = await catalog.getAll([...new Set(ids)].map(taskKey));
  const found = new Map(items.map((item) => [taskFrom(item).id, taskFrom<Task>(item)]));
  return keys.flatMap((key) => {
    const task = found.get(idOf(key));
    return task !== undefined && listedKey(task).sk === key ? [task] : [];
  });
}

const idPattern = /^[a-z]+-[0-9a-f]{16}$/;

/** Undefined when there is no such task, or it was accepted over 400 days ago. */
export async function readTask({ catalog }: Pick<Reader, 'catalog'>, id: string): Promise<Task | undefined> {
  if (!idPattern.test(id)) return undefined;
  const item = await catalog.get(taskKey(id));
  return item && taskFrom(item);
}
