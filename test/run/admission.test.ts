import { afterEach, expect, test } from 'vitest';
import { service } from '../support/service.ts';
import type { Local } from '../support/world.ts';
import { nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

const hour = 3_600_000;

test('a driver that stood still on its way in keeps nobody out for ever', async () => {
  for (let point = 0; point < 16; point++) {
    here = await withTables(1, { maxRuns: 1 });
    const functions = service(here, {
      fateOf: (environment) => (at) => (environment === 0 && at === point ? { freezeMs: 500_000 } : undefined),
    });
    functions.fire('nightly');
    await functions.untilEnded();
    await here.clock.run(here.clock.now() + hour);
    functions.fire('nightly');
    await functions.untilEnded(2, hour);
    expect(await verdict(here, functions), `stood still at ${point}`).toMatchObject({ completed: 2, runs: 2 });
    here.close();
  }
});

test('a run that lasts longer than fifty firings is still one at a time', async () => {
  here = await withTables(2, { plans: { nightly: { ...nightly, rate: 1 } } });
  here.dynamodb.setBackupFate(() => 'stuck');
  const functions = service(here);
  for (let minute = 0; minute < 60; minute++) {
    functions.fire('nightly');
    await here.clock.run(here.clock.now() + 60_000);
  }
  expect(functions.factsOf('Run Skipped')).toHaveLength(59);
  expect(functions.factsOf('Run Requested')).toHaveLength(1);
});
