import { RestoreFailed, RestorePlanned } from '../../events/restore-events.ts';
import type { RestoreRequest } from '../../events/restore-request.ts';
import {
  contentHash,
  type Mistake,
  type Requester,
  type TaskState,
  taskId,
  taskKeptSeconds,
  taskKey,
} from '../task/task.ts';
import type { Invocation, World } from '../world.ts';
import type { ChosenBackup } from './chosen.ts';
import { drive } from './drive.ts';
import type { Estimate } from './estimate.ts';
import { look } from './look.ts';
import { type Explained, planRestore } from './plan.ts';
import { readRequest } from './read-request.ts';
import { type RestoreTask, restoreFrom, restoreItem } from './restore-task.ts';
import { failed, failedTask, planned, sentenceOfIdUsed } from './told.ts';
import type { Column } from './wanted.ts';

/** What an invocation answers. */
export interface Answer {
  task?: string;
  state?: TaskState;
  /** Of a restore that was asked for now: what will be done. */
  steps?: string[];
  notices?: string[];
  /** Each setting as it was backed up and as it will be. */
  settings?: Column[];
  estimate?: Estimate;
  /** The one that was chosen. */
  backup?: ChosenBackup;
  dryRun?: true;
  mistakes?: Mistake[];
  /** What was refused or went wrong, in one sentence. */
  failed?: string;
  ignored?: string;
}

interface Asked {
  value: unknown;
  /** Of the event or the invocation: the request's id unless it has its own. */
  id: string;
  /** Somebody waits for an event and not for the answer. */
  isEvent?: boolean;
  /** Who asks, where a signed call says it; else whoever the request claims. */
  verified?: string;
}

/** A heartbeat goes on with a task whose first invocation died so much later. */
const diedAfterMs = 60_000;

export function answerOf(id: string, task: RestoreTask | undefined): Answer {
  if (task === undefined) return { task: id };
  const { state, error } = task;
  return { task: id, state, ...(error && { failed: error.sentence, mistakes: error.mistakes }) };
}

/** Reads a request, looks at the world, and answers with all that is wrong, or with the task that has begun. */
export async function ask(world: World, asked: Asked, invocation: Invocation): Promise<Answer> {
  const read = readRequest(asked.value);
  if ('mistakes' in read) {
    const difference = contentHash({ value: asked.value });
    return refuse(world, asked, { code: 'Unreadable', ...read, difference });
  }
  const { request } = read;
  const requestId = request.requestId ?? asked.id;
  const id = taskId('restore', requestId);
  const known = await find(world, id);
  if (known !== undefined) return again(world, asked, known, request);

  const found = await look(world, request);
  const plan = planRestore(found);
  if (request.dryRun) return dryRun(world, asked, { id, requestId, plan });
  const named = { id, requestId, requester: requesterOf(asked, request) };
  const task =
    'mistakes' in plan
      ? refused(world, named, request, plan.mistakes)
      : { ...taskOf(world, named, request), plan: plan.plan, notices: plan.notices };
  const written = await world.catalog.put(
    { ...restoreItem(task), ttl: Math.ceil(task.acceptedAt / 1000) + taskKeptSeconds },
    { condition: 'attribute_not_exists(pk)' },
  );
  if (!written.done && written.found !== undefined) return again(world, asked, restoreFrom(written.found), request);
  const driven = await drive(world, id, invocation, 0);
  return { ...answerOf(id, driven ?? task), ...('mistakes' in plan ? {} : explained(plan)) };
}

const explained = ({ steps, notices, columns, estimate, backup }: Explained): Answer => ({
  ...(backup && { backup }),
  steps,
  notices,
  settings: columns,
  estimate,
});

async function find({ catalog }: World, id: string): Promise<RestoreTask | undefined> {
  const item = await catalog.get(taskKey(id));
  return item && restoreFrom(item);
}

