import { afterEach, expect, test } from 'vitest';
import { takeBackup } from '../../shared/run/attempt.ts';
import type { World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { type Local, local } from '../support/world.ts';
import { drivenRun, run } from './driven.ts';

let here: Local;
afterEach(() => here.close());

/** Until when the request for a backup may leave, whose run's deadline is so far away. */
async function notAfter(deadlineMs: number): Promise<{ ofClaim: number; ofDeadline: number }> {
  here = await local();
  const { world } = here.world();
  const limits: number[] = [];
  const dynamodb: World['dynamodb'] = (...of) => ({
    ...world.dynamodb(...of),
    createBackup: async (_table, _name, limit) => {
      limits.push(limit);
      return { backupArn: 'arn', createdAt: here.clock.now() };
    },
  });
  const deadlineAt = here.clock.now() + deadlineMs;
  const driven = await drivenRun(here, { deadlineAt }, { ...world, dynamodb });
  const claimedAt = here.clock.now();
  const table = { ...run, tableId: 'table-1', tableName: 'orders', state: 'PENDING' as const, attempt: 0 };
  await done(here, takeBackup(driven, driven.entries.merge(table), here.clock.now() + 100));
  const [limit = 0] = limits;
  return { ofClaim: claimedAt + 60_000 - limit, ofDeadline: deadlineAt - limit };
}

test('a request for a backup may leave until its answer would come after the end of its claim', async () => {
  const { ofClaim } = await notAfter(3_600_000);
  expect(ofClaim).toBe(10_000);
});

test('or until a minute before the deadline, so that its backup can become AVAILABLE and be seen', async () => {
  const { ofDeadline } = await notAfter(90_000);
  expect(ofDeadline).toBe(60_000);
});
