import type { DryRun, Task } from './answers.ts';
import type { Api } from './api.ts';
import { Stop } from './exit.ts';
import type { Context } from './program.ts';
import type { Screen } from './screen.ts';
import { bothTimes, span } from './times.ts';
import { unlessMissing, until, watching } from './wait.ts';

/** EventBridge delivers within a second or two, and a cold function looks at AWS for some more. */
const answeredWithinMs = 60_000;
/** Tasks are given up by the service itself long before. */
const longestMs = 30 * 86_400_000;
const everyMs = 2000;

const taskPath = (id: string) => `/v1/tasks/${encodeURIComponent(id)}`;
/** Not only done: what came back was compared with what was there. */
const isAsExpected = ({ completed }: Task): boolean => completed?.sentence.startsWith('NOT AS EXPECTED') !== true;

export const isOver = ({ state }: Task): boolean => state === 'COMPLETED' || state === 'FAILED';

export const readTask = (api: Api, id: string): Promise<Task> => api.get<Task>(taskPath(id));

/** A task, or what a dry run of it is read under. */
interface Asked {
  requestId: string;
  task?: string;
  dryRun?: string;
}

/** Asks for a task; shows what a dry run comes to, what was begun, or with `watch` how it ends. */
export async function begin(
  { screen, found }: Context,
  api: Api,
  path: string,
  body: object,
  { watch, dryRun }: { watch?: boolean; dryRun?: boolean },
): Promise<void> {
  const asked = await api.post<Asked>(path, { ...body, ...(dryRun && { dryRun: true }) });
  if (dryRun) {
    const came = await answered(screen, () =>
      unlessMissing(api.get<DryRun>(`${taskPath(asked.dryRun ?? '')}/dry-run`)),
    );
    screen.json(came);
    if (!printDryRun(screen, came)) found('refused');
    return;
  }
  const first = await answered(screen, () => unlessMissing(readTask(api, asked.task ?? '')));
  const task = watch ? await followTask(api, screen, first) : first;
  screen.json(task);
  printTask(screen, task);
  told(task, found);
  if (!isOver(task)) screen.note(`See how far it is with: ${api.again(`tasks ${task.id} --watch`)}`);
}

/** How a task has ended, for scripts. */
export function told(task: Task, found: Context['found']): void {
  if (task.state === 'FAILED') found('failed');
  else if (!isAsExpected(task)) found('foundWrong');
}

async function answered<Answer>(screen: Screen, look: () => Promise<Answer | undefined>): Promise<Answer> {
  screen.progress('Waiting for the answer …');
  const answer = await until(look, answeredWithinMs);
  if (answer !== undefined) return answer;
  throw new Stop(
    'failed',
    `Nothing has answered for ${span(answeredWithinMs)}; look with npx tablekeep doctor, and at the logs of the functions.`,
  );
}

/** Shows every state until the last. Whoever stops watching does not stop the task. */
export async function followTask(api: Api, screen: Screen, first: Task): Promise<Task> {
  let task = first;
  const look = async () => {
    if (isOver(task)) return true;
    screen.progress(howFar(task), `${task.state}${task.steps.length}`);
    task = (await unlessMissing(readTask(api, first.id))) ?? task;
    return isOver(task) ? true : undefined;
  };
  const sentence = `The ${first.kind} goes on. See it with: ${api.again(`tasks ${first.id} --watch`)}`;
  await watching(screen, sentence, () => until(look, longestMs, everyMs));
  return task;
}

/** AWS tells no rate: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html */
const usualMinutes: Record<string, [least: number, most: number]> = { RESTORING: [5, 60] };

function howFar({ state, acceptedAt, steps }: Task): string {
  const tookMs = Date.now() - Date.parse(acceptedAt);
  const usual = usualMinutes[state];
  const left =
    usual && usual[1] * 60_000 > tookMs
      ? `; AWS takes ${usual[0]} to ${usual[1]} min, at most about ${span(usual[1] * 60_000 - tookMs)} left`
      : '';
  const last = steps.at(-1);
  return `${state} for ${span(tookMs)}${left}${last ? ` (${last.step})` : ''}`;
}

/** How a task stands, with every step. */
export function printTask(screen: Screen, task: Task): void {
  const { id, kind, state, acceptedAt, endedAt, steps, error, requester, reason, completed } = task;
  const colour = state === 'COMPLETED' ? 'green' : state === 'FAILED' ? 'red' : 'yellow';
  const took = endedAt === undefined ? '' : ` after ${span(Date.parse(endedAt) - Date.parse(acceptedAt))}`;
  screen.line(`${kind} ${id}: ${screen.colour(colour, state)}${took}`);
  screen.line(`asked for by ${requester.name}: ${reason}`);
  for (const { at, step } of steps) screen.line(`  ${bothTimes(Date.parse(at))}  ${step}`);
  if (completed !== undefined)
    screen.line(isAsExpected(task) ? completed.sentence : screen.colour('red', completed.sentence));
  if (error === undefined) return;
  screen.line(screen.colour('red', error.sentence));
  if (error.leftBehind !== '') screen.line(error.leftBehind);
}

/** False when something is wrong with the request. */
function printDryRun(screen: Screen, { mistakes = [], answer = {} }: DryRun): boolean {
  for (const { field, problem, remedy } of mistakes)
    screen.line(`${screen.colour('red', field)}: ${problem} ${remedy}`);
  const { steps = [], notices = [], settings = [] } = answer;
  if (steps.length > 0) screen.line(screen.colour('bold', 'What would be done'));
  for (const step of steps) screen.line(`  ${step}`);
  if (notices.length > 0) screen.line(screen.colour('bold', 'To know'));
  for (const notice of notices) screen.line(`  ${notice}`);
  const isSet = ({ asBackedUp, asWanted }: { asBackedUp: string; asWanted: string }) =>
    asBackedUp !== 'none' || asWanted !== 'none';
  const unset = settings.filter((one) => !isSet(one)).map(({ setting }) => setting);
  screen.table(
    settings.filter(isSet).map(({ setting, asBackedUp, asWanted, because }) => ({
      setting,
      'as backed up': asBackedUp,
      'as wanted': asWanted,
      because,
    })),
  );
  if (unset.length > 0) screen.line(`Not set, and to stay so: ${unset.join(', ')}.`);
  return mistakes.length === 0;
}
