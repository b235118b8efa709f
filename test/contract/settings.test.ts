import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

const tagsOf = async (arn: string): Promise<Record<string, string>> => {
  const { Tags = [] } = await dynamodb.listTagsOfResource({ ResourceArn: arn });
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
};

/** Tags are eventually consistent: up to 30 seconds by the API reference of TagResource. */
const whenTagged = (arn: string, tags: Record<string, string>) =>
  eventually(
    () => tagsOf(arn),
    (seen) => JSON.stringify(Object.entries(seen).sort()) === JSON.stringify(Object.entries(tags).sort()),
  );

rule('tags that are given when a table is made are listed', async () => {
  const { arn } = await makeTable({ Tags: [{ Key: 'team', Value: 'search' }] });
  await whenTagged(arn, { team: 'search' });
});

rule('a tag is added, written over and taken away', async () => {
  const { arn } = await makeTable({ Tags: [{ Key: 'stage', Value: 'test' }] });
  await dynamodb.tagResource({ ResourceArn: arn, Tags: [{ Key: 'team', Value: 'a' }] });
  await whenTagged(arn, { stage: 'test', team: 'a' });
  await dynamodb.tagResource({ ResourceArn: arn, Tags: [{ Key: 'team', Value: 'b' }] });
  await whenTagged(arn, { stage: 'test', team: 'b' });
  await dynamodb.untagResource({ ResourceArn: arn, TagKeys: ['stage', 'never-there'] });
  await whenTagged(arn, { team: 'b' });
});

rule('a table that does not exist has no tags to list', async () => {
  const { arn, name } = await makeTable();
  const other = arn.replace(name, newName());
  await expect(tagsOf(other)).rejects.toMatchObject({ name: /^(ResourceNotFound|AccessDenied)Exception$/ });
});

const timeToLive = (name: string, Enabled: boolean, AttributeName = 'expiresAt') =>
  dynamodb.updateTimeToLive({ TableName: name, TimeToLiveSpecification: { Enabled, AttributeName } });

rule('a table has no time to live at first', async () => {
  const { name } = await makeTable();
  const { TimeToLiveDescription } = await dynamodb.describeTimeToLive({ TableName: name });
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
});

rule('time to live is ENABLED under its attribute', async () => {
  const { name } = await makeTable();
  const { TimeToLiveSpecification } = await timeToLive(name, true);
  expect(TimeToLiveSpecification).toEqual({ Enabled: true, AttributeName: 'expiresAt' });
  const { TimeToLiveDescription } = await dynamodb.describeTimeToLive({ TableName: name });
  expect(TimeToLiveDescription?.TimeToLiveStatus).toMatch(/^ENABL(ING|ED)$/);
  expect(TimeToLiveDescription?.AttributeName).toBe('expiresAt');
});

rule('time to live changes once an hour', async () => {
  const { name } = await makeTable();
  await timeToLive(name, true);
  await eventually(
    () => dynamodb.describeTimeToLive({ TableName: name }),
    (seen) => seen.TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED',
  );
  await expect(timeToLive(name, false)).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Time to live has been modified multiple times within a fixed interval',
  });
});

rule('time to live that is off is not switched off', async () => {
  const { name } = await makeTable();
  await expect(timeToLive(name, false)).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'TimeToLive is already disabled',
  });
});

rule('time to live of a table that does not exist is a ResourceNotFoundException', async () => {
  const unknown = { name: 'ResourceNotFoundException' };
  await expect(dynamodb.describeTimeToLive({ TableName: newName() })).rejects.toMatchObject(unknown);
  await expect(timeToLive(newName(), true)).rejects.toMatchObject(unknown);
});

const pointInTime = async (name: string, days?: number) => {
  const { ContinuousBackupsDescription } = await dynamodb.updateContinuousBackups({
    TableName: name,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: true,
      ...(days !== undefined && { RecoveryPeriodInDays: days }),
    },
  });
  return ContinuousBackupsDescription;
};

rule('continuous backups are on from the start and point-in-time recovery is off', async () => {
  const { name } = await makeTable();
  const { ContinuousBackupsDescription } = await dynamodb.describeContinuousBackups({ TableName: name });
  expect(ContinuousBackupsDescription).toEqual({
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
  });
});

rule('point-in-time recovery reaches back 35 days and begins when it is switched on', async () => {
  const { name } = await makeTable();
  await eventually(
    () => pointInTime(name),
    () => true,
  );
  const { ContinuousBackupsDescription } = await dynamodb.describeContinuousBackups({ TableName: name });
  const description = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  expect(description).toMatchObject({ PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 });
  expect(description?.EarliestRestorableDateTime).toBeInstanceOf(Date);
  expect(description?.LatestRestorableDateTime).toBeInstanceOf(Date);
});

rule('point-in-time recovery can reach back less, down to a day', async () => {
  const { name } = await makeTable();
  const description = await eventually(
    () => pointInTime(name, 1),
    () => true,
  );
  expect(description?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays).toBe(1);
});

rule('point-in-time recovery reaches back neither 0 days nor 36', async () => {
  const { name } = await makeTable();
  await expect(pointInTime(name, 0)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(pointInTime(name, 36)).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('point-in-time recovery of a table that does not exist is a TableNotFoundException', async () => {
  const name = newName();
  const unknown = { name: 'TableNotFoundException', message: `Table not found: ${name}` };
  await expect(dynamodb.describeContinuousBackups({ TableName: name })).rejects.toMatchObject(unknown);
  await expect(pointInTime(name)).rejects.toMatchObject(unknown);
});

rule("the tags of another account's table are not for everybody to see", async () => {
  const { arn } = await makeTable();
  const theirs = arn.replace(/:\d{12}:/, ':000000000000:');
  await expect(dynamodb.listTagsOfResource({ ResourceArn: theirs })).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});
