import { arnOf, fullTable, type Here, withConsumers } from '../settings/full-table.ts';
import type { Place } from './place.ts';

type Settings = Record<string, unknown>;

/** The tables get every setting that there is, but the first no replica: no such table can be deleted for a day. */
export async function giveSettings({ call, clock, iam }: Place, tables: string[]): Promise<void> {
  const ask = async (service: string, operation: string, input: Settings) =>
    input.ReplicaUpdates !== undefined && input.TableName === tables[0] ? {} : call(operation, input, service);
  const here = { ask, iam, pass: (ms: number) => clock.run(clock.now() + ms) } as unknown as Here;
  await withConsumers(here);
  for (const table of tables) await fullTable(here, table);
}

type Ask = (operation: string, input: Settings, service?: string) => Promise<Settings>;

/** Each setting as AWS tells it: no code of the product's is in this. */
const readers: Record<string, (ask: Ask, table: string) => Promise<unknown>> = {
  deletionProtection: async (ask, table) => (await described(ask, table)).DeletionProtectionEnabled,
  tableClass: async (ask, table) => (await described(ask, table)).TableClassSummary,
  stream: async (ask, table) => (await described(ask, table)).StreamSpecification,
  replicas: async (ask, table) => named((await described(ask, table)).Replicas, 'RegionName'),
  tags: (ask, table) => ask('ListTagsOfResource', { ResourceArn: arnOf(table) }).then(({ Tags }) => Tags),
  pointInTimeRecovery: async (ask, TableName) => {
    const { ContinuousBackupsDescription } = await ask('DescribeContinuousBackups', { TableName });
    const { PointInTimeRecoveryDescription } = ContinuousBackupsDescription as Record<string, Settings>;
    const { PointInTimeRecoveryStatus, RecoveryPeriodInDays } = PointInTimeRecoveryDescription ?? {};
    return PointInTimeRecoveryStatus === 'ENABLED' ? RecoveryPeriodInDays : undefined;
  },
  timeToLive: async (ask, TableName) => {
    const { TimeToLiveDescription } = await ask('DescribeTimeToLive', { TableName });
    return (TimeToLiveDescription as Settings).AttributeName;
  },
  contributorInsights: async (ask, TableName) => {
    const { ContributorInsightsSummaries } = await ask('ListContributorInsights', { TableName });
    return (ContributorInsightsSummaries as Settings[])
      .filter(({ ContributorInsightsStatus }) => ContributorInsightsStatus === 'ENABLED')
      .map(({ IndexName, ContributorInsightsMode }) => ({ IndexName, ContributorInsightsMode }));
  },
  resourcePolicy: (ask, table) =>
    ask('GetResourcePolicy', { ResourceArn: arnOf(table) }).then(
      ({ Policy }) => JSON.parse(String(Policy)),
      () => undefined,
    ),
  kinesis: async (ask, TableName) => {
    const { KinesisDataStreamDestinations } = await ask('DescribeKinesisStreamingDestination', { TableName });
    return named(KinesisDataStreamDestinations, 'StreamArn');
  },
  triggers: async (ask, table) => {
    const { LatestStreamArn } = await described(ask, table);
    const { EventSourceMappings } = await ask('ListEventSourceMappings', {}, 'lambda');
    return (EventSourceMappings as Settings[])
      .filter(({ EventSourceArn }) => EventSourceArn === LatestStreamArn)
      .map(({ FunctionArn, BatchSize, FilterCriteria }) => ({ FunctionArn, BatchSize, FilterCriteria }));
  },
  scaling: async (ask, table) => {
    const isOfTable = ({ ResourceId }: Settings) => new RegExp(`^table/${table}(/index/.*)?$`).test(String(ResourceId));
    const all = async (operation: string, list: string) => {
      const found = await ask(operation, { ServiceNamespace: 'dynamodb' }, 'application-autoscaling');
      return (found[list] as Settings[]).filter(isOfTable);
    };
    return {
      targets: (await all('DescribeScalableTargets', 'ScalableTargets')).map(
        ({ ResourceId, ScalableDimension, MinCapacity, MaxCapacity }) => [
          ResourceId,
          ScalableDimension,
          MinCapacity,
          MaxCapacity,
        ],
      ),
      policies: (await all('DescribeScalingPolicies', 'ScalingPolicies')).map(
        ({ PolicyName, ResourceId, TargetTrackingScalingPolicyConfiguration }) => [
          PolicyName,
          ResourceId,
          TargetTrackingScalingPolicyConfiguration,
        ],
      ),
      schedules: (await all('DescribeScheduledActions', 'ScheduledActions')).map(
        ({ ScheduledActionName, Schedule, Timezone, ScalableTargetAction }) => [
          ScheduledActionName,
          Schedule,
          Timezone,
          ScalableTargetAction,
        ],
      ),
    };
  },
  alarms: async (ask, table) => {
    const { MetricAlarms } = await ask('DescribeAlarms', {}, 'monitoring');
    return (MetricAlarms as Settings[])
      .filter(({ Dimensions = [], AlarmName }) => {
        const isOnTable = (Dimensions as Settings[]).some(({ Value }) => Value === table);
        return isOnTable && !String(AlarmName).startsWith('TargetTracking-');
      })
      .map(({ Namespace, MetricName, Threshold, Statistic, AlarmActions }) => [
        Namespace,
        MetricName,
        Threshold,
        Statistic,
        AlarmActions,
      ]);
  },
};

const described = async (ask: Ask, TableName: string): Promise<Settings> =>
  (await ask('DescribeTable', { TableName })).Table as Settings;

const named = (all: unknown, member: string): unknown => ((all ?? []) as Settings[]).map((one) => one[member]);

/** Those that act on others or let others in: a copy beside its living source has them on request only. */
export const outward = ['stream', 'timeToLive', 'resourcePolicy', 'kinesis', 'triggers', 'replicas', 'alarms'];

/** Every setting of a table as a text that is the same for tables whose settings are the same; none is empty. */
export async function settingsOf({ call }: Place, table: string): Promise<Map<string, string>> {
  const ask: Ask = (operation, input, service) => call(operation, input, service);
  const settings = new Map<string, string>();
  for (const [setting, read] of Object.entries(readers)) {
    const words = JSON.stringify(sorted(await read(ask, table))) ?? '';
    const isNone = /^(""|false|\[\]|\{"policies":\[\],"schedules":\[\],"targets":\[\]\})?$/.test(words);
    settings.set(setting, isNone ? '' : words.replaceAll(new RegExp(`${table}(?![\\w-])`, 'g'), '<table>'));
  }
  return settings;
}

/** Members and lists in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const all = value.map(sorted).map((one) => JSON.stringify(one));
    return all.toSorted().map((one) => JSON.parse(one ?? 'null') as unknown);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'LastUpdateDateTime')
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
