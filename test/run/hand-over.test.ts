import { afterEach, expect, test } from 'vitest';
import { ConnectionLost } from '../../local/service.ts';
import { service } from '../support/service.ts';
import type { Local, Told } from '../support/world.ts';
import { verdict, withTables } from './nightly.ts';

let here: Local;
afterEach(() => here.close());

const minutes = 60_000;
/** A driver stops a minute before its invocation ends. */
const worksMs = (invocationMs: number) => invocationMs - minutes;

/** A run whose backups take ten minutes, and that is therefore driven by several invocations. */
async function longRun(invocationMs: number) {
  here = await withTables(3, { dynamodb: { backupMs: () => 10 * minutes } });
  const functions = service(here, { invocationMs });
  const startedAt = here.clock.now();
  functions.fire('nightly');
  const dueAfter = () => functions.factsOf('Work Due').map(({ at }: Told) => at - startedAt);
  return { functions, startedAt, dueAfter };
}

/** The first Work Due of all, which a driver sends, never leaves, and `kill` is called. */
function loseFirstHandOver(kill: () => void): { isLost: boolean } {
  const lost = { isLost: false };
  here.aws.intercept(async (call, perform) => {
    const entries = (call.operation === 'PutEvents' ? call.input.Entries : []) as { DetailType: string }[];
    if (lost.isLost || !entries.some(({ DetailType }) => DetailType === 'Work Due')) return perform();
    lost.isLost = true;
    kill();
    throw new ConnectionLost();
  });
  return lost;
}

test('a run that outlasts its invocation is gone on with at once', async () => {
  const { functions, dueAfter } = await longRun(5 * minutes);
  await functions.untilEnded();
  const [first = 0, second = 0] = dueAfter();
  expect(first - worksMs(5 * minutes)).toBeLessThan(3000);
  expect(second - 2 * worksMs(5 * minutes)).toBeLessThan(6000);
  expect(await verdict(here, functions)).toMatchObject({ backups: 3, doubled: 0, completed: 3, runs: 1 });
  expect(functions.thrown).toEqual([]);
});

test('an invocation that has no time to get anywhere asks for no other: the heartbeat does, once a minute', async () => {
  const { functions, dueAfter } = await longRun(1.5 * minutes);
  await functions.untilEnded();
  const due = dueAfter();
  expect(due.length).toBeGreaterThan(5);
  // The heartbeat comes at half past each minute.
  for (const after of due) expect(Math.abs((after % minutes) - minutes / 2)).toBeLessThan(1000);
});

test('a driver that dies between giving its lease up and asking for the next one is followed by the heartbeat', async () => {
  const { functions, dueAfter } = await longRun(5 * minutes);
  const lost = loseFirstHandOver(() => {
    for (const worker of functions.workers) worker.kill();
  });
  await functions.untilEnded();
  expect(lost.isLost).toBe(true);
  expect(dueAfter()[0]).toBeGreaterThan(worksMs(5 * minutes) + 5000);
  expect(dueAfter()[0]).toBeLessThan(worksMs(5 * minutes) + minutes + 5000);
  expect(await verdict(here, functions)).toMatchObject({ backups: 3, doubled: 0, completed: 3, runs: 1 });
});

test('two drivers that are asked for at once do the work once', async () => {
  here = await withTables(3, { dynamodb: { backupMs: () => 10 * minutes } });
  const functions = service(here, { invocationMs: 5 * minutes, deliveries: 3 });
  functions.fire('nightly');
  await functions.untilEnded();
  expect(await verdict(here, functions)).toMatchObject({ backups: 3, doubled: 0, completed: 3, runs: 1 });
  const ids = functions.factsOf('Work Due').map(({ detail }) => detail.id);
  expect(new Set(ids).size).toBe(ids.length);
});
