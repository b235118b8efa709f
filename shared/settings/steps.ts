import type { GlobalSecondaryIndexUpdate, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { isOnDemand } from './from-table.ts';
import { putAlarms, putKinesis, putReplicas, putResourcePolicy, putTriggers } from './put-outward.ts';
import { putScaling } from './put-scaling.ts';
import { CannotPutBack, type Put, type Putting, wantedOf } from './putting.ts';
import type { PerIndex, SettingName, Units } from './settings.ts';

export interface Step {
  setting: SettingName;
  /** It acts on others, or lets others in. */
  isOutward: boolean;
  /** The parameter of the deployment that gives the rights, if they are not given always. */
  switchedBy?: 'restoreTriggers' | 'restoreKinesis' | 'restoreReplicas';
  put(putting: Putting): Promise<Put>;
}

const inward = (setting: SettingName, put: Step['put']): Step => ({ setting, isOutward: false, put });
const outward = (setting: SettingName, put: Step['put'], switchedBy?: Step['switchedBy']): Step => ({
  setting,
  isOutward: true,
  put,
  ...(switchedBy && { switchedBy }),
});

/** One hour and a little: AWS takes one change of the time to live in an hour. */
export const timeToLiveRestMs = 3_660_000;

/**
 * In the order that AWS allows: what protects first; a stream before what reads it or needs it; what could act on the
 * table's items or wake people last (docs/decisions/0003-settings.md).
 */
export const steps: Step[] = [
  inward('deletionProtection', (putting) => updateTable(putting, { DeletionProtectionEnabled: true })),
  inward('tags', async ({ api, arn, wanted }) => {
    const tags = Object.entries(wantedOf(wanted, 'tags')).map(([Key, Value]) => ({ Key, Value }));
    await api.table.tag({ ResourceArn: arn, Tags: tags });
    return 'done';
  }),
  inward('pointInTimeRecovery', async ({ api, name, wanted }) => {
    const { days: RecoveryPeriodInDays } = wantedOf(wanted, 'pointInTimeRecovery');
    await api.table.updateContinuousBackups({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays },
    });
    return 'done';
  }),
  inward('tableClass', (putting) => updateTable(putting, { TableClass: wantedOf(putting.wanted, 'tableClass') })),
  inward('onDemandLimits', (putting) => {
    if (!isOnDemand(putting.table)) throw new CannotPutBack('The table is provisioned: it has no on-demand limits.');
    const limits = ({ read = -1, write = -1 }: Units) => ({ MaxReadRequestUnits: read, MaxWriteRequestUnits: write });
    return updateTable(putting, perIndex(wantedOf(putting.wanted, 'onDemandLimits'), 'OnDemandThroughput', limits));
  }),
  inward('contributorInsights', async ({ api, name, rows }) => {
    for (const { of = 'table', wanted } of rows) {
      const ContributorInsightsMode = wanted as 'THROTTLED_KEYS';
      await api.table.updateContributorInsights({
        TableName: name,
        ...(of !== 'table' && { IndexName: of.slice('index '.length) }),
        ContributorInsightsAction: 'ENABLE',
        ContributorInsightsMode,
      });
    }
    return 'done';
  }),
  inward('scaling', putScaling),

  outward('stream', (putting) => {
    const { StreamSpecification } = putting.table;
    if (StreamSpecification?.StreamEnabled) {
      throw new CannotPutBack(`The table has a stream of ${StreamSpecification.StreamViewType}; it stays as it is.`);
    }
    const StreamViewType = wantedOf(putting.wanted, 'stream').viewType as 'NEW_IMAGE';
    return updateTable(putting, { StreamSpecification: { StreamEnabled: true, StreamViewType } });
  }),
  outward('warmThroughput', (putting) => {
    const warm = ({ read, write }: Units) => ({ ReadUnitsPerSecond: read, WriteUnitsPerSecond: write });
    return updateTable(putting, perIndex(wantedOf(putting.wanted, 'warmThroughput'), 'WarmThroughput', warm));
  }),
  outward('replicas', putReplicas, 'restoreReplicas'),
  outward('resourcePolicy', putResourcePolicy),
  outward('kinesis', putKinesis, 'restoreKinesis'),
  outward('triggers', putTriggers, 'restoreTriggers'),
  outward('alarms', putAlarms),
  outward('timeToLive', async ({ api, name, wanted, rows }) => {
    const found = rows.find(({ outcome }) => outcome === 'different')?.found;
    const isAnother = found !== undefined;
    const { attribute } = isAnother ? (found as { attribute: string }) : wantedOf(wanted, 'timeToLive');
    await api.table.updateTimeToLive({
      TableName: name,
      TimeToLiveSpecification: { Enabled: !isAnother, AttributeName: attribute },
    });
    if (!isAnother) return 'done';
    return {
      again: timeToLiveRestMs,
      sentence: `Time to live by ${attribute} is off; AWS takes the next change in an hour.`,
    };
  }),
];

async function updateTable({ api, name }: Putting, change: Omit<UpdateTableCommandInput, 'TableName'>): Promise<Put> {
  await api.table.updateTable({ TableName: name, ...change });
  return 'done';
}

/** Table and indexes go in one UpdateTable. */
function perIndex<Value>(
  { table, indexes = {} }: PerIndex<Value>,
  member: 'OnDemandThroughput' | 'WarmThroughput',
  shapeOf: (value: Value) => object,
) {
  const updates = Object.entries(indexes).map(
    ([IndexName, value]): GlobalSecondaryIndexUpdate => ({ Update: { IndexName, [member]: shapeOf(value) } }),
  );
  return {
    ...(table !== undefined && { [member]: shapeOf(table) }),
    ...(updates.length > 0 && { GlobalSecondaryIndexUpdates: updates }),
  };
}
