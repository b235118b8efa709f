import type { RestoreTableToPointInTimeCommandInput } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { dynamodb, where } from './endpoint.ts';
import { deleteLater, makeTable, newName, tableWithStatus } from './made.ts';
import { eventually, rule } from './rule.ts';

async function recoverable() {
  const table = await makeTable();
  await dynamodb.putItem({ TableName: table.name, Item: { id: { S: 'a' } } });
  await eventually(
    () =>
      dynamodb.updateContinuousBackups({
        TableName: table.name,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    () => true,
  );
  return table;
}

const restore = (options: Partial<RestoreTableToPointInTimeCommandInput>) =>
  dynamodb.restoreTableToPointInTime({ TargetTableName: newName(), UseLatestRestorableTime: true, ...options });

// Twenty minutes and more at AWS, which is longer than a rule may take.
if (where !== 'aws') {
  rule('the latest point of a table becomes a new table, which says where it comes from', async () => {
    const { name, arn } = await recoverable();
    const TargetTableName = newName();
    const { TableDescription } = await restore({ SourceTableName: name, TargetTableName });
    deleteLater(TargetTableName);
    expect(TableDescription).toMatchObject({
      TableName: TargetTableName,
      TableStatus: 'CREATING',
      RestoreSummary: { SourceTableArn: arn, RestoreInProgress: true },
    });
    expect(TableDescription?.RestoreSummary?.SourceBackupArn).toBeUndefined();
    await tableWithStatus(TargetTableName, 'ACTIVE');
    const { Items } = await dynamodb.scan({ TableName: TargetTableName });
    expect(Items).toEqual([{ id: { S: 'a' } }]);
  });
}

rule('a table without point-in-time recovery has no points', async () => {
  const { name } = await makeTable();
  await expect(restore({ SourceTableName: name })).rejects.toMatchObject({
    name: 'PointInTimeRecoveryUnavailableException',
  });
});

rule('a table that does not exist has no points', async () => {
  await expect(restore({ SourceTableName: newName() })).rejects.toMatchObject({ name: 'TableNotFoundException' });
});

rule('an instant before the window is refused', async () => {
  const { name } = await recoverable();
  const RestoreDateTime = new Date(Date.now() - 40 * 86_400_000);
  await expect(
    restore({ SourceTableName: name, UseLatestRestorableTime: false, RestoreDateTime }),
  ).rejects.toMatchObject({ name: 'InvalidRestoreTimeException' });
});

rule('an instant that has not come is refused', async () => {
  const { name } = await recoverable();
  const RestoreDateTime = new Date(Date.now() + 3_600_000);
  await expect(
    restore({ SourceTableName: name, UseLatestRestorableTime: false, RestoreDateTime }),
  ).rejects.toMatchObject({ name: 'InvalidRestoreTimeException' });
});

rule('a point is not restored onto a table that is there', async () => {
  const { name } = await recoverable();
  await expect(restore({ SourceTableName: name, TargetTableName: name })).rejects.toMatchObject({
    name: 'TableAlreadyExistsException',
  });
});
