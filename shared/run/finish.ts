import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { RunCompleted, RunFailed } from '../../events/run-events.ts';
import { ttlOfRun } from '../ledger.ts';
import type { Outcome } from '../run.ts';
import { dismiss } from './admission.ts';
import type { Driving } from './context.ts';
import type { Entry } from './entries.ts';
import { writeAsDriver } from './lease.ts';
import { runCompleted, runFailed } from './told.ts';

/** Every table has ended and was told: the run ends, first in the catalog, then for all to hear. */
export async function endRun(driven: Driving): Promise<void> {
  const { world, run, entries, listingError } = driven;
  const now = world.clock.now();
  await writeAsDriver(driven, {
    state: listingError === undefined ? 'COMPLETED' : 'FAILED',
    endedAt: now,
    outcome: outcomeOf(entries.tables()),
    throttled: run.throttled + driven.throttled,
    announcedUntil: now,
    ttl: ttlOfRun(now),
    ...(listingError !== undefined && { listingError }),
  });
  // Counted: whoever leaves the run after this, since its end could not be told, counts them no second time.
  driven.throttled = 0;
  if (entries.tables().length > 0) {
    world.metrics.addMetric('RunSeconds', MetricUnit.Seconds, (now - (run.startedAt ?? now)) / 1000);
  }
  await tellEnd(driven);
}

/** What is left of a run that has ended: others may run, all are told, and the heartbeat forgets it. */
export async function tellEnd(driven: Driving): Promise<void> {
  const { world, run } = driven;
  const outcome = run.outcome ?? outcomeOf([]);
  await dismiss(world, run);
  if (run.state === 'FAILED') {
    const error = run.listingError ?? 'Its tables could not be listed.';
    await world.facts.publish(RunFailed, [runFailed(world, run, run.endedAt ?? 0, error, outcome)]);
  } else {
    await world.facts.publish(RunCompleted, [runCompleted(world, run, outcome)]);
  }
  await driven.lease.end();
}

function outcomeOf(tables: Entry[]): Outcome {
  const failed = tables.filter(({ state }) => state === 'FAILED');
  const skipped = tables.filter(({ state }) => state === 'SKIPPED').length;
  return {
    completed: tables.length - failed.length - skipped,
    failed: failed.length,
    skipped,
    failedTables: failed.slice(0, 10).map(({ tableName }) => tableName),
  };
}
