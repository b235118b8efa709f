import type { Invocation, World } from '../world.ts';
import { type AnyRequest, type Asked, hashOf, idUsed, newTask, putTask } from './asked.ts';
import { patienceMs } from './drive.ts';
import { storeDryRun } from './dry-run.ts';
import type { Read } from './read-request.ts';
import {
  contentHash,
  type Mistake,
  type Task,
  type TaskKind,
  type TaskState,
  taskFrom,
  taskId,
  taskKey,
} from './task.ts';

/** What an invocation answers, whatever the kind of the task. */
export interface TaskAnswer {
  task?: string;
  state?: TaskState;
  dryRun?: true;
  mistakes?: Mistake[];
  /** What was refused or went wrong, in one sentence. */
  failed?: string;
  ignored?: string;
}

/** A request that became no task. */
export interface Refusal {
  /** Told once for each of these. */
  id: string;
  requestId: string;
  /** Epoch ms. */
  at: number;
  code: string;
  mistakes: Mistake[];
  leftBehind: string;
  /** In place of the one that says that the task failed. */
  sentence?: string;
  /** Nothing was asked for but an answer: people need not hear of it. */
  dryRun?: true;
}

/** Which request it is. */
export interface Named {
  id: string;
  requestId: string;
}

type NewTask<Request extends AnyRequest> = Omit<ReturnType<typeof newTask<TaskKind, Request>>, 'kind'>;

/** What a kind of task makes of requests. */
export interface Asking<Request extends AnyRequest, Kind extends Task, Plan extends object, Answer> {
  kind: Kind['kind'];
  read(value: unknown): Read<Request>;
  /** Looks at the world, and changes nothing. */
  plan(world: World, request: Request, named: Named): Promise<Plan | { mistakes: Mistake[] }>;
  accept(task: NewTask<Request>, plan: Plan | undefined): Kind;
  drive(world: World, id: string, invocation: Invocation, patienceMs: number): Promise<Kind | undefined>;
  /** What is answered of a plan. */
  explain(plan: Plan): Answer;
  /** Of a task that was refused. */
  sentenceOf(task: Kind): string;
  /** Answers with the sentence; publishes it unless nobody waits for an event. */
  tellRefused(world: World, refusal: Refusal, isQuiet: boolean): Promise<string>;
  tellPlanned(world: World, named: Named, plan: Plan): Promise<void>;
}

/** How far a task is. */
export function answerOf(id: string, task: Task | undefined): TaskAnswer {
  if (task === undefined) return { task: id };
  const { state, error } = task;
  return { task: id, state, ...(error && { failed: error.sentence, mistakes: error.mistakes }) };
}

/** Reads a request, looks at the world, and answers with all that is wrong, or with the task that has begun. */
export async function askFor<Request extends AnyRequest, Kind extends Task, Plan extends object, Answer>(
  asking: Asking<Request, Kind, Plan, Answer>,
  world: World,
  asked: Asked,
  invocation: Invocation,
): Promise<TaskAnswer | (TaskAnswer & Answer)> {
  const refuse = refuserOf(asking, world, asked);
  const read = asking.read(asked.value);
  if ('mistakes' in read)
    return refuse({ code: 'Unreadable', ...read, difference: contentHash({ value: asked.value }) });
  const { request } = read;
  const requestId = request.requestId ?? asked.id;
  const named = { id: taskId(asking.kind, requestId), requestId };
  /** The same request is the same task, whatever the world looks like by now. */
  const again = async (known: Kind) =>
    known.contentHash === hashOf(request)
      ? answerOf(known.id, known)
      : refuse({
          code: 'RequestIdUsed',
          mistakes: [idUsed(known)],
          requestId,
          isDryRun: request.dryRun === true,
          difference: hashOf(request),
          sentence: sentenceOfIdUsed(known),
        });
  const found = await world.catalog.get(taskKey(named.id));
  if (found !== undefined) return again(taskFrom(found));

  const plan = await asking.plan(world, request, named);
  const mistakes = mistakesIn(plan);
  if (request.dryRun) {
    const answer = mistakes === undefined ? asking.explain(plan as Plan) : undefined;
    // No task is written when nothing may begin; who asked by an event may read the answer.
    if (asked.isEvent) {
      const came = mistakes === undefined ? { answer: { ...answer } } : { mistakes };
      await storeDryRun(world, named.id, { requestId, at: world.clock.now(), ...came });
    }
    if (mistakes !== undefined) {
      const difference = contentHash({ mistakes });
      return refuse({ code: 'Refused', mistakes, requestId, isDryRun: true, difference });
    }
    if (asked.isEvent) await asking.tellPlanned(world, named, plan as Plan);
    return { dryRun: true, ...answer };
  }
  const accepted = newTask(world, asked, { ...named, kind: asking.kind, request });
  const task =
    mistakes === undefined
      ? asking.accept(accepted, plan as Plan)
      : refused(asking, asking.accept(accepted, undefined), mistakes);
  const written = await putTask(world, task);
  if (!written.done && written.found !== undefined) return again(taskFrom(written.found));
  const driven = await asking.drive(world, named.id, invocation, asked.isEvent ? patienceMs : 0);
  return { ...answerOf(named.id, driven ?? task), ...(mistakes === undefined && asking.explain(plan as Plan)) };
}

const mistakesIn = (plan: object): Mistake[] | undefined =>
  'mistakes' in plan ? (plan as { mistakes: Mistake[] }).mistakes : undefined;

/** It is kept, so that the same request fails again, whoever repaired its cause in between. */
function refused<Kind extends Task>(
  { sentenceOf }: { sentenceOf(task: Kind): string },
  task: Kind,
  mistakes: Mistake[],
): Kind {
  const error = { code: 'Refused', sentence: '', mistakes, leftBehind: '' };
  const sentence = sentenceOf({ ...task, error });
  return { ...task, state: 'FAILED', endedAt: task.acceptedAt, error: { ...error, sentence } };
}

/** The task that has the id goes on: nobody may think that it failed. */
function sentenceOfIdUsed({ id, kind, requestId, state }: Task): string {
  return `A further request under the id ${requestId} was refused; the ${kind} that has this id (${id}) is ${state}, and was not touched. The further request says other things: give it a new requestId.`;
}

/** Why a request is refused; `difference` tells refusals apart that have one requestId. */
interface Reason extends Partial<Pick<Refusal, 'requestId' | 'sentence'>> {
  code: string;
  mistakes: Mistake[];
  isDryRun: boolean;
  difference?: string;
}

/**
 * Says what is wrong, to whoever asked and to people, and leaves nothing behind. Whoever asked for a dry run by an event
 * hears it by an event, which says so, and of which people are not told.
 */
function refuserOf(
  { kind, tellRefused }: Pick<Asking<AnyRequest, Task, object, object>, 'kind' | 'tellRefused'>,
  world: World,
  asked: Asked,
) {
  return async ({
    code,
    mistakes,
    requestId = asked.id,
    isDryRun,
    difference = '',
    sentence,
  }: Reason): Promise<TaskAnswer> => {
    const id = `${taskId(kind, requestId)}/refused/${code}${difference}`;
    const base = { id, requestId, at: world.clock.now(), code, mistakes, leftBehind: '' };
    const refusal = {
      ...base,
      ...(sentence !== undefined && { sentence }),
      ...(isDryRun && { dryRun: true as const }),
    };
    const failed = await tellRefused(world, refusal, isDryRun && !asked.isEvent);
    world.logger.info(`${kind} refused`, { code, fields: mistakes.map(({ field }) => field) });
    return { failed, mistakes, ...(isDryRun && { dryRun: true }) };
  };
}
