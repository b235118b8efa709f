import * as z from 'zod/mini';
import { ExportRequested } from '../../../events/export-request.ts';
import { ImportRequested } from '../../../events/import-request.ts';
import { RestoreRequested } from '../../../events/restore-request.ts';
import { iso } from '../../clock.ts';
import { listTasks } from '../../task/list.ts';
import type { Task, TaskKind } from '../../task/task.ts';
import { askForTask, taskOf } from '../ask.ts';
import { type Route, route } from '../route.ts';
import { taskId } from '../words.ts';
import { defined, pageQuery, wrongCursor } from './shapes.ts';
import { endOf } from './task-end.ts';

const text = z.string();
const mistake = z.object({ field: text, problem: text, remedy: text });

const taskView = z.object({
  id: text,
  kind: z.enum(['restore', 'export', 'import']),
  state: text,
  requestId: text,
  requester: z.object({ name: text, kind: z.enum(['verified', 'claimed']) }),
  reason: text,
  acceptedAt: text,
  endedAt: z.optional(text),
  /** What was asked for, as in the events. */
  request: z.record(text, z.unknown()),
  steps: z.array(z.object({ at: text, step: text })),
  error: z.optional(z.object({ code: text, sentence: text, mistakes: z.array(mistake), leftBehind: text })),
  /** Once it is COMPLETED: the detail of that event. */
  completed: z.optional(z.record(text, z.unknown())),
});

/** Every kind of task has the request it was made of. */
type StoredTask = Task & { request?: Record<string, unknown> };

function viewOf(task: StoredTask): z.infer<typeof taskView> {
  const { id, kind, state, requestId, requester, reason, acceptedAt, endedAt, steps, error } = task;
  const completed = endOf(task);
  return {
    ...{ id, kind, state, requestId, requester, reason },
    acceptedAt: iso(acceptedAt),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
    request: task.request ?? {},
    steps: steps.map(({ at, step }) => ({ at: iso(at), step })),
    ...(error && { error }),
    ...(completed && { completed: { ...completed } }),
  };
}

export const listOurTasks = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/v1/tasks',
  id: 'listOurTasks',
  summary: 'Restores, exports and imports of the last 400 days, newest first',
  query: z.strictObject({ ...pageQuery, kind: z.optional(z.enum(['restore', 'export', 'import'])) }),
  success: {
    status: 200,
    description: 'A page of tasks.',
    body: z.object({ tasks: z.array(taskView), next: z.optional(text) }),
  },
  failures: [],
  async act(world, { query }) {
    const found = await listTasks(world, defined(query));
    if (found === undefined) throw wrongCursor();
    return { tasks: found.tasks.map(viewOf), ...(found.next !== undefined && { next: found.next }) };
  },
});

export const readOurTask = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/v1/tasks/:id',
  id: 'readOurTask',
  summary: 'How far a task is, with every step',
  description: 'A task that was just asked for is there after some seconds: until then the answer is 404.',
  params: z.strictObject({ id: taskId }),
  success: { status: 200, description: 'The task.', body: taskView },
  failures: [404],
  act: async (world, { params }) => viewOf(await taskOf(world, params.id, { field: 'id', list: '/v1/tasks' })),
});

const success = {
  status: 202,
  description: 'It was asked for. A dry run is no task: what it came to is read at /v1/tasks/{dryRun}/dry-run.',
  body: z.object({ requestId: text, task: z.optional(text), dryRun: z.optional(text) }),
} as const;

/** What routes that begin a task have of their own. */
interface Beginning extends Pick<Route, 'path' | 'rights' | 'id' | 'summary'> {
  contract: { detail: { shape: z.core.$ZodLooseShape } };
  /** What is said of a body that is no object. */
  words: string;
}

/** A request in the words of its event, but that the signature says who asks. */
function begins(kind: TaskKind, { contract, words, ...own }: Beginning): Route {
  const { requester: _, ...shape } = contract.detail.shape;
  return route({
    ...{ ...own, success, dialect: 'own', method: 'POST', failures: [409] },
    body: z.strictObject(shape, words),
    async act(world, { body, ...asked }) {
      const { id, requestId } = await askForTask(world, asked, kind, body);
      return body.dryRun === true ? { requestId, dryRun: id } : { requestId, task: id };
    },
  });
}

export const restore = begins('restore', {
  contract: RestoreRequested,
  rights: 'operate',
  path: '/v1/restores',
  id: 'restore',
  summary: 'Bring a table back, in the words of the event Restore Requested',
  words: 'write an object with source, target and reason',
});

export const exportTable = begins('export', {
  contract: ExportRequested,
  rights: 'administer',
  path: '/v1/exports',
  id: 'exportTable',
  summary: 'Write a table to S3, in the words of the event Export Requested',
  words: 'write an object with source, destination and reason',
});

export const importTable = begins('import', {
  contract: ImportRequested,
  rights: 'administer',
  path: '/v1/imports',
  id: 'importTable',
  summary: 'Make a new table of exported files, in the words of the event Import Requested',
  words: 'write an object with source, target and reason',
});
