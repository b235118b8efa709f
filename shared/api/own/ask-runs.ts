import { BackupRequested } from '../../../events/requests.ts';
import { runFrom, runsOf } from '../../ledger.ts';
import { runId, stampOf } from '../../names.ts';
import type { Run } from '../../run.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';
import { put } from '../ask.ts';
import { conflict } from '../failure.ts';

/** So long after a request its repetition is found among the runs; a client repeats within seconds. */
const repeatedWithinMs = 3_600_000;

/**
 * Asks for a run in each of the targets, and answers with their ids, which follow from the request's. What was asked for
 * under that id within the last hour is not asked for again; other tables need another id.
 */
export async function askForRuns(
  world: World,
  detail: BackupRequested,
  requestId: string,
  plan: string,
  targets: Target[],
): Promise<{ requestId: string; runs: string[] }> {
  const known = await Promise.all(targets.map((target) => runAskedFor(world, target, plan, requestId)));
  const found = known.filter((run) => run !== undefined);
  for (const run of found) if (!isSame(run, detail)) throw idUsed(run);
  if (found.length > 0) return { requestId, runs: found.map(runId) };
  const { at } = await put(world, BackupRequested, { ...detail, requestId });
  const stamp = stampOf(at, requestId);
  world.logger.info('runs asked for', { plan, stamp });
  return { requestId, runs: targets.map((target) => runId({ target, plan, stamp })) };
}

async function runAskedFor(
  { catalog, clock }: World,
  target: Target,
  plan: string,
  requestId: string,
): Promise<Run | undefined> {
  const { pk, prefix } = runsOf({ target, plan });
  const from = `${prefix}${stampOf(clock.now() - repeatedWithinMs)}`;
  for await (const item of catalog.query({ pk, prefix, from })) {
    const run = runFrom(item);
    if (run.requestId === requestId) return run;
  }
  return undefined;
}

/** A plan's run is the same whatever was said of it. */
function isSame({ selector, expiresAt }: Run, detail: BackupRequested): boolean {
  if (!('tables' in detail)) return true;
  const asked = new Set(detail.tables);
  const isOfThese = selector.include.length === asked.size && selector.include.every((table) => asked.has(table));
  return isOfThese && expiresAt === (detail.expiresAt === undefined ? undefined : Date.parse(detail.expiresAt));
}

const idUsed = (run: Run) =>
  conflict(
    'RequestIdUsed',
    'requestId',
    `A request with this id was made before, for other tables or another expiresAt (run ${runId(run)}); it stays as it was made.`,
    'Give another Idempotency-Key.',
  );
