import { expect, test } from 'vitest';
import { RunCompleted } from '../../events/run-events.ts';
import { runCompleted } from '../../shared/run/told.ts';
import type { Run } from '../../shared/run.ts';
import { hub } from '../support/world.ts';

test('the end of a run can be told, also when it ended earlier than it began, by the clocks of two drivers', () => {
  const run = {
    target: hub,
    plan: 'nightly',
    stamp: '20260131T020000Z',
    scheduledAt: 0,
    startedAt: 61_000,
    endedAt: 60_000,
  };
  const outcome = { completed: 1, failed: 0, skipped: 0, failedTables: [] };
  const fact = runCompleted(
    { installation: 'abcdefgh', plans: new Map() },
    { ...run, throttled: 0 } as unknown as Run,
    outcome,
  );
  expect(RunCompleted.detail.parse({ ...fact, installation: 'abcdefgh' }).seconds).toBe(0);
});
