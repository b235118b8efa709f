import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../local/service.ts';
import { type RestoreHere, reason, restoreHere } from './here.ts';
import { deleteTable, describeTable, itemsOf, tablesOf, withItems } from './tables.ts';

let here: RestoreHere | undefined;
afterEach(() => here?.close());

async function start(restoreMs = 300_000) {
  here = await restoreHere({ dynamodb: { restoreMs: () => restoreMs } });
  await withItems(here, 'orders', 3);
  const backupArn = await here.backUp('orders');
  await deleteTable(here, 'orders');
  return { aws: here, backupArn, request: { source: { backupArn }, target: { tableName: 'orders' }, reason } };
}

/** Somebody acts right before a call of ours takes effect, once. */
function before(aws: RestoreHere, operation: string, act: () => Promise<unknown>): void {
  let isDone = false;
  aws.aws.intercept(async (call, perform) => {
    if (call.operation === operation && !isDone) {
      isDone = true;
      await act();
    }
    return perform();
  });
}

const table = {
  TableName: 'orders',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

describe('a table of the target’s name is not touched', () => {
  test('when somebody makes it between the look and the call', async () => {
    const { aws, request } = await start();
    let made: string | undefined;
    before(aws, 'RestoreTableFromBackup', async () => {
      const { TableDescription } = await aws.call<{ TableDescription: { TableId: string } }>('CreateTable', table);
      made = TableDescription.TableId;
    });
    const answer = await aws.ask(request);
    expect(answer).toMatchObject({ state: 'FAILED', mistakes: [{ field: 'target.tableName' }] });
    await aws.untilEnded();
    const { TableId, RestoreSummary } = await describeTable(aws, 'orders');
    expect(RestoreSummary).toBeUndefined();
    expect(aws.calls.filter((name) => /^(Update|Tag|Put|Delete)/.test(name) && name !== 'PutItem')).toEqual([
      'DeleteTable',
    ]);
    expect(TableId).toBe(made);
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ code: 'TableAlreadyExists', leftBehind: '' });
  });

  test('when somebody restores the very same backup to it between the look and the call', async () => {
    const { aws, backupArn, request } = await start(1000);
    before(aws, 'RestoreTableFromBackup', async () => {
      await aws.call('RestoreTableFromBackup', { TargetTableName: 'orders', BackupArn: backupArn });
      await aws.clock.run(aws.clock.now() + 5000);
    });
    const answer = await aws.ask({ ...request, target: { tableName: 'orders', tags: { team: 'x' } } });
    expect(answer.state).toBe('FAILED');
    expect(aws.calls).not.toContain('TagResource');
  });

  test('when ours is deleted and another takes its name while its settings are being put back', async () => {
    const { aws, request } = await start(1000);
    before(aws, 'TagResource', async () => {
      await deleteTable(aws, 'orders');
      await aws.call('CreateTable', table);
      await aws.clock.run(aws.clock.now() + 5000);
    });
    await aws.ask({
      ...request,
      target: {
        tableName: 'orders',
        tags: { team: 'shop' },
        pointInTimeRecovery: true,
        stream: { viewType: 'NEW_IMAGE' },
      },
    });
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ code: 'TableReplaced' });
    expect((await describeTable(aws, 'orders')).StreamSpecification).toBeUndefined();
    expect(aws.calls).not.toContain('UpdateContinuousBackups');
  });

  test('when ours is deleted while AWS makes it: the end says so', async () => {
    const { aws, request } = await start();
    await aws.ask(request);
    await aws.clock.run(aws.clock.now() + 400_000 - 110_000);
    aws.aws.intercept(async (call, perform) => {
      if (call.operation === 'DescribeTable' && call.input.TableName === 'orders') {
        await aws.call('DeleteTable', { TableName: 'orders' }).catch(() => {});
      }
      return perform();
    });
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed')).toHaveLength(1);
    expect(aws.factsOf('Restore Completed')).toHaveLength(0);
  });
});

describe('the result of a call without an answer', () => {
  test('is taken for ours: the table is not made twice, nor refused as another’s', async () => {
    const { aws, request } = await start();
    let lost = 0;
    aws.aws.intercept(async (call, perform) => {
      const answer = await perform();
      if (call.operation === 'RestoreTableFromBackup' && lost++ === 0) {
        throw Object.assign(new Error('no answer'), {
          name: 'InternalServerError',
          $metadata: { httpStatusCode: 500 },
        });
      }
      return answer;
    });
    await aws.ask(request);
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed').map(({ detail }) => detail.sentence)).toEqual([]);
    expect(aws.factsOf('Restore Completed')).toHaveLength(1);
    expect(await itemsOf(aws, 'orders')).toBe(3);
    expect(await tablesOf(aws)).toEqual(['orders']);
  });

  test('is told by what it was made from: another table that is there by then is not touched', async () => {
    const { aws, request } = await start();
    before(aws, 'RestoreTableFromBackup', async () => {
      await aws.call('CreateTable', table);
      await aws.clock.run(aws.clock.now() + 2000);
      throw new AwsError('InternalServerError', 'no answer', 500);
    });
    await aws.ask(request);
    await aws.untilEnded();
    expect(aws.factsOf('Restore Failed')[0]?.detail).toMatchObject({ code: 'TableAlreadyExists' });
    expect((await describeTable(aws, 'orders')).RestoreSummary).toBeUndefined();
  });

  test('may come late: when the backup is gone meanwhile, the end waits until nothing can appear any more', async () => {
    const { aws, backupArn, request } = await start();
    let calls = 0;
    aws.aws.intercept(async (call, perform) => {
      if (call.operation !== 'RestoreTableFromBackup') return perform();
      if (calls++ > 0) return perform();
      await aws.call('DeleteBackup', { BackupArn: backupArn });
      throw new AwsError('InternalServerError', 'no answer', 500);
    });
    const askedAt = aws.clock.now();
    await aws.ask(request);
    await aws.untilEnded();
    const [failed] = aws.factsOf('Restore Failed');
    expect(failed?.detail.code).toBe('BackupNotFoundException');
    expect((failed?.at ?? 0) - askedAt).toBeGreaterThan(420_000);
    expect(await tablesOf(aws)).toEqual([]);
  });
});
