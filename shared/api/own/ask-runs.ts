import { BackupRequested } from '../../../events/requests.ts';
import { iso } from '../../clock.ts';
import { runId, stampOf } from '../../names.ts';
import { askedBefore, contentOf } from '../../run/asked-before.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';
import { put } from '../ask.ts';
import { conflict } from '../failure.ts';

/**
 * Asks for a run in each of the targets, and answers with their ids, which follow from the request's. What was asked for
 * under that id in the last 400 days is not asked for again; other backups need another id.
 */
export async function askForRuns(
  world: World,
  detail: BackupRequested,
  requestId: string,
  plan: string,
  targets: Target[],
): Promise<{ requestId: string; runs: string[] }> {
  const runsOf = (at: number) => targets.map((target) => runId({ target, plan, stamp: stampOf(at, requestId) }));
  const before = await askedBefore(world, requestId);
  if (before !== undefined && before.content !== contentOf(detail)) throw idUsed(iso(before.at));
  if (before !== undefined) return { requestId, runs: runsOf(before.at) };
  const { at } = await put(world, BackupRequested, { ...detail, requestId });
  const runs = runsOf(at);
  world.logger.info('runs asked for', { runs });
  return { requestId, runs };
}

const idUsed = (at: string) =>
  conflict(
    'RequestIdUsed',
    'requestId',
    `A request with this id was made at ${at}, for other backups; it stays as it was made.`,
    'Give another Idempotency-Key.',
  );
