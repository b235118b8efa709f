import { AwsError, type Call } from '../service.ts';
import { inUse } from './errors.ts';
import { isHidden, tableOf } from './lookup.ts';
import type { Insights, Operations, Table, World } from './state.ts';

const longestPage = 100;

/** Contributor insights of tables and global indexes: their setting, without what they would find. */
export function contributorInsightsOperations(world: World): Operations {
  return {
    DescribeContributorInsights: (call) => {
      const { table, index } = named(world, call);
      const insights = table.insights.get(index);
      return {
        ...answer(table, index, insights),
        ContributorInsightsRuleList: insights?.status === 'ENABLED' ? rules(table, index, insights) : [],
        ...(insights && { LastUpdateDateTime: insights.changedAt / 1000 }),
      };
    },
    UpdateContributorInsights: (call) => update(world, call),
    ListContributorInsights: (call) => list(world, call),
  };
}

function update(world: World, call: Call) {
  const { core, settings } = world;
  const { table, index } = named(world, call);
  if (table.status === 'CREATING' || table.status === 'DELETING')
    throw inUse(`Table is ${table.status}: ${table.name}`);
  const before = table.insights.get(index);
  const isOn = call.input.ContributorInsightsAction === 'ENABLE';
  const mode = String(call.input.ContributorInsightsMode ?? before?.mode ?? 'ACCESSED_AND_THROTTLED_KEYS');
  const insights: Insights = { status: isOn ? 'ENABLING' : 'DISABLING', mode, changedAt: core.clock.now() };
  table.insights.set(index, insights);
  core.clock.at(core.clock.now() + settings.settingMs, () => {
    insights.status = isOn ? 'ENABLED' : 'DISABLED';
  });
  return answer(table, index, insights);
}

/** What was ever switched on, by table and index. */
function list(world: World, call: Call) {
  const { MaxResults, NextToken } = call.input;
  const tables = call.input.TableName == null ? [...world.region(call).tables.values()] : [tableOf(world, call)];
  const all = tables
    .filter((table) => !isHidden(table, world.core.clock.now()))
    .flatMap((table) => [...table.insights].map(([index, insights]) => answer(table, index, insights)))
    .map((summary) => ({ key: `${summary.TableName}/${summary.IndexName ?? ''}`, summary }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .filter(({ key }) => NextToken == null || key > String(NextToken));
  const limit = Number(MaxResults ?? longestPage) || longestPage;
  const page = all.slice(0, limit);
  return {
    ContributorInsightsSummaries: page.map(({ summary }) => summary),
    ...(all.length > limit && { NextToken: page.at(-1)?.key }),
  };
}

function named(world: World, call: Call): { table: Table; index: string } {
  const table = tableOf(world, call);
  const index = call.input.IndexName == null ? '' : String(call.input.IndexName);
  if (index === '' || table.globalIndexes.some(({ IndexName }) => IndexName === index)) return { table, index };
  const message = `Requested resource not found: Index: ${index} not found for table: ${table.name}`;
  throw new AwsError('ResourceNotFoundException', message);
}

const answer = ({ name }: Table, index: string, insights: Insights | undefined) => ({
  TableName: name,
  ...(index !== '' && { IndexName: index }),
  ContributorInsightsStatus: insights?.status ?? 'DISABLED',
  ...(insights && insights.status !== 'DISABLED' && { ContributorInsightsMode: insights.mode }),
});

/**
 * Four rules in CloudWatch: partition keys, and partition and sort keys, each as accessed and as throttled
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights_HowItWorks.html).
 */
function rules({ name, keys, globalIndexes }: Table, index: string, { mode, changedAt }: Insights): string[] {
  const schema = globalIndexes.find(({ IndexName }) => IndexName === index)?.KeySchema ?? keys;
  const kinds = [...(mode === 'THROTTLED_KEYS' ? [] : ['PKC']), 'PKT'];
  if (schema.length > 1) kinds.push(...(mode === 'THROTTLED_KEYS' ? [] : ['SKC']), 'SKT');
  const resource = index === '' ? name : `${name}-${index}`;
  return kinds.map((kind) => `DynamoDBContributorInsights-${kind}-${resource}-${changedAt}`);
}
