import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import {
  createBackup,
  createTable,
  dropTable,
  makeBackup,
  makeTable,
  newName,
  tableWithStatus,
  whenAvailable,
} from './made.ts';
import { eventually, rule } from './rule.ts';

rule('CreateBackup answers at once with CREATING, and the backup is AVAILABLE later', async () => {
  const { name } = await makeTable();
  const backupName = newName();
  const backup = await createBackup(name, backupName);
  expect(backup).toMatchObject({ BackupName: backupName, BackupStatus: 'CREATING', BackupType: 'USER' });
  expect(backup.BackupCreationDateTime).toBeInstanceOf(Date);
  const available = await whenAvailable(backup.BackupArn);
  expect(available).toMatchObject({ BackupArn: backup.BackupArn, BackupName: backupName, BackupType: 'USER' });
  expect(available.BackupCreationDateTime).toEqual(backup.BackupCreationDateTime);
});

rule('an on-demand backup never expires by itself', async () => {
  const { name } = await makeTable();
  const { BackupExpiryDateTime } = await whenAvailable((await createBackup(name)).BackupArn);
  expect(BackupExpiryDateTime).toBeUndefined();
});

rule("a backup's ARN is its table's, with its time in milliseconds and eight hexadecimal digits", async () => {
  const { name, arn } = await makeTable();
  const { BackupArn, BackupCreationDateTime } = await createBackup(name);
  const [, id = ''] = BackupArn.split(`${arn}/backup/`);
  expect(id).toMatch(/^0\d{13}-[0-9a-f]{8}$/);
  expect(Math.abs(Number(id.slice(0, 14)) - Number(BackupCreationDateTime))).toBeLessThan(2000);
});

rule('a backup says of which table it is, by TableId too', async () => {
  const { name, arn, id } = await makeTable();
  const { BackupDescription } = await dynamodb.describeBackup({ BackupArn: await makeBackup(name) });
  expect(BackupDescription?.SourceTableDetails).toMatchObject({
    TableName: name,
    TableArn: arn,
    TableId: id,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});

rule('a backup remembers indexes, stream and time to live', async () => {
  const { name } = await makeTable({
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'team', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-team',
        KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  await dynamodb.updateTimeToLive({
    TableName: name,
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
  });
  const { BackupDescription } = await dynamodb.describeBackup({ BackupArn: await makeBackup(name) });
  expect(BackupDescription?.SourceTableFeatureDetails).toMatchObject({
    GlobalSecondaryIndexes: [{ IndexName: 'by-team', Projection: { ProjectionType: 'KEYS_ONLY' } }],
    StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    TimeToLiveDescription: { AttributeName: 'expiresAt' },
  });
});

rule('two backups may have one name', async () => {
  const { name } = await makeTable();
  const first = await makeBackup(name, 'same.name');
  const second = await makeBackup(name, 'same.name');
  expect(second).not.toBe(first);
});

rule('a deleted backup is answered as DELETED and is unknown from then on', async () => {
  const { name } = await makeTable();
  const arn = await makeBackup(name);
  const { BackupDescription } = await dynamodb.deleteBackup({ BackupArn: arn });
  expect(BackupDescription?.BackupDetails).toMatchObject({ BackupArn: arn, BackupStatus: 'DELETED' });
  await eventually(
    () => dynamodb.describeBackup({ BackupArn: arn }).catch((error: Error) => error.name),
    (seen) => seen === 'BackupNotFoundException',
  );
  await expect(dynamodb.deleteBackup({ BackupArn: arn })).rejects.toMatchObject({ name: 'BackupNotFoundException' });
});

rule('a backup outlives its table', async () => {
  const { name, id } = await makeTable();
  const arn = await makeBackup(name);
  await dropTable(name);
  const { BackupDescription } = await dynamodb.describeBackup({ BackupArn: arn });
  expect(BackupDescription?.BackupDetails?.BackupStatus).toBe('AVAILABLE');
  expect(BackupDescription?.SourceTableDetails?.TableId).toBe(id);
});

rule('a backup that is being made cannot be deleted', async () => {
  const { name } = await makeTable();
  const { BackupArn } = await createBackup(name);
  await expect(dynamodb.deleteBackup({ BackupArn })).rejects.toMatchObject({ name: 'BackupInUseException' });
});

rule('a table cannot be deleted while a backup of it is being made', async () => {
  const { name } = await makeTable();
  const { BackupArn } = await createBackup(name);
  await expect(dynamodb.deleteTable({ TableName: name })).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await whenAvailable(BackupArn);
  await dropTable(name);
});

rule('a table that is being made or deleted is not backed up', async () => {
  const { TableName = '' } = await createTable();
  const backup = () => dynamodb.createBackup({ TableName, BackupName: newName() });
  const refused = { name: expect.stringMatching(/^Table(InUse|NotFound)Exception$/) };
  await expect(backup()).rejects.toMatchObject(refused);
  await tableWithStatus(TableName, 'ACTIVE');
  await dynamodb.deleteTable({ TableName });
  await expect(backup()).rejects.toMatchObject(refused);
});

rule('a table that does not exist is not backed up', async () => {
  const name = newName();
  await expect(dynamodb.createBackup({ TableName: name, BackupName: newName() })).rejects.toMatchObject({
    name: 'TableNotFoundException',
    message: `Table not found: ${name}`,
  });
});

rule('a backup that does not exist is neither described nor deleted', async () => {
  const { arn } = await makeTable();
  const BackupArn = `${arn}/backup/01548244522000-0000beef`;
  const unknown = { name: 'BackupNotFoundException', message: `Backup not found: ${BackupArn}` };
  await expect(dynamodb.describeBackup({ BackupArn })).rejects.toMatchObject(unknown);
  await expect(dynamodb.deleteBackup({ BackupArn })).rejects.toMatchObject(unknown);
});

for (const [what, name] of [
  ['2 characters', 'ab'],
  ['256 characters', 'a'.repeat(256)],
  ['a colon', 'nightly:today'],
  ['a space', 'nightly today'],
] as const) {
  rule(`a backup's name with ${what} is refused`, async () => {
    const table = await makeTable();
    await expect(dynamodb.createBackup({ TableName: table.name, BackupName: name })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
}

for (const [what, name] of [
  ['3 characters', 'a.b'],
  ['255 characters', 'a'.repeat(255)],
  ['letters, digits, dots, dashes and underscores', 'Az09._-'],
] as const) {
  rule(`a backup's name may have ${what}`, async () => {
    const table = await makeTable();
    expect((await createBackup(table.name, name)).BackupName).toBe(name);
  });
}
