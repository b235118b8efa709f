import { afterEach, expect, test } from 'vitest';
import { backupItem, backupKey } from '../../shared/ledger.ts';
import { backupName } from '../../shared/names.ts';
import type { Backup } from '../../shared/run.ts';
import { run } from '../run/driven.ts';
import { reason } from './here.ts';
import { close, describeTable, ordersBackedUp, tablesOf } from './tables.ts';

afterEach(close);

/** A backup of `orders` that AWS has made, with its entry in the ledger to be put in any state. */
async function inLedger() {
  const { aws } = await ordersBackedUp();
  const { world } = aws.world();
  const { TableId: tableId } = await describeTable(aws, 'orders');
  const BackupName = backupName(world.installation, run, tableId);
  const { BackupDetails: made } = await aws.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
    ...{ TableName: 'orders', BackupName },
  });
  await aws.pass(10_000);
  const backupArn = made.BackupArn;
  const entry = { ...run, tableId, tableName: 'orders', attempt: 1, backupArn, createdAt: aws.clock.now() };
  const put = (state: Backup['state']) => world.catalog.put(backupItem({ ...entry, state }));
  const ask = () => aws.ask({ source: { backupArn }, target: { tableName: 'orders-copy' }, reason });
  return { aws, put, ask, read: () => aws.done(world.catalog.get(backupKey(entry))) };
}

test('a backup that retention begins to delete before it is pinned is not restored, and the one who asked is told', async () => {
  const { aws, put, ask, read } = await inLedger();
  await aws.done(put('AVAILABLE'));
  let isBegun = false;
  aws.aws.intercept(async (call, perform) => {
    if (String(call.input.UpdateExpression).includes('ADD pins') && !isBegun) {
      isBegun = true;
      await put('DELETING');
    }
    return perform();
  });
  const answer = await ask();
  await aws.untilEnded();
  expect(isBegun).toBe(true);
  expect(answer.mistakes).toMatchObject([{ field: 'source' }]);
  expect(aws.factsOf('Restore Failed').map(({ detail }) => detail.code)).toEqual(['BackupGone']);
  expect(await tablesOf(aws)).toEqual(['orders']);
  expect(await read()).toMatchObject({ state: 'DELETING' });
});

test('a backup that AWS has made and its run has not seen yet is waited for, and restored', async () => {
  const { aws, put, ask } = await inLedger();
  await aws.done(put('CREATING'));
  await ask();
  await aws.pass(20_000);
  await aws.done(put('AVAILABLE'));
  await aws.untilEnded();
  expect(aws.factsOf('Restore Failed')).toEqual([]);
  expect(aws.factsOf('Restore Completed').map(({ detail }) => detail.table)).toEqual(['orders-copy']);
});

test('a backup that its run never sees is waited for five minutes, and then the one who asked is told', async () => {
  const { aws, put, ask } = await inLedger();
  await aws.done(put('CREATING'));
  const askedAt = aws.clock.now();
  await ask();
  await aws.untilEnded();
  expect(aws.clock.now() - askedAt).toBeGreaterThanOrEqual(300_000);
  const [failed] = aws.factsOf('Restore Failed');
  expect(failed?.detail.code).toBe('BackupGone');
  expect(failed?.detail.sentence).toMatch(/it is CREATING, not AVAILABLE/);
});
