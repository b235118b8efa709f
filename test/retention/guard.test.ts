import { expect, test } from 'vitest';
import { confirmAtAws, worthListing } from '../../shared/retention/guard.ts';
import type { Backup } from '../../shared/run.ts';
import type { BackupSummary, DynamoDb, World } from '../../shared/world.ts';

type Status = BackupSummary['status'];

const target = { account: '123456789012', region: 'us-east-1' };

const backups: Backup[] = Array.from({ length: worthListing }, (_, n) => ({
  ...{ target, plan: 'nightly', stamp: '20260131T020000Z', tableId: `table-${n}`, tableName: `orders-${n}` },
  ...{ state: 'AVAILABLE', attempt: 1, backupArn: `arn-${n}`, createdAt: Date.UTC(2026, 0, 31, 2) },
}));

const summary = ({ backupArn = '' }: Backup, status: Status): BackupSummary => ({
  ...{ backupArn, status, backupName: '', tableName: '', tableId: '', createdAt: 0 },
});

/** AWS lists all of them as AVAILABLE but the first, which is described when it is asked for. */
async function firstIs(listed: Status | undefined, described: Status | undefined) {
  const [first, ...others] = backups as [Backup, ...Backup[]];
  const asked: string[] = [];
  const dynamodb: Partial<DynamoDb> = {
    listBackups: async () => ({
      backups: [
        ...(listed === undefined ? [] : [summary(first, listed)]),
        ...others.map((one) => summary(one, 'AVAILABLE')),
      ],
    }),
    describeBackup: async (arn) => {
      asked.push(arn);
      return described === undefined ? undefined : summary(first, described);
    },
  };
  const quotas = { pace: async (_of: unknown, _operation: unknown, call: () => unknown) => call() };
  const { there, missing } = await confirmAtAws(
    { dynamodb: () => dynamodb, quotas } as unknown as World,
    target,
    backups,
  );
  expect(others.every((one) => there.has(one))).toBe(true);
  return { asked, found: there.has(first) ? 'there' : missing.includes(first) ? 'missing' : 'neither' };
}

test.each<[Status | undefined, Status | undefined, string, string[]]>([
  ['AVAILABLE', 'AVAILABLE', 'there', []],
  ['CREATING', 'CREATING', 'neither', ['arn-0']],
  ['CREATING', 'AVAILABLE', 'there', ['arn-0']],
  [undefined, 'AVAILABLE', 'there', ['arn-0']],
  [undefined, 'DELETED', 'missing', ['arn-0']],
  [undefined, undefined, 'missing', ['arn-0']],
])('a backup that is listed as %s and described as %s is %s', async (listed, described, found, asked) => {
  expect(await firstIs(listed, described)).toEqual({ found, asked });
});
