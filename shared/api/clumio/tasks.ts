import * as z from 'zod/mini';
import { listTasks } from '../../task/list.ts';
import { taskOf } from '../ask.ts';
import { wrong } from '../failure.ts';
import { route } from '../route.ts';
import { taskId } from '../words.ts';
import { listBody, listOf, listQuery } from './shapes.ts';
import { taskView, viewOf } from './task-view.ts';

export const listAllTasks = route({
  method: 'GET',
  path: '/tasks',
  dialect: 'clumio',
  rights: 'read',
  id: 'listTasks',
  summary: 'Restores, exports and imports of the last 400 days, newest first',
  query: z.strictObject(listQuery),
  success: { status: 200, description: 'A page of tasks.', body: listOf(taskView) },
  failures: [],
  async act(world, { query }) {
    const found = await listTasks(world, { limit: query.limit ?? 100, ...(query.start && { cursor: query.start }) });
    if (found === undefined) throw wrongStart();
    return listBody(found.tasks.map(viewOf), { path: '/tasks', query, next: found.next });
  },
});

/** A place in a list that is none of this list. */
export const wrongStart = () =>
  wrong([
    {
      field: 'start',
      problem: 'It is no place in this list.',
      remedy: 'Take it from _links._next of the page before, with the same query; or leave it out.',
    },
  ]);

export const readOneTask = route({
  method: 'GET',
  path: '/tasks/:task_id',
  dialect: 'clumio',
  rights: 'read',
  id: 'readTask',
  summary: 'How far a task is',
  description: 'A task that was just asked for is there after some seconds: until then the answer is 404.',
  params: z.strictObject({ task_id: taskId }),
  success: { status: 200, description: 'The task.', body: taskView },
  failures: [404],
  act: async (world, { params }) => viewOf(await taskOf(world, params.task_id, { field: 'task_id', list: '/tasks' })),
});
