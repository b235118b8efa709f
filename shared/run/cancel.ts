import { RequestRefused } from '../../events/operation-events.ts';
import type { CancelRequested } from '../../events/operation-requests.ts';
import { RunSkipped } from '../../events/run-events.ts';
import { runFrom, runKey, ttlOfRun } from '../ledger.ts';
import { parseRunId } from '../names.ts';
import { requestRefused } from '../request-refused.ts';
import { requesterOf } from '../requester.ts';
import type { Run } from '../run.ts';
import type { World } from '../world.ts';
import type { Started } from './start.ts';
import { runSkipped } from './told.ts';

/** Somebody wants a run not to begin. */
export interface Cancelling {
  cancel: CancelRequested;
  /** Of the event or the invocation: the request's id unless it has its own. */
  id: string;
  /** Epoch ms. */
  at: number;
  source?: string;
}

/**
 * A run that has not begun ends as skipped. Who is about to begin it drives it no more: its lease goes with the same
 * write.
 */
export async function cancel(world: World, { cancel, id, at, source }: Cancelling): Promise<Started> {
  const named = parseRunId(cancel.run);
  const requester = requesterOf(cancel, source);
  const now = world.clock.now();
  const written = await world.catalog.update(runKey(named), {
    update:
      'SET #state = :skipped, skipped = :cancelled, cancelled = :word, endedAt = :now, #ttl = :ttl REMOVE due, dueAt, driver, leaseUntil',
    condition: '#state = :queued',
    names: { '#state': 'state', '#ttl': 'ttl' },
    values: {
      ':skipped': 'SKIPPED',
      ':cancelled': 'cancelled',
      ':word': { by: requester.name, reason: cancel.reason },
      ':now': now,
      ':ttl': ttlOfRun(now),
      ':queued': 'QUEUED',
    },
  });
  const run = written.done ? runFrom(written.item) : written.found && runFrom(written.found);
  if (run?.skipped === 'cancelled') {
    const fact = runSkipped(world, run, run.endedAt ?? now, 'cancelled');
    await world.facts.publish(RunSkipped, [fact]);
    return { runs: [], cancelled: fact.sentence };
  }
  const sentence = whyNot(cancel.run, run);
  const request = { requestId: cancel.requestId ?? id, requester, reason: cancel.reason };
  await world.facts.publish(RequestRefused, [requestRefused('Cancel', named.target, request, at, sentence)]);
  return { runs: [], failed: sentence };
}

function whyNot(id: string, run: Run | undefined): string {
  if (run === undefined) return `run: the catalog knows no run ${id}; take it from Run Requested.`;
  if (run.state === 'RUNNING') {
    return `run: ${id} has begun, and a backup that has begun cannot be stopped; its backups go by the plan's keep.`;
  }
  return `run: ${id} is over (${run.state}).`;
}
