import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { drive } from '../../shared/run/drive.ts';
import { startRun } from '../../shared/run/start.ts';
import { done } from '../support/done.ts';
import type { Local } from '../support/world.ts';
import { withTables } from './nightly.ts';

let here: Local;
beforeEach(async () => {
  here = await withTables(3);
});
afterEach(() => here.close());

/** A run that may begin, and an invocation that drives it. */
async function begin() {
  const firing = { plan: 'nightly', scheduledAt: new Date(here.clock.now()).toISOString() };
  const invocation = { id: 'one', endsAt: here.clock.now() + 900_000 };
  const started = startRun(here.world().world)({ type: 'bare', detail: firing }, invocation);
  const { runs } = await done(here, started);
  return () => drive(here.world().world, runs[0] ?? '', invocation);
}

test('a run has one driver, also when Lambda delivers one invocation twice at once', async () => {
  const driven = await begin();
  let listings = 0;
  here.aws.onCall(({ call }) => call.operation === 'ListTables' && listings++);
  expect((await done(here, Promise.all([driven(), driven()]))).sort()).toEqual(['ended', 'none']);
  expect(listings).toBe(1);
});

test('a run whose driver ends in an error is gone on with by the next invocation at once', async () => {
  const driven = await begin();
  const heal = here.aws.intercept((call, perform) =>
    call.operation === 'PutEvents' ? Promise.reject(new AwsError('AccessDeniedException', 'no')) : perform(),
  );
  await expect(done(here, driven())).rejects.toThrow();
  heal();
  expect(await done(here, driven())).toBe('ended');
});
