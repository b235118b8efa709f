import type { Alarms } from '../cloudwatch/alarms.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Service } from '../service.ts';
import { invalid, isAsked, keyOf, type ScalingPolicy, type State, targetOf } from './targets.ts';

interface Surroundings {
  core: Core;
  alarms: Alarms;
  stateOf(call: Call): State;
}

/** How many are on a page. */
export const longestPage = 50;

const metrics: Record<string, string> = {
  DynamoDBReadCapacityUtilization: 'ConsumedReadCapacityUnits',
  DynamoDBWriteCapacityUtilization: 'ConsumedWriteCapacityUnits',
};

/** Target tracking of tables: the policy and the alarms that it makes, without scaling anything. */
export function policyOperations({ core, alarms, stateOf }: Surroundings): Service['operations'] {
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
      if (before === undefined) policy.alarms = makeAlarms(core, alarms, call, policy);
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
      dropAlarms(alarms, call, policy);
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
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html). Thresholds are as the console
 * shows them: consumption in a minute at the target, and capacity itself.
 */
function makeAlarms(core: Core, alarms: Alarms, of: Call, policy: ScalingPolicy): ScalingPolicy['alarms'] {
  const [, table = '', , index] = policy.resourceId.split('/');
  const { PredefinedMetricSpecification, TargetValue } = policy.configuration as {
    PredefinedMetricSpecification?: { PredefinedMetricType?: string };
    TargetValue?: number;
  };
  const consumed = metrics[PredefinedMetricSpecification?.PredefinedMetricType ?? ''];
  const isRead = policy.dimension.endsWith('ReadCapacityUnits');
  const provisioned = isRead ? 'ProvisionedReadCapacityUnits' : 'ProvisionedWriteCapacityUnits';
  const Dimensions = [
    { Name: 'TableName', Value: table },
    ...(index === undefined ? [] : [{ Name: 'GlobalSecondaryIndexName', Value: index }]),
  ];
  const threshold = 60 * Number(TargetValue ?? 0);
  const kinds = [
    ['AlarmHigh', consumed, 'Sum', 60, 2, 'GreaterThanThreshold', threshold],
    ['AlarmLow', consumed, 'Sum', 60, 15, 'LessThanThreshold', threshold],
    ['ProvisionedCapacityHigh', provisioned, 'Average', 300, 3, 'GreaterThanThreshold', 1],
    ['ProvisionedCapacityLow', provisioned, 'Average', 300, 3, 'LessThanThreshold', 1],
  ] as const;
  return kinds.flatMap(([kind, MetricName, Statistic, Period, EvaluationPeriods, ComparisonOperator, Threshold]) => {
    if (MetricName === undefined) return [];
    const name = `TargetTracking-${policy.resourceId}-${kind}-${core.random.uuid()}`;
    const definition = {
      AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
      AlarmActions: [policy.arn],
      Namespace: 'AWS/DynamoDB',
      ...{ MetricName, Statistic, Period, EvaluationPeriods, ComparisonOperator, Threshold, Dimensions },
    };
    return [{ AlarmName: name, AlarmARN: alarms.put(of, name, definition).arn }];
  });
}

export function dropAlarms(alarms: Alarms, of: Call, policy: ScalingPolicy): void {
  for (const { AlarmName } of policy.alarms) alarms.delete(of, AlarmName);
}
