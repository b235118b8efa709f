import { afterEach, expect, test } from 'vitest';
import { LeaseLost } from '../../shared/lease.ts';
import { runKey } from '../../shared/ledger.ts';
import { parseRunId, stampOf } from '../../shared/names.ts';
import { driving } from '../../shared/run/context.ts';
import { begin, takeRun } from '../../shared/run/lease.ts';
import type { Started } from '../../shared/run/start.ts';
import { startRun } from '../../shared/run/start.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { hub, type Local } from '../support/world.ts';
import { nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

/** A run of 60 seconds, and one that waits for its end. */
async function twoRuns() {
  here = await withTables(60, { plans: { nightly: { ...nightly, rate: 1, overlap: 'queue' } } });
  const local = here;
  const functions = service(local);
  const idAt = (at: number) => `${hub.account}/${hub.region}/nightly/${stampOf(at)}`;
  const first = idAt(local.clock.now());
  functions.fire('nightly');
  await local.clock.run(local.clock.now() + 20_000);
  const second = idAt(local.clock.now());
  functions.fire('nightly');
  await local.clock.run(local.clock.now() + 5000);
  const cancel = async (run: string) => {
    let answer: Started | undefined;
    const { world } = local.world();
    const detail = { cancel: { run, reason: 'not today', requester: 'Ada' } };
    startRun(world)({ type: 'bare', detail }, { id: 'asked', endsAt: local.clock.now() + 60_000 }).then((came) => {
      answer = came;
    });
    await local.until(() => answer !== undefined);
    return answer;
  };
  return { local, functions, first, second, cancel };
}

test('a run that waits is cancelled: it never begins, and the run before it goes on', async () => {
  const { local, functions, second, cancel } = await twoRuns();
  expect((await cancel(second))?.cancelled).toBe(`The run ${second} was skipped: Ada cancelled it (not today).`);
  await functions.untilEnded(2);
  await local.clock.run(local.clock.now() + 600_000);
  expect(functions.factsOf('Run Skipped').map(({ detail }) => detail.reason)).toEqual(['cancelled']);
  expect(await verdict(local, functions)).toMatchObject({ backups: 60, runs: 1 });
});

test('a run that has begun cannot be cancelled, and the one who asked is told', async () => {
  const { functions, first, cancel } = await twoRuns();
  expect((await cancel(first))?.failed).toMatch(/has begun, and a backup that has begun cannot be stopped/);
  expect(functions.factsOf('Request Refused')).toHaveLength(1);
  await functions.untilEnded(2);
  expect(functions.factsOf('Run Completed')).toHaveLength(2);
});

test('a run that nobody knows is refused', async () => {
  const { cancel } = await twoRuns();
  const answer = await cancel(`${hub.account}/${hub.region}/nightly/20200101T000000Z`);
  expect(answer?.failed).toMatch(/the catalog knows no run/);
});

test('a driver that is about to begin a run while it is cancelled does not begin it', async () => {
  here = await withTables(1);
  const { world } = here.world();
  const invocation = { id: 'one', endsAt: here.clock.now() + 900_000 };
  const firing = { plan: 'nightly', scheduledAt: new Date(here.clock.now()).toISOString() };
  const { runs } = await done(here, startRun(world)({ type: 'bare', detail: firing }, invocation));
  const name = parseRunId(runs[0] ?? '');
  const lease = await done(here, takeRun(world, name, invocation));
  if (lease === undefined) throw new Error('no lease');
  const detail = { cancel: { run: runs[0] ?? '', reason: 'not today' } };
  await done(here, startRun(world)({ type: 'bare', detail }, invocation));
  await expect(done(here, begin(driving(world, lease, invocation)))).rejects.toThrow(LeaseLost);
  expect(await done(here, world.catalog.get(runKey(name)))).toMatchObject({ state: 'SKIPPED', skipped: 'cancelled' });
});
