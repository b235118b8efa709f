import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { backupItem } from '../../shared/ledger.ts';
import { stampOf } from '../../shared/names.ts';
import { Announcer } from '../../shared/run/announce.ts';
import type { Backup } from '../../shared/run.ts';
import { done } from '../support/done.ts';
import { service } from '../support/service.ts';
import { hub, type Local, local } from '../support/world.ts';
import { withTables } from './nightly.ts';

let here: Local;
beforeEach(async () => {
  here = await local();
});
afterEach(() => here.close());

const ended = (endedAt: number): Backup => ({
  target: hub,
  plan: 'nightly',
  stamp: '20260131T020000Z',
  tableId: 'table-1',
  tableName: 'orders',
  state: 'AVAILABLE',
  attempt: 1,
  backupArn: 'arn',
  createdAt: endedAt,
  endedAt,
});

const later = (ms: number) => here.clock.run(here.clock.now() + ms);

test('what is told up to now does not pass an end that is being written or waits to be told', async () => {
  const announcer = new Announcer(here.world().world, 0);
  const endedAt = here.clock.now();
  let write = (_: Backup | undefined) => {};
  const writing = announcer.end(() => new Promise((resolve) => (write = resolve)));
  await later(500);
  expect(announcer.watermark()).toBe(endedAt);
  write(ended(endedAt));
  await writing;
  await later(500);
  expect(announcer.watermark()).toBe(endedAt);
  await done(here, announcer.flush());
  expect(announcer.watermark()).toBe(here.clock.now());
  expect(here.facts.map(({ type }) => type)).toEqual(['Backup Completed']);
});

test('what is told up to now does not pass an end whose write had no answer: it may stand in the ledger', async () => {
  const announcer = new Announcer(here.world().world, 0);
  const endedAt = here.clock.now();
  const lost = announcer.end(() => Promise.reject(new Error('read ECONNRESET')));
  await expect(lost).rejects.toThrow('ECONNRESET');
  await later(1000);
  expect(announcer.watermark()).toBe(endedAt);
});

test('an end that the bus did not take waits on and is told the next time', async () => {
  const announcer = new Announcer(here.world().world, 0);
  const endedAt = here.clock.now();
  await announcer.end(async () => ended(endedAt));
  const heal = here.aws.intercept(async (call, perform) => {
    if (call.operation === 'PutEvents') throw new AwsError('AccessDeniedException', 'no');
    return perform();
  });
  await expect(done(here, announcer.flush())).rejects.toThrow();
  await later(1000);
  expect(announcer.watermark()).toBe(endedAt);
  heal();
  await done(here, announcer.flush());
  expect(here.facts).toHaveLength(1);
});

test('ends come after what the last driver told, also by a clock that is behind', async () => {
  const told = here.clock.now() + 3000;
  const announcer = new Announcer(here.world().world, told);
  let stamp = 0;
  await announcer.end(async (endedAt) => {
    stamp = endedAt;
    return undefined;
  });
  expect(stamp).toBe(told);
  expect(announcer.watermark()).toBe(told);
});

test('a refused end that is no end is not told', async () => {
  const announcer = new Announcer(here.world().world, 0);
  await announcer.end(async () => undefined);
  await done(here, announcer.flush());
  expect(here.facts).toEqual([]);
});

test('an end that another driver wrote, and may not have lived to tell, is told by who is refused on its way there', async () => {
  here.close();
  here = await withTables(2);
  const { Table: table } = await here.call<{ Table: { TableId: string } }>('DescribeTable', {
    TableName: 'orders-0000',
  });
  const firedAt = here.clock.now();
  const other = here.world().world;
  let isWritten = false;
  const heal = here.aws.intercept(async ({ operation, input }, perform) => {
    const isClaim = operation === 'UpdateItem' && JSON.stringify(input.Key).includes(table.TableId);
    if (!isClaim || isWritten) return perform();
    isWritten = true;
    const backup = {
      ...ended(here.clock.now()),
      stamp: stampOf(firedAt),
      tableId: table.TableId,
      tableName: 'orders-0000',
    };
    await other.catalog.put(backupItem(backup));
    return perform();
  });
  const functions = service(here);
  functions.fire('nightly', firedAt);
  await functions.untilEnded();
  heal();
  expect(isWritten).toBe(true);
  expect(
    functions
      .factsOf('Backup Completed')
      .map(({ detail }) => detail.table)
      .sort(),
  ).toEqual(['orders-0000', 'orders-0001']);
});

test('an end whose driver did not live to tell it is told, also when the next one could not read the ledger', async () => {
  here.close();
  here = await withTables(1);
  const functions = service(here);
  let isKilled = false;
  let isRefused = false;
  here.aws.intercept(async (call, perform) => {
    const [entry] = (call.input.Entries ?? []) as { DetailType: string }[];
    if (entry?.DetailType === 'Backup Completed' && !isKilled) {
      isKilled = true;
      for (const worker of functions.workers) worker.kill();
      throw new AwsError('InternalException', '', 500);
    }
    if (call.operation === 'Query' && JSON.stringify(call.input).includes('backup#') && isKilled && !isRefused) {
      isRefused = true;
      throw new AwsError('ExpiredTokenException', 'Not now.');
    }
    return perform();
  });
  functions.fire('nightly');
  await functions.untilEnded();
  expect([isKilled, isRefused]).toEqual([true, true]);
  expect(functions.factsOf('Backup Completed')).toHaveLength(1);
});
