import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { backupItem, runItem } from '../../shared/ledger.ts';
import { runId } from '../../shared/names.ts';
import { drive } from '../../shared/run/drive.ts';
import type { Run } from '../../shared/run.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { type Local, local } from '../support/world.ts';
import { run } from './driven.ts';
import { withTables } from './nightly.ts';

let here: Local;
beforeEach(async () => {
  here = await local();
});
afterEach(() => here.close());

/** What is told of an end that the last driver had told, as far as it wrote down. */
async function toldAgain(more: Partial<Run>): Promise<string[]> {
  const { world } = here.world();
  const now = here.clock.now();
  const selector = { include: ['orders'], exclude: [], tags: {} };
  const times = { scheduledAt: now - 60_000, deadlineAt: now + 3_600_000, announcedUntil: now, throttled: 0 };
  const item = { ...run, ...times, selector, state: 'RUNNING' as const, overlap: 'skip' as const, ...more };
  const ended = { state: 'AVAILABLE' as const, attempt: 1, backupArn: 'arn', createdAt: 1, endedAt: now - 10_000 };
  await done(here, world.catalog.put(runItem({ ...item, due: 'work' })));
  await done(here, world.catalog.put(backupItem({ ...run, tableId: 'table-1', tableName: 'orders', ...ended })));
  await done(here, drive(world, runId(run), { id: 'one', endsAt: now + 900_000 }));
  return here.facts.map(({ type }) => type);
}

test('a run whose driver was lost tells every end again: what it wrote last may not have been all it had told', async () => {
  expect(await toldAgain({})).toEqual(['Backup Completed', 'Run Completed']);
});

test('a run that its driver left tells only what is new', async () => {
  expect(await toldAgain({ isLeft: true })).toEqual(['Run Completed']);
});

test('a run that lost a driver once stays doubtful, whoever leaves it after that', async () => {
  expect(await toldAgain({ isLeft: true, isDoubtful: true })).toEqual(['Backup Completed', 'Run Completed']);
});

test('the end of a run whose telling failed is told by the next driver, its throttles counted once', async () => {
  here.close();
  here = await withTables(2);
  let throttles = 0;
  let lost = 0;
  here.aws.intercept(({ operation, input }, perform) => {
    if (operation === 'CreateBackup' && throttles++ === 0) throw new AwsError('ThrottlingException', 'Rate exceeded');
    const isEnd = operation === 'PutEvents' && JSON.stringify(input).includes('Run Completed');
    if (isEnd && lost++ === 0) throw new AwsError('AccessDeniedException', 'no');
    return perform();
  });
  const functions = service(here);
  functions.fire('nightly');
  await functions.untilEnded();
  expect(lost).toBe(2);
  expect(functions.factsOf('Run Completed')).toMatchObject([{ detail: { completed: 2, throttled: 1 } }]);
});
