/** A metric alarm as it was put, and its state. Instants are epoch ms. */
export interface Alarm {
  arn: string;
  name: string;
  /** The members of PutMetricAlarm besides its name and its tags. */
  definition: Record<string, unknown>;
  changedAt: number;
  tags: Map<string, string>;
}

export interface Dimension {
  Name: string;
  Value: string;
}

/** What other services do with alarms: auto scaling makes its own. */
export interface Alarms {
  put(of: { account: string; region: string }, name: string, definition: Record<string, unknown>): Alarm;
  delete(of: { account: string; region: string }, name: string): void;
}

/** What every alarm says unless told otherwise. */
const defaults = { ActionsEnabled: true, OKActions: [], AlarmActions: [], InsufficientDataActions: [], Dimensions: [] };

/** As DescribeAlarms answers. No metric is watched: an alarm stays as it is when it is new. */
export const describeAlarm = ({ arn, name, definition, changedAt }: Alarm) => ({
  AlarmName: name,
  AlarmArn: arn,
  ...defaults,
  ...definition,
  AlarmConfigurationUpdatedTimestamp: changedAt / 1000,
  StateValue: 'INSUFFICIENT_DATA',
  StateReason: 'Unchecked: Initial alarm creation',
  StateUpdatedTimestamp: changedAt / 1000,
  StateTransitionedTimestamp: changedAt / 1000,
});

/** Whether an alarm is on exactly this metric; one that computes with metrics is on none. */
export function isOnMetric({ definition }: Alarm, asked: Record<string, unknown>): boolean {
  const same = (member: string) => asked[member] == null || asked[member] === definition[member];
  return (
    definition.MetricName === asked.MetricName &&
    definition.Namespace === asked.Namespace &&
    keyOf(definition.Dimensions) === keyOf(asked.Dimensions) &&
    ['Statistic', 'ExtendedStatistic', 'Period', 'Unit'].every(same)
  );
}

const keyOf = (dimensions: unknown): string =>
  ((dimensions ?? []) as Dimension[])
    .map(({ Name, Value }) => `${Name}=${Value}`)
    .sort()
    .join();
