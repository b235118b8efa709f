import { validatorOf } from '../members.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Permission, type Service } from '../service.ts';
import { perRegion } from '../state.ts';
import { type AutoScalingOptions, dropAlarms, longestPage, policyOperations } from './policies.ts';
import { scheduledActionOperations } from './scheduled-actions.ts';
import { invalid, isAsked, keyOf, resourceOf, type ScalableTarget, type State, targetOf } from './targets.ts';

const named = ['ServiceNamespace', 'ResourceId', 'ScalableDimension'];

const validate = validatorOf({
  required: {
    RegisterScalableTarget: named,
    DeregisterScalableTarget: named,
    DescribeScalableTargets: ['ServiceNamespace'],
    PutScalingPolicy: ['PolicyName', ...named],
    DeleteScalingPolicy: ['PolicyName', ...named],
    DescribeScalingPolicies: ['ServiceNamespace'],
    PutScheduledAction: ['ServiceNamespace', 'ScheduledActionName', 'ResourceId', 'ScalableDimension'],
    DeleteScheduledAction: ['ServiceNamespace', 'ScheduledActionName', 'ResourceId', 'ScalableDimension'],
    DescribeScheduledActions: ['ServiceNamespace'],
  },
  enums: { PolicyType: ['StepScaling', 'TargetTrackingScaling', 'PredictiveScaling'] },
  lists: ['ResourceIds', 'PolicyNames', 'ScheduledActionNames'],
});

/**
 * Application Auto Scaling for tables and their indexes: targets, policies, schedules. Nothing is scaled
 * (https://docs.aws.amazon.com/autoscaling/application/APIReference/).
 */
export function autoscaling(core: Core, options: AutoScalingOptions): Service {
  const states = perRegion((): State => ({ targets: new Map(), policies: new Map(), actions: new Map() }));
  const stateOf = (call: Call) => states(call);
  const { alarms, throughputOf } = options;

  return {
    name: 'application-autoscaling',
    protocol: 'json-1.1',
    targetPrefix: 'AnyScaleFrontendService',
    validate,
    permissions: (call) => permissionsOf(call, stateOf(call)),
    operations: {
      RegisterScalableTarget(call) {
        const { table, index } = resourceOf(call);
        if (throughputOf(call, table, index) === undefined)
          throw invalid(`DynamoDB ${index ? 'index' : 'table'} does not exist: ${call.input.ResourceId}`);
        return { ScalableTargetARN: register(core, stateOf(call), call).arn };
      },
      DeregisterScalableTarget(call) {
        const state = stateOf(call);
        const target = targetOf(state, call);
        state.targets.delete(keyOf(target));
        for (const [key, policy] of state.policies) {
          if (keyOf(policy) !== keyOf(target)) continue;
          dropAlarms(alarms, call, policy);
          state.policies.delete(key);
        }
        for (const [key, action] of state.actions) if (keyOf(action) === keyOf(target)) state.actions.delete(key);
      },
      DescribeScalableTargets: (call) => {
        if (call.input.ScalableDimension != null && call.input.ResourceIds == null) {
          throw invalid('ResourceIds must be specified with ScalableDimension');
        }
        const found = [...stateOf(call).targets.values()].filter((target) => isAsked(target, call));
        const { page: shown, NextToken } = page(found, call.input.MaxResults ?? longestPage, call.input.NextToken);
        return { ScalableTargets: shown.map(describe), ...(NextToken !== undefined && { NextToken }) };
      },
      ListTagsForResource: (call) => {
        const arn = String(call.input.ResourceARN);
        const target = [...stateOf(call).targets.values()].find((one) => one.arn === arn);
        if (target === undefined) throw new AwsError('ResourceNotFoundException', `Resource not found: ${arn}`);
        return { Tags: target.tags };
      },
      ...policyOperations(core, stateOf, options),
      ...scheduledActionOperations(core, stateOf),
    },
  };
}

/** A target that is registered again keeps what is not given. */
function register({ clock, random }: Core, { targets }: State, call: Call): ScalableTarget {
  const { resourceId, dimension } = resourceOf(call);
  const { account, region, input } = call;
  const before = targets.get(keyOf({ resourceId, dimension }));
  const min = input.MinCapacity ?? before?.min;
  const max = input.MaxCapacity ?? before?.max;
  if (min === undefined || max === undefined) {
    throw invalid('MinCapacity and MaxCapacity must be specified for a new scalable target');
  }
  if (Number(min) < 1) throw invalid('Minimum capacity must be at least 1');
  if (Number(max) < Number(min)) throw invalid('Maximum capacity cannot be less than minimum capacity');
  const role = 'dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable';
  const target: ScalableTarget = {
    arn: before?.arn ?? `arn:aws:application-autoscaling:${region}:${account}:scalable-target/${random.hex(8)}`,
    resourceId,
    dimension,
    min: Number(min),
    max: Number(max),
    // A role that is given for a table is not used: AWS takes its own.
    roleArn: `arn:aws:iam::${account}:role/aws-service-role/${role}`,
    createdAt: before?.createdAt ?? clock.now(),
    suspended: { ...before?.suspended, ...(input.SuspendedState as Record<string, boolean> | undefined) },
    tags: before?.tags ?? ((input.Tags ?? {}) as Record<string, string>),
  };
  targets.set(keyOf(target), target);
  return target;
}

const describe = (target: ScalableTarget) => ({
  ServiceNamespace: 'dynamodb',
  ResourceId: target.resourceId,
  ScalableDimension: target.dimension,
  MinCapacity: target.min,
  MaxCapacity: target.max,
  RoleARN: target.roleArn,
  CreationTime: target.createdAt / 1000,
  SuspendedState: {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
    ...target.suspended,
  },
  ScalableTargetARN: target.arn,
});

/**
 * The rights to a target are asked for under its ARN, for a new one under any. Who registers a table must be allowed to
 * describe and update it, who puts a policy to put alarms
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html).
 */
function permissionsOf(call: Call, { targets }: State): Permission[] {
  const { operation, input, account, region } = call;
  const action = `application-autoscaling:${operation}`;
  if (operation.startsWith('Describe')) return [{ action, resource: '*' }];
  if (operation === 'ListTagsForResource') return [{ action, resource: String(input.ResourceARN) }];
  const known = targets.get(`${input.ResourceId} ${input.ScalableDimension} `);
  const context = {
    'application-autoscaling:service-namespace': String(input.ServiceNamespace),
    'application-autoscaling:scalable-dimension': String(input.ScalableDimension),
  };
  const anywhere = `arn:aws:application-autoscaling:${region}:${account}:scalable-target/*`;
  const own = { action, resource: known?.arn ?? anywhere, context };
  const table = `arn:aws:dynamodb:${region}:${account}:table/${String(input.ResourceId).split('/')[1]}`;
  if (operation === 'RegisterScalableTarget') {
    return [own, ...['DescribeTable', 'UpdateTable'].map((name) => ({ action: `dynamodb:${name}`, resource: table }))];
  }
  if (operation !== 'PutScalingPolicy' && operation !== 'DeleteScalingPolicy') return [own];
  const alarm = `arn:aws:cloudwatch:${region}:${account}:alarm:TargetTracking-${input.ResourceId}-*`;
  const names = operation === 'PutScalingPolicy' ? ['DescribeAlarms', 'PutMetricAlarm'] : ['DeleteAlarms'];
  return [own, ...names.map((name) => ({ action: `cloudwatch:${name}`, resource: alarm }))];
}
