import { afterEach, describe, expect, test } from 'vitest';
import { AwsError, type Call, ConnectionLost } from '../../local/service.ts';
import { backupItem } from '../../shared/ledger.ts';
import type { Quotas } from '../../shared/quotas.ts';
import { retain, retentionKey } from '../../shared/retention/apply.ts';
import { takeBack } from '../../shared/retention/delete.ts';
import type { Backup } from '../../shared/run.ts';
import { hub, type Surroundings, surroundings } from './surroundings.ts';

let here: Surroundings;
afterEach(() => here.restore());

const nightly = { plan: 'nightly', target: hub };
const night = (day: number) => `2026-01-${String(day).padStart(2, '0')}T02:00Z`;
const arns = (backups: Backup[]) => backups.map(({ backupArn }) => backupArn).sort();

async function begin(tables: string[], nights: number): Promise<Backup[]> {
  here = await surroundings('2026-01-01T00:00Z');
  for (const table of tables) await here.table(table);
  const taken: Backup[] = [];
  for (let day = 2; day < 2 + nights; day++) taken.push(...(await here.backUpAll(night(day), tables)));
  return taken;
}

const apply = (world = here.world, invocation = here.invocation()) => here.run(retain(world, nightly, invocation));

/** The next deletes go wrong so, one after the other; those after them as usual. */
function failDeletes(...failures: (((call: Call, perform: () => Promise<unknown>) => Promise<unknown>) | Error)[]) {
  here.aws.intercept(async (call, perform) => {
    const failure = call.operation === 'DeleteBackup' ? failures.shift() : undefined;
    if (failure === undefined) return perform();
    if (failure instanceof Error) throw failure;
    return failure(call, perform);
  });
}

/** As the heartbeat would: drives whatever is due, until nothing is. */
async function untilNothingIsDue(): Promise<void> {
  for (let minute = 0; minute < 60; minute++) {
    const due = await here.world.catalog.due(here.clock.now(), 10);
    if (due.length > 0) await apply();
    const { dueAt } = (await here.world.catalog.get(retentionKey(nightly))) ?? {};
    if (dueAt === undefined) return;
    await here.pass(here.clock.now() + 60_000);
  }
  throw new Error('Retention is due again and again.');
}

describe.each(['before', 'after'] as const)('killed at any of its requests, %s it took effect,', (when) => {
  test('retention is finished by the next driver: kept stays, expired goes and is told', async () => {
    for (let dieAt = 1; ; dieAt++) {
      const taken = await begin(['orders', 'users'], 4);
      const { world, isDead } = here.mortal(dieAt, when);
      let isOver = false;
      retain(world, nightly, here.invocation()).then(() => {
        isOver = true;
      });
      await here.clock.run(here.clock.now() + 600_000, () => isOver || isDead());
      if (isOver) {
        expect(dieAt).toBeGreaterThan(15);
        return;
      }
      await here.pass(here.clock.now() + 120_000);
      await apply();
      await untilNothingIsDue();
      expect((await here.atAws()).sort(), `killed at ${dieAt}`).toEqual(arns(taken.slice(4)));
      expect(await here.states()).toEqual({ AVAILABLE: 4, DELETED: 4 });
      const ids = new Set(here.told('Backup Deleted').map(({ id }) => id));
      expect(ids.size, `killed at ${dieAt}`).toBe(4);
      expect(here.told('Retention Completed').length).toBeGreaterThan(0);
      here.restore();
    }
  });
});

test('a run that is gone on with has no budget of its own', async () => {
  let resumed = 0;
  for (let dieAt = 8; dieAt < 30; dieAt += 3) {
    await begin(['orders', 'users'], 7);
    retain(here.mortal(dieAt, 'after').world, nightly, here.invocation());
    await here.pass(here.clock.now() + 120_000);
    const { startedAt } = (await here.world.catalog.get(retentionKey(nightly))) ?? {};
    if (startedAt !== undefined) {
      await apply();
      resumed++;
      // Two of each table; ten are due.
      expect(await here.states(), `killed at ${dieAt}`).toEqual({ AVAILABLE: 10, DELETED: 4 });
    }
    here.restore();
  }
  expect(resumed).toBeGreaterThan(4);
});

