import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { lookAtAll } from '../../shared/run/watch.ts';
import type { World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { type Local, local } from '../support/world.ts';
import { drivenRun } from './driven.ts';
import { nightly, verdict, withTables } from './nightly.ts';

let here: Local | undefined;
afterEach(() => here?.close());

test('while AWS lists no backups nothing is asked for again, however long ago it was', async () => {
  here = await withTables(1);
  const local = here;
  let requests = 0;
  const heal = local.aws.intercept(async ({ operation }, perform) => {
    if (operation === 'ListBackups') throw new AwsError('InternalServerError', '', 500);
    const answer = await perform();
    if (operation === 'CreateBackup' && requests++ === 0) throw new AwsError('InternalServerError', '', 500);
    return answer;
  });
  const functions = service(local);
  functions.fire('nightly');
  await local.clock.run(local.clock.now() + 420_000);
  expect(requests).toBe(1);
  heal();
  await functions.untilEnded();
  expect(await verdict(local, functions)).toMatchObject({ backups: 1, completed: 1 });
});

test('a look at all that a run has made has five minutes to spare on either side: AWS has a clock of its own', async () => {
  here = await local();
  const { world } = here.world();
  const now = here.clock.now();
  const windows: { from: number; until: number }[] = [];
  const dynamodb: World['dynamodb'] = (...of) => ({
    ...world.dynamodb(...of),
    async listBackups({ from, until }) {
      windows.push({ from, until });
      return { backups: [] };
    },
  });
  const driven = await drivenRun(here, {}, { ...world, dynamodb });
  expect(await done(here, lookAtAll(driven))).toBe(true);
  expect(windows).toHaveLength(1);
  for (const { from, until } of windows) {
    expect(now - from).toBe(300_000);
    expect(until - now).toBeGreaterThanOrEqual(300_000);
  }
});

test('a backup that became AVAILABLE just before the deadline is seen by the last look', async () => {
  here = await withTables(1, {
    plans: { nightly: { ...nightly, deadline: '10m' } },
    dynamodb: { backupMs: () => 590_000 },
  });
  const functions = service(here);
  functions.fire('nightly');
  await functions.untilEnded();
  expect(await verdict(here, functions)).toMatchObject({ completed: 1, failed: 0 });
});

test('a look that fails by a mistake of ours is no trouble of AWS: it is thrown', async () => {
  here = await local();
  const { world } = here.world();
  const dynamodb: World['dynamodb'] = (...of) => ({
    ...world.dynamodb(...of),
    listBackups: () => Promise.reject(new TypeError('of undefined')),
  });
  const driven = await drivenRun(here, {}, { ...world, dynamodb });
  await expect(done(here, lookAtAll(driven))).rejects.toThrow('of undefined');
});
