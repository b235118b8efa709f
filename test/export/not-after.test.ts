import { afterEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { taskKey } from '../../shared/task/task.ts';
import type { World } from '../../shared/world.ts';
import { importHere, makeOrders } from '../import/here.ts';
import { reason, restoreHere } from '../restore/here.ts';
import type { Local } from '../support/world.ts';
import { exportHere, request } from './here.ts';

let here: Local | undefined;
afterEach(() => here?.close());

/** Until when each call that starts a task of that kind may leave. The first one gets no answer. */
function limits(local: Local, kind: 'restores' | 'exports' | 'imports'): number[] {
  const notAfter: number[] = [];
  const worldOf = local.world;
  local.world = (...of) => {
    const made = worldOf(...of);
    const inner = made.world[kind];
    const noted = (target: Parameters<typeof inner>[0]) => {
      const calls = inner(target) as object;
      const start = 'make' in calls ? 'make' : 'start';
      const send = Reflect.get(calls, start) as (call: unknown, limit: number) => Promise<unknown>;
      const note = (call: unknown, limit: number) => {
        notAfter.push(limit);
        if (notAfter.length > 1) return send(call, limit);
        return Promise.reject(new AwsError('InternalServerError', 'no answer', 500));
      };
      return { ...calls, [start]: note };
    };
    return { ...made, world: Object.assign(made.world, { [kind]: noted as unknown as World[typeof kind] }) };
  };
  return notAfter;
}

const leaseMs = 60_000;
const answerMs = 10_000;
const tokenMs = (7 * 60 + 45) * 60_000;

async function startRestore() {
  const restores = await restoreHere();
  here = restores;
  await restores.createTable('orders');
  await restores.pass(10_000);
  const backupArn = await restores.backUp('orders');
  const notAfter = limits(restores, 'restores');
  const began = restores.clock.now();
  await restores.ask({ source: { backupArn }, target: { tableName: 'copy' }, reason });
  return { tasks: restores, notAfter, began };
}

async function startExport() {
  const exports = await exportHere();
  here = exports;
  const notAfter = limits(exports, 'exports');
  const began = exports.clock.now();
  const { task = '' } = await exports.ask(request);
  return { tasks: exports, notAfter, began, task };
}

async function startImport() {
  const imports = await importHere();
  here = imports;
  await makeOrders(imports);
  await imports.pass(400_000);
  const full = await imports.exportFull('orders');
  const notAfter = limits(imports, 'imports');
  const began = imports.clock.now();
  const source = { bucket: 'archive', export: full.folder };
  const { task = '' } = await imports.invoke({ source, target: { tableName: 'copy' }, reason });
  return { tasks: imports, notAfter, began, task };
}

test.each([
  ['a restore', startRestore],
  ['an export', startExport],
  ['an import', startImport],
])('the call for %s may leave until its answer would come after the end of the lease', async (_, start) => {
  const { notAfter, began } = await start();
  const [limit = 0] = notAfter;
  // The lease is renewed with each write before the call: some milliseconds later.
  expect(limit - began).toBeGreaterThanOrEqual(leaseMs - answerMs);
  expect(limit - began).toBeLessThan(leaseMs - answerMs + 5000);
});

test.each([
  ['an export', startExport],
  ['an import', startImport],
])('the token of %s is not used any more when it is about to end', async (_, start) => {
  const { tasks, notAfter, task } = await start();
  const sentAt = tasks.clock.now() - tokenMs + 40_000;
  const values = { ':sentAt': sentAt };
  await tasks.done(tasks.world().world.catalog.update(taskKey(task), { update: 'SET sentAt = :sentAt', values }));
  await tasks.untilEnded();
  expect(notAfter[1]).toBe(sentAt + tokenMs);
});
