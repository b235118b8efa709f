import { validatorOf } from '../members.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Permission, type Service } from '../service.ts';
import { perRegion } from '../state.ts';
import { type Alarm, type Alarms, describeAlarm, isOnMetric } from './alarms.ts';

interface Tag {
  Key: string;
  Value: string;
}

/** DeleteAlarms and DescribeAlarms take so many names, and a page holds so many alarms. */
const mostAlarms = 100;

const comparisons = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
  'LessThanLowerOrGreaterThanUpperThreshold',
  'LessThanLowerThreshold',
  'GreaterThanUpperThreshold',
];

const modelled = validatorOf({
  required: {
    PutMetricAlarm: ['AlarmName', 'ComparisonOperator', 'EvaluationPeriods'],
    DeleteAlarms: ['AlarmNames'],
    DescribeAlarmsForMetric: ['MetricName', 'Namespace'],
    ListTagsForResource: ['ResourceARN'],
    TagResource: ['ResourceARN', 'Tags'],
    UntagResource: ['ResourceARN', 'TagKeys'],
  },
  enums: {
    ComparisonOperator: comparisons,
    Statistic: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
    StateValue: ['OK', 'ALARM', 'INSUFFICIENT_DATA'],
  },
  lists: ['AlarmNames', 'Dimensions', 'Metrics', 'Tags', 'TagKeys', 'AlarmActions', 'OKActions'],
});

/**
 * CloudWatch's metric alarms: put, described, deleted, tagged, but never raised, for there are no metrics
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/).
 */
export function cloudwatch(core: Core): Service & { alarms: Alarms } {
  const stateOf = perRegion(() => new Map<string, Alarm>());
  const arnOf = ({ account, region }: { account: string; region: string }, name: string) =>
    `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  const alarms: Alarms = {
    put(of, name, definition) {
      const before = stateOf(of).get(name);
      const tags = before?.tags ?? new Map();
      const alarm = { name, arn: arnOf(of, name), definition, changedAt: core.clock.now(), tags };
      stateOf(of).set(name, alarm);
      return alarm;
    },
    delete: (of, name) => void stateOf(of).delete(name),
  };
  const byArn = (call: Call): Alarm => {
    const arn = String(call.input.ResourceARN);
    const found = stateOf(call).get(arn.split(':alarm:')[1] ?? '');
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `Resource not found: ${arn}`, 404);
    return found;
  };

  return {
    name: 'monitoring',
    protocol: 'json-1.0',
    targetPrefix: 'GraniteServiceVersion20100801',
    alarms,
    // AWS Query's codes, which clients of before the JSON protocol know.
    errorHeaders: ({ code, status }) => ({
      'x-amzn-query-error': `${queryCodes[code] ?? code};${status < 500 ? 'Sender' : 'Receiver'}`,
    }),
    validate: modelled,
    permissions: (call) => permissionsOf(call, (name) => arnOf(call, name)),
    operations: {
      PutMetricAlarm(call) {
        const { AlarmName, Tags, ...definition } = call.input;
        check(call.input);
        const isNew = !stateOf(call).has(String(AlarmName));
        const { tags } = alarms.put(call, String(AlarmName), definition);
        // "If you are using this operation to update an existing alarm, any tags … are ignored."
        if (isNew) for (const { Key, Value } of (Tags ?? []) as Tag[]) tags.set(Key, Value);
      },
      DeleteAlarms(call) {
        for (const name of names(call)) stateOf(call).delete(name);
      },
      DescribeAlarms: (call) => describe([...stateOf(call).values()], call),
      DescribeAlarmsForMetric: (call) => {
        const found = [...stateOf(call).values()].filter((alarm) => isOnMetric(alarm, call.input));
        return { MetricAlarms: sorted(found).map(describeAlarm) };
      },
      ListTagsForResource: (call) => ({ Tags: [...byArn(call).tags].map(([Key, Value]) => ({ Key, Value })) }),
      TagResource(call) {
        for (const { Key, Value } of call.input.Tags as Tag[]) byArn(call).tags.set(Key, Value);
      },
      UntagResource(call) {
        for (const key of call.input.TagKeys as string[]) byArn(call).tags.delete(key);
      },
    },
  };
}

const queryCodes: Record<string, string> = {
  ValidationException: 'ValidationError',
  InvalidParameterValueException: 'InvalidParameterValue',
  InvalidParameterCombinationException: 'InvalidParameterCombination',
};

function permissionsOf({ operation, input }: Call, arnOf: (name: string) => string): Permission[] {
  const action = `cloudwatch:${operation}`;
  if (operation === 'DescribeAlarmsForMetric') return [{ action, resource: '*' }];
  if (operation === 'PutMetricAlarm') return [{ action, resource: arnOf(String(input.AlarmName)) }];
  if (input.ResourceARN != null) return [{ action, resource: String(input.ResourceARN) }];
  const asked = Array.isArray(input.AlarmNames) && input.AlarmNames.length > 0 ? input.AlarmNames : ['*'];
  return asked.map((name) => ({ action, resource: arnOf(String(name)) }));
}

/** An alarm is on a metric or computes with several, not both. */
function check({ MetricName, Metrics, Namespace, Period, EvaluationPeriods, DatapointsToAlarm }: Call['input']): void {
  if ((MetricName == null) === (Metrics == null)) {
    const message = 'Exactly one element of the metrics list and MetricName must be specified';
    throw new AwsError('ValidationException', message);
  }
  if (MetricName != null && (Namespace == null || Period == null)) {
    throw new AwsError('ValidationException', 'Namespace and Period must be specified with MetricName');
  }
  if (Number(DatapointsToAlarm ?? 1) > Number(EvaluationPeriods)) {
    throw new AwsError('ValidationException', 'DatapointsToAlarm must be less than or equal to EvaluationPeriods');
  }
}

function names({ input }: Call): string[] {
  const given = (input.AlarmNames ?? []) as string[];
  if (given.length <= mostAlarms) return given;
  throw new AwsError('ValidationException', `At most ${mostAlarms} alarm names can be specified`);
}

const sorted = (alarms: Alarm[]): Alarm[] => alarms.sort((a, b) => (a.name < b.name ? -1 : 1));

function describe(all: Alarm[], call: Call) {
  const { AlarmNamePrefix = '', AlarmTypes, StateValue, ActionPrefix, MaxRecords, NextToken } = call.input;
  const wanted = names(call);
  const hasAction = ({ definition }: Alarm) =>
    ActionPrefix == null ||
    ((definition.AlarmActions ?? []) as string[]).some((arn) => arn.startsWith(String(ActionPrefix)));
  const found = all.filter(
    (alarm) =>
      (wanted.length === 0 || wanted.includes(alarm.name)) &&
      alarm.name.startsWith(String(AlarmNamePrefix)) &&
      hasAction(alarm) &&
      (StateValue == null || StateValue === 'INSUFFICIENT_DATA') &&
      (AlarmTypes == null || (AlarmTypes as string[]).includes('MetricAlarm')),
  );
  const { page: shown, NextToken: next } = page(sorted(found), MaxRecords ?? mostAlarms, NextToken);
  return {
    MetricAlarms: shown.map(describeAlarm),
    CompositeAlarms: [],
    ...(next !== undefined && { NextToken: next }),
  };
}
