import type { RestoreTableFromBackupCommandInput } from '@aws-sdk/client-dynamodb';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { config, dynamodb } from './endpoint.ts';
import { createBackup, deleteLater, makeBackup, makeTable, newName, tableWithStatus } from './made.ts';
import { eventually, rule } from './rule.ts';

const provisioned = (units: number) => ({ ReadCapacityUnits: units, WriteCapacityUnits: units });
const byTeam = {
  IndexName: 'by-team',
  KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};

/** A table with an index, an item and settings that a restore loses; a backup of it. */
async function makeSource(options: Parameters<typeof makeTable>[0] = {}) {
  const source = await makeTable({
    AttributeDefinitions: ['id', 'team'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    GlobalSecondaryIndexes: [byTeam],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    Tags: [{ Key: 'team', Value: 'search' }],
    ...options,
  });
  await dynamodb.putItem({ TableName: source.name, Item: { id: { S: 'a' }, team: { S: 'red' } } });
  return { ...source, backup: await makeBackup(source.name) };
}

/** Asks for a restore that nobody must clean up after. */
async function restore(
  BackupArn: string,
  options: Omit<RestoreTableFromBackupCommandInput, 'BackupArn' | 'TargetTableName'> = {},
  TargetTableName = newName(),
) {
  const { TableDescription } = await dynamodb.restoreTableFromBackup({ TargetTableName, BackupArn, ...options });
  deleteLater(TargetTableName);
  return { name: TargetTableName, description: TableDescription ?? {} };
}

rule('a restore answers with a table that is CREATING and says where it comes from', async () => {
  const { backup, arn, id } = await makeSource();
  const { name, description } = await restore(backup);
  expect(description).toMatchObject({
    TableName: name,
    TableStatus: 'CREATING',
    RestoreSummary: { SourceBackupArn: backup, SourceTableArn: arn, RestoreInProgress: true },
  });
  expect(description.RestoreSummary?.RestoreDateTime).toBeInstanceOf(Date);
  expect(description.TableId).not.toBe(id);
});

rule('a restored table is ACTIVE in the end, with the items and indexes of the backup', async () => {
  const { name: source, backup } = await makeSource();
  await dynamodb.putItem({ TableName: source, Item: { id: { S: 'later' } } });
  const { name } = await restore(backup);
  const table = await tableWithStatus(name, 'ACTIVE');
  expect(table.RestoreSummary).toMatchObject({ SourceBackupArn: backup, RestoreInProgress: false });
  expect(table.GlobalSecondaryIndexes).toMatchObject([{ ...byTeam, IndexStatus: 'ACTIVE' }]);
  const { Items } = await dynamodb.scan({ TableName: name, ConsistentRead: true });
  expect(Items).toEqual([{ id: { S: 'a' }, team: { S: 'red' } }]);
});

rule('tags, stream and protection are lost, and the class is STANDARD', async () => {
  const { backup } = await makeSource({ DeletionProtectionEnabled: true, TableClass: 'STANDARD_INFREQUENT_ACCESS' });
  const { name } = await restore(backup);
  const table = await tableWithStatus(name, 'ACTIVE');
  expect(table.DeletionProtectionEnabled).toBe(false);
  expect(table.StreamSpecification).toBeUndefined();
  expect(table.TableClassSummary?.TableClass ?? 'STANDARD').toBe('STANDARD');
  const { Tags } = await dynamodb.listTagsOfResource({ ResourceArn: table.TableArn });
  expect(Tags).toEqual([]);
});

rule('an index can be left out, and billing can be another', async () => {
  const { backup } = await makeSource();
  const { name } = await restore(backup, {
    BillingModeOverride: 'PROVISIONED',
    ProvisionedThroughputOverride: provisioned(2),
    GlobalSecondaryIndexOverride: [],
  });
  const table = await tableWithStatus(name, 'ACTIVE');
  expect(table.GlobalSecondaryIndexes ?? []).toEqual([]);
  expect(table.ProvisionedThroughput).toMatchObject(provisioned(2));
});

rule('an index that the backup does not have is refused', async () => {
  const { backup } = await makeSource();
  const GlobalSecondaryIndexOverride = [{ ...byTeam, IndexName: 'by-city' }];
  await expect(restore(backup, { GlobalSecondaryIndexOverride })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

rule('capacity for a table on demand is refused', async () => {
  const { backup } = await makeSource();
  await expect(restore(backup, { ProvisionedThroughputOverride: provisioned(1) })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

rule('a restore never overwrites: a name that is taken is refused', async () => {
  const { name, backup } = await makeSource();
  await expect(restore(backup, {}, name)).rejects.toMatchObject({
    name: 'TableAlreadyExistsException',
    message: `Table already exists: ${name}`,
  });
});

rule('a name that is being restored is taken, too', async () => {
  const { backup } = await makeSource();
  const { name } = await restore(backup);
  await expect(restore(backup, {}, name)).rejects.toMatchObject({
    name: expect.stringMatching(/^Table(InUse|AlreadyExists)Exception$/),
  });
});

rule('a backup that is being made is not restored', async () => {
  const { name } = await makeSource();
  const { BackupArn } = await createBackup(name);
  await expect(restore(BackupArn)).rejects.toMatchObject({ name: 'BackupInUseException' });
});

rule('a backup that does not exist is not restored', async () => {
  const { backup } = await makeSource();
  const other = backup.replace(/.{8}$/, '00000001');
  await expect(restore(other)).rejects.toMatchObject({
    name: 'BackupNotFoundException',
    message: `Backup not found: ${other}`,
  });
});

rule("a backup comes back in another Region, which is called with the backup's ARN and an encryption", async () => {
  const { backup } = await makeSource();
  const region = config.region === 'eu-west-1' ? 'eu-north-1' : 'eu-west-1';
  const elsewhere = new DynamoDB({ ...config, region });
  const asked = { TargetTableName: newName(), BackupArn: backup };
  const SSESpecificationOverride = { Enabled: true, SSEType: 'KMS' as const };
  const { TableDescription } = await elsewhere.restoreTableFromBackup({ ...asked, SSESpecificationOverride });
  expect(TableDescription?.TableArn).toContain(`:dynamodb:${region}:`);
  await eventually(
    () => elsewhere.deleteTable({ TableName: asked.TargetTableName }),
    () => true,
  );
});
