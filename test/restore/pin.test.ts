import { afterEach, expect, test } from 'vitest';
import { backupItem, backupKey } from '../../shared/ledger.ts';
import { backupName } from '../../shared/names.ts';
import type { Backup } from '../../shared/run.ts';
import { run } from '../run/driven.ts';
import { reason } from './here.ts';
import { close, describeTable, ordersBackedUp, tablesOf } from './tables.ts';

afterEach(close);

test('a backup that retention begins to delete before it is pinned is not restored, and the one who asked is told', async () => {
  const { aws } = await ordersBackedUp();
  const { world } = aws.world();
  const { TableId: tableId } = await describeTable(aws, 'orders');
  const BackupName = backupName(world.installation, run, tableId);
  const { BackupDetails: made } = await aws.call<{ BackupDetails: { BackupArn: string } }>('CreateBackup', {
    ...{ TableName: 'orders', BackupName },
  });
  await aws.pass(10_000);
  const entry = {
    ...run,
    tableId,
    tableName: 'orders',
    attempt: 1,
    backupArn: made.BackupArn,
    createdAt: aws.clock.now(),
  };
  const put = (state: Backup['state']) => world.catalog.put(backupItem({ ...entry, state }));
  await aws.done(put('AVAILABLE'));
  let isBegun = false;
  aws.aws.intercept(async (call, perform) => {
    if (String(call.input.UpdateExpression).includes('ADD pins') && !isBegun) {
      isBegun = true;
      await put('DELETING');
    }
    return perform();
  });
  const answer = await aws.ask({ source: { backupArn: made.BackupArn }, target: { tableName: 'orders-copy' }, reason });
  await aws.untilEnded();
  expect(isBegun).toBe(true);
  expect(answer.mistakes).toMatchObject([{ field: 'source' }]);
  expect(aws.factsOf('Restore Failed').map(({ detail }) => detail.code)).toEqual(['BackupGone']);
  expect(await tablesOf(aws)).toEqual(['orders']);
  expect(await aws.done(world.catalog.get(backupKey(entry)))).toMatchObject({ state: 'DELETING' });
});
