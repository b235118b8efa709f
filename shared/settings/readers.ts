import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { MetricAlarm } from '../aws/cloudwatch.ts';
import type { SettingsApi } from '../aws/settings.ts';
import { pages } from '../pages.ts';
import { inOrder } from './canonical.ts';
import { perIndexOrNone } from './from-table.ts';
import { readScaling } from './read-scaling.ts';
import type { Alarm, InsightsMode, SettingName, TableSettings, Trigger } from './settings.ts';

/** What is read from, and how calls with a rate are paced. */
export interface Reading {
  api: SettingsApi;
  table: TableDescription;
  name: string;
  arn: string;
  /** All metric alarms of the target: there is no way to ask for those of a table. */
  alarms(): Promise<MetricAlarm[]>;
  paced<Answer>(
    operation: 'DescribeContinuousBackups' | 'DescribeTimeToLive' | 'ListTagsOfResource',
    call: () => Promise<Answer>,
  ): Promise<Answer>;
}

type Reader<Name extends SettingName> = (reading: Reading) => Promise<TableSettings[Name]>;

/** How each setting is read that DescribeTable does not tell. */
export const readers: { [Name in SettingName]?: Reader<Name> } = {
  async tags({ api, arn, paced }) {
    const tags: [string, string][] = [];
    const list = (NextToken?: string) =>
      paced('ListTagsOfResource', () => api.table.listTags({ ResourceArn: arn, NextToken }));
    for await (const page of pages(list, ({ NextToken }) => NextToken)) {
      for (const { Key = '', Value = '' } of page.Tags ?? []) tags.push([Key, Value]);
    }
    return tagsOfPeople(Object.fromEntries(tags));
  },

  async pointInTimeRecovery({ api, name, paced }) {
    const describe = () => api.table.describeContinuousBackups({ TableName: name });
    const { ContinuousBackupsDescription } = await paced('DescribeContinuousBackups', describe);
    const { PointInTimeRecoveryStatus: status, RecoveryPeriodInDays: days = 35 } =
      ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
    return status === 'ENABLED' ? { days } : null;
  },

  scaling: readScaling,

  async contributorInsights({ api, name }) {
    const indexes: [string, InsightsMode][] = [];
    let own: InsightsMode | undefined;
    const list = (NextToken?: string) => api.table.listContributorInsights({ TableName: name, NextToken });
    for await (const page of pages(list, ({ NextToken }) => NextToken)) {
      for (const {
        IndexName,
        ContributorInsightsStatus,
        ContributorInsightsMode,
      } of page.ContributorInsightsSummaries ?? []) {
        if (!/^ENABL/.test(ContributorInsightsStatus ?? '')) continue;
        const mode = ContributorInsightsMode ?? 'ACCESSED_AND_THROTTLED_KEYS';
        if (IndexName === undefined) own = mode;
        else indexes.push([IndexName, mode]);
      }
    }
    return perIndexOrNone(own, Object.fromEntries(indexes));
  },

  async timeToLive({ api, name, paced }) {
    const describe = () => api.table.describeTimeToLive({ TableName: name });
    const { TimeToLiveDescription } = await paced('DescribeTimeToLive', describe);
    const { TimeToLiveStatus: status = '', AttributeName: attribute } = TimeToLiveDescription ?? {};
    return /^ENABL/.test(status) && attribute !== undefined ? { attribute } : null;
  },

  async resourcePolicy({ api, arn }) {
    const { Policy } = (await unlessNone(api.table.getResourcePolicy({ ResourceArn: arn }))) ?? {};
    return Policy ? { document: Policy } : null;
  },

  async kinesis({ api, name }) {
    const { KinesisDataStreamDestinations = [] } = await api.table.describeKinesis({ TableName: name });
    const active = KinesisDataStreamDestinations.filter(({ DestinationStatus = '' }) =>
      ['ENABLING', 'ACTIVE', 'UPDATING'].includes(DestinationStatus),
    );
    if (active.length === 0) return null;
    return inOrder(
      active.map(({ StreamArn = '', ApproximateCreationDateTimePrecision: precision }) => ({
        streamArn: StreamArn,
        ...(precision !== undefined && { precision }),
      })),
    );
  },

  async triggers({ api, table }) {
    const stream = liveStream(table);
    const mappings = stream === undefined ? [] : await api.mappings.ofStream(stream);
    if (mappings.length === 0) return null;
    return inOrder(
      mappings.map(
        ({ FunctionArn, State = '', ...mapping }): Trigger => ({
          functionArn: FunctionArn,
          isEnabled: /^(Creating|Enabl|Updating)/.test(State),
          configuration: picked(mapping, mappingMembers),
        }),
      ),
    );
  },

  async alarms({ name, alarms }) {
    const own = (await alarms()).filter((alarm) => isAlarmOn(alarm, name) && !madeByScaling.test(alarm.AlarmName));
    if (own.length === 0) return null;
    return inOrder(own.map((alarm): Alarm => ({ name: alarm.AlarmName, definition: picked(alarm, alarmMembers) })));
  },
};

