import type { Alarms } from '../cloudwatch/alarms.ts';
import type { Throughput } from '../dynamodb/state.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Service } from '../service.ts';
import { invalid, isAsked, keyOf, type ScalingPolicy, type State, targetOf } from './targets.ts';

/** What auto scaling asks of the world around it. */
export interface AutoScalingOptions {
  alarms: Alarms;
  /** The capacity of a table or an index that can be scaled now. */
  throughputOf(of: Call, table: string, index?: string): Throughput | undefined;
}

/** How many are on a page. */
export const longestPage = 50;

const metrics: Record<string, string> = {
  DynamoDBReadCapacityUtilization: 'ConsumedReadCapacityUnits',
  DynamoDBWriteCapacityUtilization: 'ConsumedWriteCapacityUnits',
};

/** Target tracking of tables: the policy and the alarms that it makes, without scaling anything. */
export function policyOperations(
  core: Core,
  stateOf: (call: Call) => State,
  options: AutoScalingOptions,
): Service['operations'] {
  return {
    PutScalingPolicy(call) {
      const { policies } = stateOf(call);
      const { resourceId, dimension } = targetOf(stateOf(call), call);
      const name = String(call.input.PolicyName);
      const key = keyOf({ resourceId, dimension }, name);
      const before = policies.get(key);
      if (call.input.PolicyType !== undefined && call.input.PolicyType !== 'TargetTrackingScaling') {
        throw invalid('DynamoDB supports the policy type TargetTrackingScaling only');
      }
      const given = call.input.TargetTrackingScalingPolicyConfiguration as Record<string, unknown> | undefined;
      const configuration = given ?? before?.configuration;
      if (configuration === undefined) throw invalid('TargetTrackingScalingPolicyConfiguration must be specified');
      const { account, region } = call;
      const id = before?.arn.split(':scalingPolicy:')[1]?.split(':')[0] ?? core.random.uuid();
      const policy: ScalingPolicy = {
        arn: `arn:aws:autoscaling:${region}:${account}:scalingPolicy:${id}:resource/dynamodb/${resourceId}:policyName/${name}`,
        name,
        resourceId,
        dimension,
        type: 'TargetTrackingScaling',
        configuration,
        alarms: before?.alarms ?? [],
        createdAt: before?.createdAt ?? core.clock.now(),
      };
      if (before === undefined) policy.alarms = makeAlarms(core, options, call, policy);
      policies.set(key, policy);
      return { PolicyARN: policy.arn, Alarms: policy.alarms };
    },
    DeleteScalingPolicy(call) {
      const { policies } = stateOf(call);
      const { resourceId, dimension } = targetOf(stateOf(call), call);
      const key = keyOf({ resourceId, dimension }, String(call.input.PolicyName));
      const policy = policies.get(key);
      if (policy === undefined) {
        const what = `service namespace: dynamodb, resource ID: ${resourceId}, scalable dimension: ${dimension}`;
        throw new AwsError('ObjectNotFoundException', `No scaling policy found for ${what}`);
      }
      policies.delete(key);
      dropAlarms(options.alarms, call, policy);
    },
    DescribeScalingPolicies: (call) => {
      const names = (call.input.PolicyNames ?? []) as string[];
      const found = [...stateOf(call).policies.values()].filter(
        (policy) => isAsked(policy, call) && (names.length === 0 || names.includes(policy.name)),
      );
      const { page: shown, NextToken } = page(found, call.input.MaxResults ?? longestPage, call.input.NextToken);
      return { ScalingPolicies: shown.map(describe), ...(NextToken !== undefined && { NextToken }) };
    },
  };
}

const describe = (policy: ScalingPolicy) => ({
  PolicyARN: policy.arn,
  PolicyName: policy.name,
  ServiceNamespace: 'dynamodb',
  ResourceId: policy.resourceId,
  ScalableDimension: policy.dimension,
  PolicyType: policy.type,
  TargetTrackingScalingPolicyConfiguration: policy.configuration,
  Alarms: policy.alarms,
  CreationTime: policy.createdAt / 1000,
});

/**
 * Target tracking on a table makes four alarms of its own, which nobody should change or copy
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html): consumption in a minute above the
 * target or 20 percent below it, and capacity that somebody else changed. Names and numbers are as moto has them from AWS.
 */
function makeAlarms(
  core: Core,
  { alarms, throughputOf }: AutoScalingOptions,
  of: Call,
  policy: ScalingPolicy,
): ScalingPolicy['alarms'] {
  const [, table = '', , index] = policy.resourceId.split('/');
  const { PredefinedMetricSpecification, TargetValue = 0 } = policy.configuration as {
    PredefinedMetricSpecification?: { PredefinedMetricType?: string };
    TargetValue?: number;
  };
  const consumed = metrics[PredefinedMetricSpecification?.PredefinedMetricType ?? ''];
  const member = policy.dimension.endsWith('ReadCapacityUnits') ? 'ReadCapacityUnits' : 'WriteCapacityUnits';
  const units = throughputOf(of, table, index)?.[member] ?? 0;
  const inMinute = (percent: number) => (60 * units * percent) / 100;
  const Dimensions = [
    { Name: 'TableName', Value: table },
    ...(index === undefined ? [] : [{ Name: 'GlobalSecondaryIndexName', Value: index }]),
  ];
  const provisioned = `Provisioned${member}`;
  const action = `${policy.arn}:createdBy/${core.random.uuid()}`;
  const kinds = [
    ['AlarmHigh', consumed, 'Sum', 60, 2, 'GreaterThanThreshold', inMinute(TargetValue)],
    ['AlarmLow', consumed, 'Sum', 60, 15, 'LessThanThreshold', inMinute(Math.max(0, TargetValue - 20))],
    ['ProvisionedCapacityHigh', provisioned, 'Average', 300, 2, 'GreaterThanThreshold', units],
    ['ProvisionedCapacityLow', provisioned, 'Average', 300, 3, 'LessThanThreshold', units],
  ] as const;
  return kinds.flatMap(([kind, MetricName, Statistic, Period, EvaluationPeriods, ComparisonOperator, Threshold]) => {
    if (MetricName === undefined) return [];
    const name = `TargetTracking-${policy.resourceId}-${kind}-${core.random.uuid()}`;
    const definition = {
      AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${action}.`,
      AlarmActions: [action],
      Namespace: 'AWS/DynamoDB',
      ...{ MetricName, Statistic, Period, EvaluationPeriods, ComparisonOperator, Threshold, Dimensions },
    };
    return [{ AlarmName: name, AlarmARN: alarms.put(of, name, definition).arn }];
  });
}

export function dropAlarms(alarms: Alarms, of: Call, policy: ScalingPolicy): void {
  for (const { AlarmName } of policy.alarms) alarms.delete(of, AlarmName);
}
