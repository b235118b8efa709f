import type { Run, TableOfRun } from './answers.ts';
import type { Api } from './api.ts';
import { Stop } from './exit.ts';
import { all } from './pages.ts';
import type { Screen } from './screen.ts';
import { span } from './times.ts';
import { unlessMissing, until, watching } from './wait.ts';
import { bytes, counted } from './words.ts';

/**
 * The address of a run in the API.
 * @throws Stop when it is no id of a run.
 */
export function runPath(id: string): string {
  const parts = id.split('/');
  if (parts.length === 4) return `/v1/runs/${parts.map(encodeURIComponent).join('/')}`;
  const sentence = `${id} is no run; write account/region/plan/stamp, as npx tablekeep runs lists them (--plan for those of one plan).`;
  throw new Stop('notUnderstood', sentence);
}

/** A run does not outlast its deadline, which is 7 days at most. */
const longestMs = 7 * 86_400_000;
const everyMs = 2000;

export interface Followed {
  run: Run;
  tables: TableOfRun[];
}

/** Shows how far a run is until it has ended. */
export async function followRun(api: Api, screen: Screen, id: string): Promise<Followed> {
  const look = async () => {
    const run = await unlessMissing(api.get<Run>(runPath(id)));
    if (run === undefined) return undefined;
    const { rows: tables } = await all<TableOfRun>(api, `${runPath(id)}/tables`, 'tables');
    if (run.endedAt !== undefined) return { run, tables };
    screen.progress(howFar(run, tables), `${run.state}${tables.filter(hasEnded).length}`);
    return undefined;
  };
  const sentence = `The run goes on. See it with: ${api.again(`runs ${id} --watch`)}`;
  const followed = await watching(screen, sentence, () => until(look, longestMs, everyMs));
  if (followed === undefined) throw new Error('A run has outlasted every deadline.');
  return followed;
}

const hasEnded = ({ state }: TableOfRun) =>
  ['AVAILABLE', 'FAILED', 'SKIPPED', 'DELETED', 'DELETING', 'VANISHED'].includes(state);

/** The time left follows from how fast the tables before have ended. */
function howFar({ state, startedAt }: Run, tables: TableOfRun[]): string {
  if (startedAt === undefined) return `${state}: the run has not begun`;
  const ended = tables.filter(hasEnded).length;
  const tookMs = Date.now() - Date.parse(startedAt);
  const left =
    ended === 0 || ended === tables.length ? '' : `, about ${span((tookMs / ended) * (tables.length - ended))} left`;
  return `${ended} of ${counted(tables.length, 'table')} after ${span(tookMs)}${left}`;
}

const colours = { COMPLETED: 'green', FAILED: 'red', SKIPPED: 'yellow', RUNNING: 'yellow', QUEUED: 'dim' } as const;

/** What became of a run and of each of its tables. */
export function printRun(screen: Screen, { run, tables }: Followed): void {
  const { outcome, state, skipped, error } = run;
  const counts =
    outcome === undefined
      ? (skipped ?? '')
      : `${outcome.completed} completed, ${outcome.failed} failed, ${outcome.skipped} skipped`;
  screen.line(`${run.id}: ${screen.colour(colours[state], state)} ${counts}`);
  if (error !== undefined) screen.line(screen.colour('red', error));
  screen.table(
    tables.map(({ table, state, sizeBytes, createdAt, endedAt, error }) => ({
      table,
      state,
      size: bytes(sizeBytes),
      took: createdAt && endedAt ? span(Date.parse(endedAt) - Date.parse(createdAt)) : '',
      why: error ?? '',
    })),
    ['size'],
  );
}
