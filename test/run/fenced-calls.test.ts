import { afterEach, beforeEach, expect, test } from 'vitest';
import type { World } from '../../shared/world.ts';
import { done } from '../support/done.ts';
import { hub, type Local, local } from '../support/world.ts';

let here: Local;
beforeEach(async () => {
  here = await local();
  await here.clock.run(here.clock.now() + 5000);
});
afterEach(() => here.close());

const tableArn = `arn:aws:dynamodb:us-east-1:${hub.account}:table/orders`;
const backupArn = `${tableArn}/backup/01489602797149-73d8d5bc`;
const item = { id: { S: 'a' } };

const calls: Record<string, (world: World, notAfter: number) => Promise<unknown>> = {
  CreateBackup: ({ dynamodb }, at) => dynamodb(hub, 'backup').createBackup('orders', 'a-backup', at),
  DeleteBackup: ({ dynamodb }, at) => dynamodb(hub, 'retain').deleteBackup(backupArn, at),
  RestoreTableFromBackup({ restores }, at) {
    const input = { TargetTableName: 'copy', BackupArn: backupArn };
    return restores(hub).start({ operation: 'RestoreTableFromBackup', input }, at);
  },
  RestoreTableToPointInTime({ restores }, at) {
    const input = { TargetTableName: 'copy', SourceTableArn: tableArn };
    return restores(hub).start({ operation: 'RestoreTableToPointInTime', at: 0, input }, at);
  },
  ExportTableToPointInTime({ exports }, at) {
    const call = { input: { TableArn: tableArn, S3Bucket: 'archive', ClientToken: 'a' } };
    return exports(hub).start(call as never, at);
  },
  ImportTable: ({ imports }, at) => imports(hub).make({ operation: 'ImportTable', input: {} } as never, at),
  CreateTable: ({ imports }, at) => imports(hub).make({ operation: 'CreateTable', input: {} } as never, at),
  BatchWriteItem: ({ imports }, at) => imports(hub).write('orders', [{ put: item }] as never, at),
  PutResourcePolicy: ({ imports }, at) => imports(hub).putPolicy(tableArn, '{}', at),
};

test.each(Object.entries(calls))('%s does not leave when it is signed too late', async (operation, call) => {
  const called: string[] = [];
  here.aws.onCall(({ call }) => called.push(call.operation));
  const late = done(here, call(here.world().world, here.clock.now() - 1000));
  await expect(late).rejects.toMatchObject({ name: 'FencedError' });
  expect(called).not.toContain(operation);
});
