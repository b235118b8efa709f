import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import type { Task } from '../../task/task.ts';
import { link, linkTo } from './shapes.ts';

/** A task in the words of the pages around seed 000. */
export const taskView = z.object({
  _links: z.object({ _self: link }),
  id: z.string(),
  type: z.enum(['aws_dynamodb_table_restore', 'aws_dynamodb_table_export', 'aws_dynamodb_table_import']),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
  created_timestamp: z.string(),
  end_timestamp: z.nullable(z.string()),
  /** Why it failed, and what to do. */
  error_message: z.nullable(z.string()),
});

const status = (state: Task['state']): z.infer<typeof taskView>['status'] => {
  if (state === 'COMPLETED') return 'completed';
  if (state === 'FAILED') return 'failed';
  return state === 'ACCEPTED' || state === 'QUEUED' ? 'queued' : 'in_progress';
};

/** `state` and so on of a task that is in the catalog, or of one that was just asked for. */
export const viewOf = (task: Pick<Task, 'id' | 'kind' | 'state' | 'acceptedAt' | 'endedAt' | 'error'>) => ({
  _links: { _self: linkTo(`/tasks/${task.id}`) },
  id: task.id,
  type: `aws_dynamodb_table_${task.kind}` as const,
  status: status(task.state),
  created_timestamp: iso(task.acceptedAt),
  end_timestamp: task.endedAt === undefined ? null : iso(task.endedAt),
  error_message: task.error?.sentence ?? null,
});