/** The ARN of the stream that is on; a stream that was switched off keeps its ARN for a day. */
export const liveStream = ({ StreamSpecification, LatestStreamArn }: TableDescription): string | undefined =>
  StreamSpecification?.StreamEnabled ? LatestStreamArn : undefined;

/** Tags that AWS itself sets begin with `aws:`, and nobody else may set them. */
export function tagsOfPeople(tags: Record<string, string>): Record<string, string> | null {
  const own = Object.entries(tags).filter(([key]) => !key.startsWith('aws:'));
  return own.length === 0 ? null : Object.fromEntries(own);
}

/** Target tracking makes alarms of its own, and makes them again when the policy is put back. */
const madeByScaling = /^TargetTracking-table\//;

interface Metric {
  Namespace?: string;
  Dimensions?: { Name: string; Value: string }[];
}

/** Whether the alarm looks at that table or one of its indexes, itself or in a formula. */
export function isAlarmOn(alarm: MetricAlarm, table: string): boolean {
  const queries = (alarm.Metrics ?? []) as { MetricStat?: { Metric?: Metric } }[];
  const metrics = [alarm as Metric, ...queries.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
  return metrics.some(
    ({ Namespace, Dimensions = [] }) =>
      Namespace === 'AWS/DynamoDB' && Dimensions.some(({ Name, Value }) => Name === 'TableName' && Value === table),
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, without name and tags. */
const alarmMembers = [
  ...['ActionsEnabled', 'AlarmActions', 'AlarmDescription', 'ComparisonOperator', 'DatapointsToAlarm', 'Dimensions'],
  ...['EvaluateLowSampleCountPercentile', 'EvaluationPeriods', 'ExtendedStatistic', 'InsufficientDataActions'],
  ...['MetricName', 'Metrics', 'Namespace', 'OKActions', 'Period', 'Statistic', 'Threshold', 'ThresholdMetricId'],
  ...['TreatMissingData', 'Unit'],
];

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html, as far as it is about streams. */
const mappingMembers = [
  ...['BatchSize', 'BisectBatchOnFunctionError', 'DestinationConfig', 'FilterCriteria', 'FunctionResponseTypes'],
  ...['KMSKeyArn', 'MaximumBatchingWindowInSeconds', 'MaximumRecordAgeInSeconds', 'MaximumRetryAttempts'],
  ...['MetricsConfig', 'ParallelizationFactor', 'StartingPosition', 'TumblingWindowInSeconds'],
];

/** Members that are there and say something: AWS answers with empty lists where nothing was given. */
function picked(from: Record<string, unknown>, members: string[]): Record<string, unknown> {
  const isSaid = (value: unknown) =>
    value !== undefined && value !== null && !(typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(members.flatMap((member) => (isSaid(from[member]) ? [[member, from[member]]] : [])));
}

/** A table without a policy answers PolicyNotFoundException. */
async function unlessNone<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === 'PolicyNotFoundException') return undefined;
    throw error;
  }
}