test('only one drives at a time; what finds it driven makes it go once more', async () => {
  await begin(['orders'], 3);
  const first = retain(here.world, nightly, here.invocation());
  const second = retain(here.deploy(...here.world.plans.values()), nightly, here.invocation());
  expect(await here.run(Promise.all([first, second]))).toEqual([
    { kept: 2, deleted: 1, failed: 0, throttled: 0 },
    undefined,
  ]);
  expect(await here.world.catalog.due(here.clock.now(), 10)).toHaveLength(1);
  await here.pass(here.clock.now() + 1000);
  await untilNothingIsDue();
  expect(here.told('Retention Completed')).toHaveLength(2);
});

test('an invocation that Lambda delivers twice at once is driven once', async () => {
  await begin(['orders'], 3);
  const invocation = here.invocation();
  const both = [here.world, here.deploy(...here.world.plans.values())].map((world) =>
    retain(world, nightly, invocation),
  );
  expect(await here.run(Promise.all(both))).toEqual([{ kept: 2, deleted: 1, failed: 0, throttled: 0 }, undefined]);
});

test('a backup that is in use is left and deleted five minutes later', async () => {
  const taken = await begin(['orders'], 3);
  failDeletes(new AwsError('BackupInUseException', 'Backup is being used to restore a table.'));
  expect(await apply()).toBeUndefined();
  expect(await here.states()).toEqual({ AVAILABLE: 2, DELETING: 1 });
  expect(await here.world.catalog.due(here.clock.now() + 299_000, 10)).toEqual([]);
  await here.pass(here.clock.now() + 300_000);
  await untilNothingIsDue();
  expect(await here.atAws()).toEqual(arns(taken.slice(1)));
});

test.each<[string, () => void]>([
  [
    'an answer that got lost',
    () =>
      failDeletes(async (_, perform) => {
        await perform();
        throw new ConnectionLost();
      }),
  ],
  ['a server error', () => failDeletes(new AwsError('InternalServerError', 'Internal error', 500))],
])('%s leaves it to the next driver whether the backup is gone', async (_, fail) => {
  const taken = await begin(['orders'], 3);
  fail();
  expect(await apply()).toBeUndefined();
  await here.pass(here.clock.now() + 300_000);
  await untilNothingIsDue();
  expect(await here.atAws()).toEqual(arns(taken.slice(1)));
  expect(here.told('Backup Deleted')).toHaveLength(1);
});

test('a throttle takes another slot, slows down, and costs nothing', async () => {
  await begin(['orders'], 4);
  failDeletes(new AwsError('ThrottlingException', 'Rate exceeded'));
  expect(await apply()).toMatchObject({ deleted: 2, failed: 0, throttled: 1 });
  const quota = await here.world.catalog.get({ pk: 'quota#123456789012/us-east-1', sk: 'DeleteBackup' });
  expect(quota?.rate).toBeCloseTo(9.9 * 0.9);
});

test('what is refused for good stays AVAILABLE; the others go, and the function throws', async () => {
  await begin(['orders'], 4);
  failDeletes(new AwsError('AccessDeniedException', 'User is not authorized to perform: dynamodb:DeleteBackup'));
  await expect(apply()).rejects.toThrow(/could not be deleted: AccessDenied/);
  expect(await here.states()).toEqual({ AVAILABLE: 3, DELETED: 1 });
  expect(here.told('Retention Completed')).toMatchObject([{ deleted: 1, failed: 1 }]);
  expect(await here.world.catalog.due(here.clock.now() + 3_600_000, 10)).toEqual([]);
});

test('what was begun before is kept after all when the newer ones are gone, once no delete can reach it any more', async () => {
  const [oldest, ...newer] = (await begin(['orders'], 3)) as [Backup, Backup, Backup];
  failDeletes(new AwsError('InternalServerError', 'Internal error', 500));
  const begunAt = here.clock.now();
  await apply();
  for (const backup of newer) await here.deleteByHand(backup);
  while ((await here.stateOf(oldest)).state !== 'AVAILABLE') {
    await here.pass(here.clock.now() + 60_000);
    await apply();
    expect(here.clock.now()).toBeLessThan(begunAt + 3_600_000);
  }
  expect(here.clock.now()).toBeGreaterThan(begunAt + 6 * 60_000);
  expect(here.clock.now()).toBeLessThan(begunAt + 12 * 60_000);
  expect(await here.atAws()).toEqual(arns([oldest]));
  await untilNothingIsDue();
  expect(await here.atAws()).toEqual(arns([oldest]));
});

