import type { BackupSummary, ListBackupsCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect } from 'vitest';
import { dynamodb, patience } from './endpoint.ts';
import { createBackup, dropTable, makeBackup, makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

const list = async (input: ListBackupsCommandInput): Promise<BackupSummary[]> =>
  (await dynamodb.listBackups(input)).BackupSummaries ?? [];

/** Follows the pages to their end; the sizes of all pages, and what was on them. */
async function pages(input: ListBackupsCommandInput): Promise<{ sizes: number[]; arns: string[] }> {
  const sizes: number[] = [];
  const arns: string[] = [];
  let start: string | undefined;
  do {
    const page = await dynamodb.listBackups({
      ...input,
      ...(start !== undefined && { ExclusiveStartBackupArn: start }),
    });
    const summaries = page.BackupSummaries ?? [];
    sizes.push(summaries.length);
    arns.push(...summaries.map(({ BackupArn = '' }) => BackupArn));
    start = page.LastEvaluatedBackupArn;
  } while (start !== undefined);
  return { sizes, arns };
}

describe('four backups of one table', () => {
  let table: { name: string; arn: string; id: string };
  const made: BackupSummary[] = [];

  beforeAll(async () => {
    table = await makeTable();
    for (let count = 0; count < 4; count++) {
      const BackupArn = await makeBackup(table.name);
      const { BackupDescription } = await dynamodb.describeBackup({ BackupArn });
      made.push({ ...BackupDescription?.BackupDetails } as BackupSummary);
    }
    await eventually(
      () => list({ TableName: table.name }),
      (seen) => seen.length === 4,
    );
  }, patience.testMs * 2);

  const arnsOf = (backups: BackupSummary[]) => backups.map(({ BackupArn = '' }) => BackupArn).sort();

  rule('a summary has what a backup is told apart by', async () => {
    const [summary] = await list({ TableName: table.name, Limit: 1 });
    expect(summary).toMatchObject({
      TableName: table.name,
      TableId: table.id,
      TableArn: table.arn,
      BackupStatus: 'AVAILABLE',
      BackupType: 'USER',
    });
    expect(made.map(({ BackupName }) => BackupName)).toContain(summary?.BackupName);
    expect(summary?.BackupCreationDateTime).toBeInstanceOf(Date);
  });

  for (const limit of [1, 2, 3, 4, 5, 100]) {
    rule(`pages of ${limit} give all four backups, each once, and no page is larger`, async () => {
      const { sizes, arns } = await pages({ TableName: table.name, Limit: limit });
      expect(arns.sort()).toEqual(arnsOf(made));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
    });
  }

  rule('a page that is not the last says where to go on', async () => {
    const page = await dynamodb.listBackups({ TableName: table.name, Limit: 3 });
    expect(page.BackupSummaries).toHaveLength(3);
    expect(page.LastEvaluatedBackupArn).toBe(page.BackupSummaries?.[2]?.BackupArn);
  });

  rule('the list goes on after a backup that was deleted in between', async () => {
    const other = await makeTable();
    for (let count = 0; count < 3; count++) await makeBackup(other.name);
    const input = { TableName: other.name, Limit: 1 };
    const { LastEvaluatedBackupArn = '' } = await eventually(
      () => dynamodb.listBackups(input),
      (seen) => seen.LastEvaluatedBackupArn !== undefined,
    );
    await dynamodb.deleteBackup({ BackupArn: LastEvaluatedBackupArn });
    const rest = await list({ TableName: other.name, ExclusiveStartBackupArn: LastEvaluatedBackupArn });
    expect(rest).toHaveLength(2);
  });

  rule('a time window includes its lower bound', async () => {
    const [, , third] = made;
    const seen = await list({ TableName: table.name, TimeRangeLowerBound: third?.BackupCreationDateTime });
    expect(arnsOf(seen)).toEqual(arnsOf(made.slice(2)));
  });

  rule('a time window excludes its upper bound', async () => {
    const [, , third] = made;
    const seen = await list({ TableName: table.name, TimeRangeUpperBound: third?.BackupCreationDateTime });
    expect(arnsOf(seen)).toEqual(arnsOf(made.slice(0, 2)));
  });

  rule('a time window has both bounds', async () => {
    const [, second, third] = made;
    const seen = await list({
      TableName: table.name,
      TimeRangeLowerBound: second?.BackupCreationDateTime,
      TimeRangeUpperBound: third?.BackupCreationDateTime,
    });
    expect(arnsOf(seen)).toEqual(arnsOf(made.slice(1, 2)));
  });

  rule('without a table, backups of all tables are listed', async () => {
    const other = await makeTable();
    const arn = await makeBackup(other.name);
    const { arns } = await pages({ TimeRangeLowerBound: made[3]?.BackupCreationDateTime });
    expect(arns).toContain(arn);
    expect(arns).toContain(made[3]?.BackupArn);
  });

  for (const limit of [0, 101]) {
    rule(`a page of ${limit} is refused`, async () => {
      await expect(list({ TableName: table.name, Limit: limit })).rejects.toMatchObject({
        name: 'ValidationException',
      });
    });
  }
});

rule('a page that asks for no size holds 100 backups, and the 101st comes on the next', async () => {
  const { name } = await makeTable();
  for (let count = 0; count < 101; count++) await createBackup(name);
  const { sizes, arns } = await eventually(
    () => pages({ TableName: name }),
    (seen) => seen.arns.length === 101,
  );
  expect(sizes[0]).toBe(100);
  expect(new Set(arns).size).toBe(101);
});

rule('a table without backups, or one that never was, has an empty list', async () => {
  const { name } = await makeTable();
  expect(await pages({ TableName: name })).toEqual({ sizes: [0], arns: [] });
  expect(await pages({ TableName: newName() })).toEqual({ sizes: [0], arns: [] });
});

rule('a deleted backup is not listed any more', async () => {
  const { name } = await makeTable();
  await dynamodb.deleteBackup({ BackupArn: await makeBackup(name) });
  await eventually(
    () => list({ TableName: name }),
    (seen) => seen.length === 0,
  );
});

rule('a table with point-in-time recovery leaves a SYSTEM backup of 35 days, which nobody deletes', async () => {
  const { name, id } = await makeTable();
  await eventually(
    () =>
      dynamodb.updateContinuousBackups({
        TableName: name,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    () => true,
  );
  await dropTable(name);
  const [system] = await eventually(
    () => list({ TableName: name, BackupType: 'SYSTEM' }),
    (seen) => seen.length === 1,
  );
  expect(system).toMatchObject({ BackupName: `${name}$DeletedTableBackup`, BackupType: 'SYSTEM', TableId: id });
  const days = (Number(system?.BackupExpiryDateTime) - Number(system?.BackupCreationDateTime)) / 86_400_000;
  expect(days).toBeCloseTo(35, 0);
  expect(await list({ TableName: name })).toEqual([]);
  expect(await list({ TableName: name, BackupType: 'ALL' })).toHaveLength(1);
  const remove = dynamodb.deleteBackup({ BackupArn: system?.BackupArn });
  await expect(remove).rejects.toMatchObject({ name: 'ValidationException' });
});

rule('a table without point-in-time recovery leaves no SYSTEM backup', async () => {
  const { name } = await makeTable();
  await dropTable(name);
  expect(await list({ TableName: name, BackupType: 'ALL' })).toEqual([]);
});
