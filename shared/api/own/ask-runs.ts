import { BackupRequested } from '../../../events/requests.ts';
import { runFrom, runsOf } from '../../ledger.ts';
import { runId, stampOf } from '../../names.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';
import { put } from '../ask.ts';

/** So long after a request its repetition is found among the runs; a client repeats within seconds. */
const repeatedWithinMs = 3_600_000;

/**
 * Asks for a run in each of the targets, and answers with their ids, which follow from the request's. What was asked for
 * under that id within the last hour is not asked for again.
 */
export async function askForRuns(
  world: World,
  detail: BackupRequested,
  requestId: string,
  plan: string,
  targets: Target[],
): Promise<{ requestId: string; runs: string[] }> {
  const known = await Promise.all(targets.map((target) => runAskedFor(world, target, plan, requestId)));
  const found = known.filter((id) => id !== undefined);
  if (found.length > 0) return { requestId, runs: found };
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
): Promise<string | undefined> {
  const { pk, prefix } = runsOf({ target, plan });
  const from = `${prefix}${stampOf(clock.now() - repeatedWithinMs)}`;
  for await (const item of catalog.query({ pk, prefix, from })) {
    const run = runFrom(item);
    if (run.requestId === requestId) return runId(run);
  }
  return undefined;
}
