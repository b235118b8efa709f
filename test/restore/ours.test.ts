import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import type { LivingTable } from '../../shared/restore/calls.ts';
import type { RestoreTask } from '../../shared/restore/restore-task.ts';
import { isOurs } from '../../shared/restore/start.ts';
import { reason } from './here.ts';
import { close, ordersBackedUp, tablesOf } from './tables.ts';

afterEach(close);

describe('a table is taken for the one that was asked for', () => {
  const sentAt = Date.UTC(2026, 0, 31);
  const ofBackup = { sentAt, plan: { source: { kind: 'backup', backupArn: 'backup' } } };
  const ofInstant = { sentAt, plan: { source: { kind: 'instant', tableArn: 'orders', at: 5000 } } };

  test.each<[string, object, object, number, boolean]>([
    ['made of its backup, and since then', ofBackup, { backupArn: 'backup' }, sentAt, true],
    ['though clocks differ', ofBackup, { backupArn: 'backup' }, sentAt - 4000, true],
    ['not one of the same backup from before', ofBackup, { backupArn: 'backup' }, sentAt - 6000, false],
    ['not one of another backup', ofBackup, { backupArn: 'other' }, sentAt, false],
    ['made of its instant, whole seconds', ofInstant, { tableArn: 'orders', at: 4000 }, sentAt, true],
    ['not one of another instant', ofInstant, { tableArn: 'orders', at: 3000 }, sentAt, false],
    ['not one of another table', ofInstant, { tableArn: 'users', at: 5000 }, sentAt, false],
  ])('%s', (_, task, restoredFrom, createdAt, expected) => {
    const table = { createdAt, restoredFrom } as unknown as LivingTable;
    expect(isOurs(table, task as unknown as RestoreTask)).toBe(expected);
  });

  test('not one that nobody restored', () => {
    expect(isOurs({ createdAt: sentAt } as LivingTable, ofBackup as unknown as RestoreTask)).toBe(false);
  });
});

test.each([
  ['its name is taken', 'TableAlreadyExistsException'],
  ['AWS is busy', 'BackupInUseException'],
])('a table of ours that AWS does not show yet is waited for, when %s', async (_, code) => {
  const { aws, source } = await ordersBackedUp();
  let calls = 0;
  aws.aws.intercept(async (call, perform) => {
    const isTarget = call.input.TableName === 'orders-copy' || call.input.TargetTableName === 'orders-copy';
    if (isTarget && call.operation === 'DescribeTable' && calls === 1) {
      throw new AwsError('ResourceNotFoundException', 'not yet');
    }
    if (call.operation !== 'RestoreTableFromBackup') return perform();
    calls++;
    if (calls === 2) throw new AwsError(code, 'Not now: orders-copy');
    const answer = await perform();
    if (calls === 1) throw new AwsError('InternalServerError', '', 500);
    return answer;
  });
  await aws.ask({ source, target: { tableName: 'orders-copy' }, reason });
  await aws.untilEnded();
  expect(calls).toBe(2);
  expect(aws.factsOf('Restore Completed')).toHaveLength(1);
});

test('after a refusal nothing can be ours: what somebody restores of the same backup then is not touched', async () => {
  const { aws, source, backupArn } = await ordersBackedUp();
  let calls = 0;
  aws.aws.intercept(async (call, perform) => {
    if (call.operation !== 'RestoreTableFromBackup' || calls++ > 0) return perform();
    throw new AwsError('BackupInUseException', 'busy');
  });
  await aws.ask({ source, target: { tableName: 'orders-copy', tags: { team: 'x' } }, reason });
  await aws.call('RestoreTableFromBackup', { TargetTableName: 'orders-copy', BackupArn: backupArn });
  await aws.untilEnded();
  expect(aws.factsOf('Restore Failed').map(({ detail }) => detail.code)).toEqual(['TableAlreadyExists']);
  expect(aws.calls).not.toContain('TagResource');
  expect((await tablesOf(aws)).toSorted()).toEqual(['orders', 'orders-copy']);
});

test('a source that is in use is waited for, and not taken for a name that is taken', async () => {
  const { aws, source } = await ordersBackedUp();
  let calls = 0;
  aws.aws.intercept(async (call, perform) => {
    if (call.operation !== 'RestoreTableFromBackup' || calls++ > 0) return perform();
    throw new AwsError('TableInUseException', 'It is being restored from.');
  });
  await aws.ask({ source, target: { tableName: 'orders-copy' }, reason });
  await aws.untilEnded();
  expect(aws.factsOf('Restore Completed')).toHaveLength(1);
});
