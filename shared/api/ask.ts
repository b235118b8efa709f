import * as z from 'zod/mini';
import type { Contract } from '../../events/contract.ts';
import { ExportRequested } from '../../events/export-request.ts';
import { ImportRequested } from '../../events/import-request.ts';
import { RestoreRequested } from '../../events/restore-request.ts';
import { contradictionsOf as contradictionsOfExport } from '../export/contradictions.ts';
import { contradictionsOf as contradictionsOfRestore } from '../restore/contradictions.ts';
import { type AnyRequest, hashOf } from '../task/asked.ts';
import { readTask } from '../task/list.ts';
import { readAs } from '../task/read-request.ts';
import { type Mistake, type Task, type TaskKind, taskId } from '../task/task.ts';
import type { World } from '../world.ts';
import { conflict, missing, wrong } from './failure.ts';
import type { Asked } from './route.ts';

type Ask = Pick<Asked, 'caller' | 'requestId'>;

/** How the function of a kind of task reads requests: here the same is read first, so that mistakes are answers. */
const kinds = {
  restore: { contract: RestoreRequested, contradictionsOf: contradictionsOfRestore },
  export: { contract: ExportRequested, contradictionsOf: contradictionsOfExport },
  import: { contract: ImportRequested, contradictionsOf: () => [] },
} satisfies Record<TaskKind, { contract: Contract<AnyRequest>; contradictionsOf(request: unknown): Mistake[] }>;

/** What became of a request for a task: the task as it is, if it was asked for before. */
export interface Begun {
  id: string;
  requestId: string;
  task?: Task;
}

/**
 * Puts a request for a task, once, in the name of the signed caller. The task's id follows from the request's, so it is
 * known before the task begins. `fieldOf`: what the caller's words for a field of ours are. `checkNew` looks whether it
 * could succeed, and throws; not for a request that was made before, whatever it has changed since.
 */
export async function askForTask(
  world: World,
  asked: Ask,
  kind: TaskKind,
  request: object,
  {
    fieldOf = (field) => field,
    checkNew,
  }: { fieldOf?: (field: string) => string; checkNew?: (() => Promise<void>) | undefined } = {},
): Promise<Begun> {
  const { contract, contradictionsOf } = kinds[kind];
  const detail = { requestId: asked.requestId, ...request, requester: asked.caller };
  const read = readAs<AnyRequest>(contract, detail, contradictionsOf);
  if ('mistakes' in read) throw wrong(read.mistakes.map((one) => ({ ...one, field: fieldOf(one.field) })));
  const begun = { id: taskId(kind, detail.requestId), requestId: detail.requestId };
  const known = read.request.dryRun ? undefined : await readTask(world, begun.id);
  if (known !== undefined) return again(known, begun, hashOf(read.request));
  await checkNew?.();
  await world.requests.put(contract as Contract<unknown>, detail);
  world.logger.info('task asked for', { task: begun.id });
  return begun;
}

/** The same request is the same task; another request needs another id. */
function again(task: Task, begun: Begun, hash: string): Begun {
  if (task.contentHash === hash) return { ...begun, task };
  throw conflict(
    'RequestIdUsed',
    'requestId',
    `A request with this id was made before, with other content (task ${task.id}, ${task.state}); it stays as it was made.`,
    'Give another Idempotency-Key.',
  );
}

/** The task of that id, or 404. */
export async function taskOf(
  world: World,
  id: string,
  { field, list }: { field: string; list: string },
): Promise<Task> {
  const task = await readTask(world, id);
  if (task !== undefined) return task;
  const remedy = `Take an id from GET ${list}; if it was asked for just now, read again in some seconds.`;
  throw missing(field, `There is no task ${id}.`, remedy);
}

/** Puts a request that becomes no task. */
export async function put<Detail>(world: World, contract: Contract<Detail>, detail: Detail) {
  const result = z.safeParse(contract.detail, detail);
  if (!result.success) throw wrong([{ field: '(all)', problem: 'It is not right.', remedy: 'See /openapi.json.' }]);
  return world.requests.put(contract, result.data);
}
