import type { Options } from '../../local/dynamodb/options.ts';
import { listen } from '../../local/http.ts';
import { createWholeAws, type WholeAws } from '../../local/services.ts';

/** Long enough that a rule's first look comes before the end, short enough to be waited for. */
const changeMs = 200;

const account = '123456789012';

const readStreams = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
  (name) => `dynamodb:${name}`,
);

/** Rates have rules of their own; here they are out of the way. */
const limited = ['CreateBackup', 'DeleteBackup', 'DescribeBackup', 'ListBackups', 'DescribeTimeToLive'].concat(
  ['DescribeContinuousBackups', 'UpdateContinuousBackups'],
  ['ListTagsOfResource', 'TagResource', 'UntagResource', 'RestoreTableFromBackup', 'RestoreTableToPointInTime'],
);

/** An AWS of its own on a free port, by the real clock, whose changes are quick. */
export async function startLocal(
  options: Options = {},
): Promise<{ aws: WholeAws; url: string; close(): Promise<void> }> {
  const aws = createWholeAws({
    account,
    kinesis: { changeMs },
    lambda: { mappingMs: changeMs },
    dynamodb: {
      backupMs: () => changeMs,
      createTableMs: changeMs,
      updateTableMs: changeMs,
      deleteTableMs: changeMs,
      continuousBackupsMs: 0,
      restoreMs: () => changeMs,
      restoreHiddenMs: () => 0,
      exportMs: () => changeMs,
      importMs: () => changeMs,
      settingMs: changeMs,
      replicaMs: changeMs,
      rates: Object.fromEntries(limited.map((operation) => [operation, { perSecond: 1000, burst: 1000 }])),
      ...options,
    },
  });
  const Principal = { AWS: `arn:aws:iam::${account}:root`, Service: 'scheduler.amazonaws.com' };
  const trust = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } };
  aws.iam.putRole({ account, name: 'tablekeep-contract', trust });
  aws.iam.putRole({
    account,
    name: 'tablekeep-contract-reader',
    trust: { ...trust, Statement: { ...trust.Statement, Principal: { Service: 'lambda.amazonaws.com' } } },
    policies: { streams: { ...trust, Statement: { Effect: 'Allow', Action: readStreams, Resource: '*' } } },
  });
  return { aws, ...(await listen(aws, 0)) };
}
