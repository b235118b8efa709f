import { requesterOf } from '../requester.ts';
import type { World, Written } from '../world.ts';
import { contentHash, listedKey, type Mistake, type Task, taskItem, taskKeptSeconds } from './task.ts';

/** A request as it came in. */
export interface Asked {
  value: unknown;
  /** Of the event or the invocation: the request's id unless it has its own. */
  id: string;
  /** Somebody waits for an event and not for the answer. */
  isEvent?: boolean;
  /** Of the event: says whether `requester` is a signed caller. */
  source?: string;
}

/** What requests of every kind have. */
export interface AnyRequest {
  requestId?: string | undefined;
  dryRun?: boolean | undefined;
  requester?: string | undefined;
  reason: string;
  priority?: 'interactive' | 'bulk' | undefined;
}

/** What is asked for, and by whom; a dry run is not what it would be. */
export function hashOf({ requestId: _id, dryRun: _dryRun, ...content }: AnyRequest): string {
  return contentHash(content);
}

/** A heartbeat goes on with a task whose first invocation died so much later. */
const diedAfterMs = 60_000;

/** A task that has just been accepted. */
export function newTask<Kind extends Task['kind'], Request extends AnyRequest>(
  { clock }: World,
  asked: Asked,
  { id, kind, requestId, request }: { id: string; kind: Kind; requestId: string; request: Request },
) {
  const acceptedAt = clock.now();
  return {
    id,
    kind,
    state: 'ACCEPTED' as const,
    requestId,
    contentHash: hashOf(request),
    requester: requesterOf(request, asked.source),
    reason: request.reason,
    request,
    priority: request.priority ?? ('interactive' as const),
    acceptedAt,
    steps: [],
    due: 'work' as const,
    dueAt: acceptedAt + diedAfterMs,
  };
}

/**
 * Unless a task of that id is there already: what was found then. The list comes first: it may name a task that never
 * came to be, or at another instant, which its readers leave out; the other way round a crash would leave a task out.
 */
export async function putTask({ catalog }: World, task: Task): Promise<Written> {
  const ttl = Math.ceil(task.acceptedAt / 1000) + taskKeptSeconds;
  await catalog.put({ ...listedKey(task), ttl });
  return catalog.put({ ...taskItem(task), ttl }, { condition: 'attribute_not_exists(pk)' });
}

/** Two requests with one id and different content. */
export function idUsed({ id, kind, state }: Task): Mistake {
  return {
    field: 'requestId',
    problem: `${kind === 'restore' ? 'A' : 'An'} ${kind} with this id was asked for before, with other content (task ${id}, ${state}); it stays as it was asked.`,
    remedy: 'Give a new requestId.',
  };
}
