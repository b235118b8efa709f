import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { readDryRun } from '../../task/dry-run.ts';
import { missing } from '../failure.ts';
import { route } from '../route.ts';
import { taskId } from '../words.ts';

const text = z.string();

export const readDryRunAnswer = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/v1/tasks/:id/dry-run',
  id: 'readDryRun',
  summary: 'What a request with dryRun came to',
  description: 'The answer is there some seconds after the request, and for a day: before and after, this is 404.',
  params: z.strictObject({ id: taskId }),
  success: {
    status: 200,
    description: 'What would be done, as the function says it when it is invoked by hand; or all that is wrong.',
    body: z.object({
      requestId: text,
      at: text,
      mistakes: z.optional(z.array(z.object({ field: text, problem: text, remedy: text }))),
      answer: z.optional(z.record(text, z.unknown())),
    }),
  },
  failures: [404],
  async act(world, { params }) {
    const found = await readDryRun(world, params.id);
    if (found !== undefined) return { ...found, at: iso(found.at) };
    const problem = `There is no answer to a dry run under ${params.id}.`;
    throw missing('id', problem, 'If it was asked for just now, read again in some seconds.');
  },
});
