import { expect } from 'vitest';
import { dynamodb } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

const switchTo = (TableName: string, ContributorInsightsAction: 'ENABLE' | 'DISABLE', IndexName?: string) =>
  dynamodb.updateContributorInsights({ TableName, ContributorInsightsAction, ...(IndexName && { IndexName }) });

const whenInsightsAre = (TableName: string, status: string, IndexName?: string) =>
  eventually(
    () => dynamodb.describeContributorInsights({ TableName, ...(IndexName && { IndexName }) }),
    (seen) => seen.ContributorInsightsStatus === status,
  );

rule('contributor insights are off at first, and on when they were switched on', async () => {
  const { name } = await makeTable();
  await whenInsightsAre(name, 'DISABLED');
  expect(await switchTo(name, 'ENABLE')).toMatchObject({ TableName: name, ContributorInsightsStatus: 'ENABLING' });
  const { ContributorInsightsRuleList = [] } = await whenInsightsAre(name, 'ENABLED');
  expect(ContributorInsightsRuleList.every((one) => one.startsWith('DynamoDBContributorInsights-'))).toBe(true);
  await switchTo(name, 'DISABLE');
  await whenInsightsAre(name, 'DISABLED');
});

rule('an index has contributor insights of its own', async () => {
  const { name } = await makeTable({
    AttributeDefinitions: ['id', 'team'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-team',
        KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await switchTo(name, 'ENABLE', 'by-team');
  await whenInsightsAre(name, 'ENABLED', 'by-team');
  await whenInsightsAre(name, 'DISABLED');
  const { ContributorInsightsSummaries } = await dynamodb.listContributorInsights({ TableName: name });
  expect(ContributorInsightsSummaries).toEqual(
    expect.arrayContaining([expect.objectContaining({ TableName: name, IndexName: 'by-team' })]),
  );
  await expect(switchTo(name, 'ENABLE', 'by-city')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

rule('a table that does not exist has no contributor insights', async () => {
  await expect(switchTo(newName(), 'ENABLE')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