/** Nothing is written when nothing may begin. */
async function dryRun(
  world: World,
  asked: Asked,
  { id, requestId, plan }: { id: string; requestId: string; plan: ReturnType<typeof planRestore> },
): Promise<Answer> {
  if ('mistakes' in plan) {
    return refuse(world, asked, { code: 'Refused', mistakes: plan.mistakes, requestId, isDryRun: true });
  }
  if (asked.isEvent) await world.facts.publish(RestorePlanned, [planned(id, requestId, world.clock.now(), plan)]);
  return { dryRun: true, ...explained(plan) };
}

/** The same request is the same restore, whatever the world looks like by now. */
async function again(world: World, asked: Asked, known: RestoreTask, request: RestoreRequest): Promise<Answer> {
  if (known.contentHash === hashOf(request)) return answerOf(known.id, known);
  const mistake = {
    field: 'requestId',
    problem: `A restore with this id was asked for before, with other content (task ${known.id}, ${known.state}); it stays as it was asked.`,
    remedy: 'Give a new requestId.',
  };
  return refuse(world, asked, {
    code: 'RequestIdUsed',
    mistakes: [mistake],
    requestId: known.requestId,
    isDryRun: request.dryRun === true,
    difference: hashOf(request),
    sentence: sentenceOfIdUsed(known),
  });
}

interface Refusal {
  code: string;
  mistakes: Mistake[];
  requestId?: string;
  isDryRun: boolean;
  /** Tells refusals apart that have one requestId. */
  difference?: string;
  sentence?: string;
}

/**
 * Says what is wrong, to whoever asked and to people, and leaves nothing behind. Of a dry run people hear nothing, but
 * who asked for it by an event, and rightly, hears why it would be refused.
 */
async function refuse(world: World, asked: Asked, refusal: Refusal): Promise<Answer> {
  const { code, mistakes, requestId = asked.id, isDryRun, difference = '', sentence } = refusal;
  const failure = {
    id: `${taskId('restore', requestId)}/refused/${code}${difference}`,
    requestId,
    at: world.clock.now(),
    code,
    mistakes,
    leftBehind: '',
    ...(sentence !== undefined && { sentence }),
  };
  const fact = failed(failure);
  const isQuiet = isDryRun && !(asked.isEvent && code === 'Refused');
  if (!isQuiet) await world.facts.publish(RestoreFailed, [fact]);
  world.logger.info('restore refused', { code, fields: mistakes.map(({ field }) => field) });
  return { failed: fact.sentence, mistakes, ...(isDryRun && { dryRun: true }) };
}

interface Named {
  id: string;
  requestId: string;
  requester: Requester;
}

/** What is asked for, and by whom; a dry run is no restore. */
const hashOf = ({ requestId: _id, dryRun: _dryRun, ...content }: RestoreRequest): string => contentHash(content);

const requesterOf = ({ verified }: Asked, { requester = 'somebody' }: RestoreRequest): Requester =>
  verified === undefined ? { name: requester, kind: 'claimed' } : { name: verified, kind: 'verified' };

function taskOf(world: World, { id, requestId, requester }: Named, request: RestoreRequest): RestoreTask {
  const acceptedAt = world.clock.now();
  return {
    id,
    kind: 'restore',
    state: 'ACCEPTED',
    requestId,
    contentHash: hashOf(request),
    requester,
    reason: request.reason,
    request,
    priority: request.priority ?? 'interactive',
    acceptedAt,
    steps: [],
    due: 'work',
    dueAt: acceptedAt + diedAfterMs,
  };
}

/** It is kept, so that the same request fails again, whoever repaired its cause in between. */
function refused(world: World, named: Named, request: RestoreRequest, mistakes: Mistake[]): RestoreTask {
  const task = taskOf(world, named, request);
  const error = { code: 'Refused', sentence: '', mistakes, leftBehind: '' };
  const { sentence } = failedTask({ ...task, error });
  return { ...task, state: 'FAILED', endedAt: task.acceptedAt, error: { ...error, sentence } };
}
