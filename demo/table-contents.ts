import {
  type AttributeValue,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetResourcePolicyCommand,
  ListTagsOfResourceCommand,
  PutResourcePolicyCommand,
  paginateScan,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

const policy = (arn: string, account: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'readers',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'dynamodb:GetItem',
        Resource: arn,
      },
    ],
  });

/** Gives a table what a restore of DynamoDB's loses: a setting of each kind that needs no other service. */
export async function furnish(client: DynamoDBClient, TableName: string, account: string): Promise<void> {
  const settled = () => waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { TableName });
  const changes = [
    { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const } },
    { TableClass: 'STANDARD_INFREQUENT_ACCESS' as const },
    { DeletionProtectionEnabled: true },
  ];
  for (const change of changes) {
    await client.send(new UpdateTableCommand({ TableName, ...change }));
    await settled();
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const arn = Table?.TableArn ?? '';
  await client.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'team', Value: 'archive' }] }));
  await client.send(
    new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' } }),
  );
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 14 },
    }),
  );
  await client.send(new UpdateContributorInsightsCommand({ TableName, ContributorInsightsAction: 'ENABLE' }));
  await client.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy: policy(arn, account) }));
}

/** What can be said of a table's settings, each by its name, read from AWS and not from Tablekeep. */
export async function settingsOf(client: DynamoDBClient, TableName: string): Promise<Map<string, string>> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const ResourceArn = Table?.TableArn ?? '';
  const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
  const { ContributorInsightsStatus } = await client.send(new DescribeContributorInsightsCommand({ TableName }));
  const { Policy } = await client
    .send(new GetResourcePolicyCommand({ ResourceArn }))
    .catch(() => ({ Policy: undefined }));
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const settings: Record<string, unknown> = {
    keys: Table?.KeySchema,
    billing: Table?.BillingModeSummary?.BillingMode,
    class: Table?.TableClassSummary?.TableClass,
    'deletion protection': Table?.DeletionProtectionEnabled,
    stream: Table?.StreamSpecification?.StreamViewType,
    'time to live': [TimeToLiveDescription?.TimeToLiveStatus, TimeToLiveDescription?.AttributeName],
    'point-in-time recovery': [recovery?.PointInTimeRecoveryStatus, recovery?.RecoveryPeriodInDays],
    'contributor insights': ContributorInsightsStatus,
    'resource policy': Policy && JSON.parse(Policy),
    ...Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [`tag ${Key}`, Value])),
  };
  return new Map(Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value) ?? 'none']));
}

/** Every item of a table by its key attribute. */
export async function itemsOf(client: DynamoDBClient, TableName: string, key: string): Promise<Map<string, string>> {
  const items = new Map<string, string>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    for (const item of Items) items.set(JSON.stringify(item[key]), sorted(item));
  }
  return items;
}

const sorted = (item: Record<string, AttributeValue>): string =>
  JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));

/** How many of the one are, to the letter, in the other. */
export function same(expected: Map<string, string>, found: Map<string, string>): number {
  return [...expected].filter(([name, value]) => found.get(name) === value).length;
}