test('what is regretted and gone at AWS, since only the answer to its delete was lost, is told as deleted', async () => {
  const [oldest, ...newer] = (await begin(['orders'], 3)) as [Backup, Backup, Backup];
  failDeletes(async (_call, perform) => {
    await perform();
    throw new ConnectionLost();
  });
  await apply();
  for (const backup of newer) await here.deleteByHand(backup);
  for (let minute = 0; minute < 20; minute++) {
    await here.pass(here.clock.now() + 60_000);
    await apply();
  }
  expect((await here.stateOf(oldest)).state).toBe('DELETED');
  expect(new Set(here.told('Backup Deleted').map(({ backupArn }) => backupArn))).toEqual(new Set(arns([oldest])));
});

test('a delete that was tried again can take effect later, so that it is regretted later', async () => {
  const [oldest, ...newer] = (await begin(['orders'], 3)) as [Backup, Backup, Backup];
  let triedAt = 0;
  const failure = async () => {
    triedAt = here.clock.now();
    throw new AwsError('InternalServerError', 'Internal error', 500);
  };
  failDeletes(...Array.from({ length: 5 }, () => failure));
  for (let tries = 0; tries < 5; tries++) {
    await apply();
    await here.pass(here.clock.now() + 300_000);
  }
  for (const backup of newer) await here.deleteByHand(backup);
  while ((await here.stateOf(oldest)).state !== 'AVAILABLE') {
    await apply();
    await here.pass(here.clock.now() + 10_000);
    expect(here.clock.now()).toBeLessThan(triedAt + 3_600_000);
  }
  expect(here.clock.now()).toBeGreaterThan(triedAt + 6 * 60_000);
});

test('who stood still takes back nothing that another has begun to delete again', async () => {
  const [oldest] = (await begin(['orders'], 1)) as [Backup];
  const begun: Backup = { ...oldest, state: 'DELETING', deletingAt: here.clock.now() };
  await here.world.catalog.put(backupItem({ ...begun, deletingAt: here.clock.now() + 60_000 }));
  expect(await takeBack(here.world, begun)).toBe(false);
  expect(await here.states()).toEqual({ DELETING: 1 });
});

test('deletes keep to the quota, and a driver that runs out of time is followed by another, which tells no more again than it must', async () => {
  const tables = Array.from({ length: 30 }, (_, index) => `table-${index}`);
  await begin(tables, 4);
  const from = here.clock.now();
  expect(await apply(here.world, here.invocation(63))).toBeUndefined();
  expect(here.clock.now() - from).toBeLessThan(10_000);
  expect((await here.states()).DELETED).toBeGreaterThan(10);
  await here.pass(here.clock.now() + 1000);
  await untilNothingIsDue();
  expect(await here.states()).toEqual({ AVAILABLE: 60, DELETED: 60 });
  expect(here.dynamodb.counters().DeleteBackup).toEqual({ accepted: 60, throttled: 0 });
  const told = here.told('Backup Deleted').map(({ id }) => id);
  expect(new Set(told).size).toBe(60);
  // Perhaps again: what was deleted in the very millisecond until which all was told.
  expect(told.length).toBeLessThanOrEqual(61);
});

test('what fails while deletes are on their way is thrown when they have come to rest', async () => {
  await begin(['orders'], 4);
  const { quotas } = here.world;
  let leases = 0;
  const failing: Pick<Quotas, 'leaseSlots' | 'inSlot' | 'pace'> = {
    leaseSlots: async (target, operation, _, options) => {
      if (++leases > 1) throw new Error('The catalog is not there.');
      return quotas.leaseSlots(target, operation, 1, options);
    },
    inSlot: (...call) => quotas.inSlot(...call),
    pace: (...call) => quotas.pace(...call),
  };
  await expect(apply({ ...here.world, quotas: failing as Quotas })).rejects.toThrow('The catalog is not there.');
  expect(await here.states()).toEqual({ AVAILABLE: 3, DELETED: 1 });
});

test('the newest backups of many tables are confirmed by the list, not one by one', async () => {
  const tables = Array.from({ length: 30 }, (_, index) => `table-${index}`);
  await begin(tables, 3);
  await apply();
  expect(here.count('DescribeBackup')).toBe(0);
  expect(here.told('Backup Deleted')).toHaveLength(30);
});
