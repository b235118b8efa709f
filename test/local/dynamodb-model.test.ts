import { expect, test } from 'vitest';
import { errorType } from '../../local/dynamodb/errors.ts';
import { outputMembers, validate } from '../../local/dynamodb/model.ts';
import { AwsError } from '../../local/service.ts';
import { makeBackup, makeTable, startLocal } from './dynamodb-local.ts';

function refusal(operation: string, input: Record<string, unknown>): string {
  try {
    validate(operation, input);
    return 'accepted';
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const arn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/01769824800000-0000beef';
const violated = (...violations: string[]) =>
  `ValidationException: ${violations.length} validation error${violations.length > 1 ? 's' : ''} detected: ${violations.join('; ')}`;

test.each([
  ['CreateBackup', { TableName: 'orders', BackupName: 'abc' }, 'accepted'],
  ['CreateBackup', { TableName: 'orders', BackupName: 'a'.repeat(255) }, 'accepted'],
  ['CreateBackup', { TableName: 'orders', BackupName: 'abc', Unknown: 1 }, 'accepted'],
  [
    'CreateBackup',
    { TableName: 'orders', BackupName: 'ab' },
    violated(
      "Value 'ab' at 'backupName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ),
  ],
  [
    'CreateBackup',
    { TableName: 'orders', BackupName: ':' },
    violated(
      "Value ':' at 'backupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
      "Value ':' at 'backupName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ),
  ],
  [
    'CreateBackup',
    { TableName: 'orders' },
    violated("Value null at 'backupName' failed to satisfy constraint: Member must not be null"),
  ],
  [
    'CreateBackup',
    { TableName: 'orders', BackupName: null },
    violated("Value null at 'backupName' failed to satisfy constraint: Member must not be null"),
  ],
  [
    'CreateBackup',
    { TableName: 'a/', BackupName: 'abc' },
    violated(
      "Value 'a/' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
      "Value 'a/' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ),
  ],
  [
    'CreateBackup',
    { BackupName: 'abc' },
    violated("Value null at 'tableName' failed to satisfy constraint: Member must not be null"),
  ],
  ['CreateBackup', { TableName: arn, BackupName: 'abc' }, 'accepted'],
  [
    'DescribeTable',
    {},
    "ValidationException: The parameter 'TableName' is required but was not present in the request",
  ],
  [
    'DescribeTable',
    { TableName: 'ab' },
    'ValidationException: TableName must be at least 3 characters long and at most 255 characters long',
  ],
  [
    'DescribeTable',
    { TableName: 'a b c' },
    violated(
      "Value 'a b c' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ),
  ],
  ['ListBackups', { TimeRangeLowerBound: 1769824800.5, Limit: 100, ExclusiveStartBackupArn: arn }, 'accepted'],
  [
    'ListBackups',
    { Limit: 0, BackupType: 'MINE' },
    violated(
      "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
      "Value 'MINE' at 'backupType' failed to satisfy constraint: Member must satisfy enum value set: [USER, SYSTEM, AWS_BACKUP, ALL]",
    ),
  ],
  [
    'ListBackups',
    { Limit: 101 },
    violated("Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"),
  ],
  [
    'UpdateContinuousBackups',
    { TableName: 'orders', PointInTimeRecoverySpecification: { RecoveryPeriodInDays: 36 } },
    violated(
      "Value null at 'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled' failed to satisfy constraint: Member must not be null",
      "Value '36' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value less than or equal to 35",
    ),
  ],
  [
    'CreateTable',
    { TableName: 'orders', KeySchema: [{ AttributeName: 'id', KeyType: 'FIRST' }] },
    violated(
      "Value 'FIRST' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]",
    ),
  ],
  [
    'CreateBackup',
    { TableName: 'orders', BackupName: 5 },
    'SerializationException: NUMBER_VALUE cannot be converted to String',
  ],
  ['ListBackups', { Limit: '5' }, 'SerializationException: STRING_VALUE cannot be converted to Integer'],
  ['ListBackups', { Limit: [5] }, 'SerializationException: Unrecognized collection type class java.lang.Integer'],
  ['CreateTable', { TableName: 'orders', KeySchema: 'id' }, 'SerializationException: Unexpected field type'],
  [
    'CreateTable',
    { TableName: 'orders', KeySchema: {} },
    'SerializationException: Start of structure or map found where not expected',
  ],
  [
    'CreateTable',
    { TableName: 'orders', KeySchema: ['id'] },
    'SerializationException: Unexpected value type in payload',
  ],
])('%s of %j: %s', (operation, input, expected) => {
  expect(refusal(operation, input)).toBe(expected);
});

test('at most ten violations are counted', () => {
  const Tags = Array.from({ length: 12 }, () => ({ Key: 'a'.repeat(129), Value: '1' }));
  expect(refusal('TagResource', { ResourceArn: arn, Tags })).toMatch(
    /^ValidationException: 10 validation errors detected: /,
  );
});

test.each([
  ['BackupNotFoundException', 'com.amazonaws.dynamodb.v20120810#BackupNotFoundException'],
  ['LimitExceededException', 'com.amazonaws.dynamodb.v20120810#LimitExceededException'],
  ['ConditionalCheckFailedException', 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'],
  ['ValidationException', 'com.amazon.coral.validate#ValidationException'],
  ['ThrottlingException', 'com.amazon.coral.availability#ThrottlingException'],
  ['UnknownOperationException', 'com.amazon.coral.service#UnknownOperationException'],
  ['AccessDeniedException', 'com.amazon.coral.service#AccessDeniedException'],
])('%s is written as %s', (code, type) => {
  expect(errorType(code)).toBe(type);
});

test('answers have no members that the API model does not know', async () => {
  const local = startLocal();
  const seen: string[] = [];
  local.aws.intercept(async ({ operation }, perform) => {
    const answer = (await perform()) as object | undefined;
    const unknown = Object.keys(answer ?? {}).filter((member) => !outputMembers(operation).includes(member));
    seen.push(operation, ...unknown.map((member) => `${operation}.${member}`));
    return answer;
  });
  await makeTable(local, 'orders');
  const TableName = 'orders';
  const BackupArn = await makeBackup(local, TableName);
  await local.pass(10_000);
  const ResourceArn = BackupArn.split('/backup/')[0];
  await local.client.describeTable({ TableName });
  await local.client.updateTable({ TableName, DeletionProtectionEnabled: false });
  await local.client.listTables({});
  await local.client.tagResource({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] });
  await local.client.listTagsOfResource({ ResourceArn });
  await local.client.untagResource({ ResourceArn, TagKeys: ['a'] });
  await local.client.updateTimeToLive({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'at' } });
  await local.client.describeTimeToLive({ TableName });
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await local.client.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification });
  await local.client.describeContinuousBackups({ TableName });
  await local.client.describeBackup({ BackupArn });
  await local.client.listBackups({});
  await local.client.putItem({ TableName, Item: { id: { S: 'a' } } });
  await local.client.getItem({ TableName, Key: { id: { S: 'a' } } });
  await local.client.batchGetItem({ RequestItems: { orders: { Keys: [{ id: { S: 'a' } }] } } });
  await local.client.scan({ TableName });
  await local.client.restoreTableFromBackup({ TargetTableName: 'again', BackupArn });
  await local.client.restoreTableToPointInTime({
    SourceTableName: TableName,
    TargetTableName: 'then',
    UseLatestRestorableTime: true,
  });
  const Kinesis = { TableName, StreamArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/changes' };
  await local.client.enableKinesisStreamingDestination(Kinesis);
  await local.client.describeKinesisStreamingDestination({ TableName });
  await local.client.updateContributorInsights({ TableName, ContributorInsightsAction: 'ENABLE' });
  await local.client.describeContributorInsights({ TableName });
  await local.client.listContributorInsights({});
  const { RevisionId } = await local.client.putResourcePolicy({ ResourceArn, Policy: '{"Statement":[]}' });
  await local.client.getResourcePolicy({ ResourceArn });
  await local.client.deleteResourcePolicy({ ResourceArn, ...(RevisionId && { ExpectedRevisionId: RevisionId }) });
  await local.client.describeLimits({});
  await local.client.describeEndpoints({});
  await local.pass(86_400_000);
  await local.client.deleteBackup({ BackupArn });
  await local.client.deleteTable({ TableName });
  expect(seen.filter((name) => name.includes('.'))).toEqual([]);
  expect(seen).toHaveLength(32);
});
