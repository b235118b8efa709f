import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { tableInput } from './dynamodb-local.ts';
import { startAt, startWhole, type Whole } from './whole-aws.ts';

const secondMs = 1000;
const reads = { ServiceNamespace: 'dynamodb', ScalableDimension: 'dynamodb:table:ReadCapacityUnits' };
const orders = { ...reads, ResourceId: 'table/orders' };
const capacity = { MinCapacity: 5, MaxCapacity: 50 };

async function withOrders() {
  const whole = startWhole();
  const tables = new DynamoDB(whole.config);
  await tables.createTable(
    tableInput('orders', {
      AttributeDefinitions: ['id', 'team'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-team',
          KeySchema: [{ AttributeName: 'team', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await whole.pass(10 * secondMs);
  return { whole, tables, call: whole.caller('application-autoscaling') };
}

const tracking = {
  PolicyName: 'reads',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 70,
    PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
  },
};

test('a target is registered, changed in part, described and deregistered', async () => {
  const { call } = await withOrders();
  const { ScalableTargetARN } = await call('RegisterScalableTarget', { ...orders, ...capacity });
  expect(ScalableTargetARN).toMatch(/^arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target\/.+/);
  const SuspendedState = { ScheduledScalingSuspended: true };
  await call('RegisterScalableTarget', { ...orders, MaxCapacity: 60, SuspendedState });
  expect(await call('DescribeScalableTargets', { ServiceNamespace: 'dynamodb' })).toEqual({
    ScalableTargets: [
      {
        ...orders,
        MinCapacity: 5,
        MaxCapacity: 60,
        RoleARN: expect.stringContaining('AWSServiceRoleForApplicationAutoScaling_DynamoDBTable'),
        CreationTime: startAt / 1000 + 10,
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: true,
        },
        ScalableTargetARN,
      },
    ],
  });
  await call('DeregisterScalableTarget', orders);
  expect(await call('DescribeScalableTargets', { ServiceNamespace: 'dynamodb' })).toEqual({ ScalableTargets: [] });
  await expect(call('DeregisterScalableTarget', orders)).rejects.toMatchObject({ code: 'ObjectNotFoundException' });
});

test('targets, policies and their alarms outlive the table', async () => {
  const { whole, tables, call } = await withOrders();
  await call('RegisterScalableTarget', { ...orders, ...capacity });
  await call('PutScalingPolicy', { ...orders, ...tracking });
  await tables.deleteTable({ TableName: 'orders' });
  await whole.pass(10 * secondMs);
  const { ScalableTargets } = await call('DescribeScalableTargets', { ServiceNamespace: 'dynamodb' });
  const { ScalingPolicies } = await call('DescribeScalingPolicies', { ServiceNamespace: 'dynamodb' });
  expect([ScalableTargets, ScalingPolicies]).toMatchObject([[orders], [{ PolicyName: 'reads' }]]);
  expect(await alarmNames(whole)).toHaveLength(4);
});

const alarmNames = async ({ config }: Whole): Promise<string[]> => {
  const { MetricAlarms = [] } = await new CloudWatch(config).describeAlarms({});
  return MetricAlarms.map(({ AlarmName = '' }) => AlarmName);
};

test('target tracking makes four alarms that are its own, and they go with the policy', async () => {
  const { whole, call } = await withOrders();
  await call('RegisterScalableTarget', { ...orders, ...capacity });
  const { PolicyARN, Alarms } = await call('PutScalingPolicy', { ...orders, ...tracking });
  expect(Alarms).toHaveLength(4);
  expect((await alarmNames(whole)).every((name) => name.startsWith('TargetTracking-table/orders-'))).toBe(true);
  expect(await call('PutScalingPolicy', { ...orders, ...tracking })).toEqual({ PolicyARN, Alarms });
  const { MetricAlarms = [] } = await new CloudWatch(whole.config).describeAlarmsForMetric({
    Namespace: 'AWS/DynamoDB',
    MetricName: 'ConsumedReadCapacityUnits',
    Dimensions: [{ Name: 'TableName', Value: 'orders' }],
  });
  expect(MetricAlarms.map(({ AlarmActions }) => AlarmActions)).toEqual(
    [1, 2].map(() => [expect.stringContaining(`${PolicyARN}:createdBy/`)]),
  );
  await call('DeleteScalingPolicy', { ...orders, PolicyName: 'reads' });
  expect(await alarmNames(whole)).toEqual([]);
});

test('a target that is deregistered takes its policies, schedules and alarms with it', async () => {
  const { whole, call } = await withOrders();
  const index = {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/orders/index/by-team',
    ScalableDimension: 'dynamodb:index:ReadCapacityUnits',
  };
  for (const target of [orders, index]) {
    await call('RegisterScalableTarget', { ...target, ...capacity });
    await call('PutScalingPolicy', { ...target, ...tracking });
    await call('PutScheduledAction', { ...target, ScheduledActionName: 'morning', Schedule: 'cron(0 6 * * ? *)' });
  }
  await call('DeregisterScalableTarget', orders);
  const { ScalingPolicies } = await call('DescribeScalingPolicies', { ServiceNamespace: 'dynamodb' });
  const { ScheduledActions } = await call('DescribeScheduledActions', { ServiceNamespace: 'dynamodb' });
  expect([ScalingPolicies, ScheduledActions]).toMatchObject([
    [{ ResourceId: index.ResourceId }],
    [{ ResourceId: index.ResourceId }],
  ]);
  expect(await alarmNames(whole)).toHaveLength(4);
});

test('a scheduled action keeps what is not given again', async () => {
  const { call } = await withOrders();
  await call('RegisterScalableTarget', { ...orders, ...capacity });
  const named = { ...orders, ScheduledActionName: 'morning' };
  const ScalableTargetAction = { MinCapacity: 10 };
  await call('PutScheduledAction', { ...named, Schedule: 'cron(0 6 * * ? *)', Timezone: 'Europe/Berlin' });
  await call('PutScheduledAction', { ...named, ScalableTargetAction, StartTime: 1_800_000_000 });
  const { ScheduledActions } = await call('DescribeScheduledActions', {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/orders',
  });
  expect(ScheduledActions).toEqual([
    {
      ...named,
      Schedule: 'cron(0 6 * * ? *)',
      Timezone: 'Europe/Berlin',
      StartTime: 1_800_000_000,
      ScalableTargetAction,
      ScheduledActionARN: expect.stringContaining(':scheduledActionName/morning'),
      CreationTime: startAt / 1000 + 10,
    },
  ]);
  await call('DeleteScheduledAction', named);
  await expect(call('DeleteScheduledAction', named)).rejects.toMatchObject({ code: 'ObjectNotFoundException' });
});

test.each<[string, string, Record<string, unknown>]>([
  ['a table that is not there', 'RegisterScalableTarget', { ...orders, ResourceId: 'table/nobodys', ...capacity }],
  [
    'an index that is not there',
    'RegisterScalableTarget',
    {
      ...orders,
      ...capacity,
      ResourceId: 'table/orders/index/by-city',
      ScalableDimension: 'dynamodb:index:ReadCapacityUnits',
    },
  ],
  [
    "a table under an index's dimension",
    'RegisterScalableTarget',
    { ...orders, ...capacity, ScalableDimension: 'dynamodb:index:ReadCapacityUnits' },
  ],
  ['no bounds', 'RegisterScalableTarget', orders],
  ['bounds the wrong way round', 'RegisterScalableTarget', { ...orders, MinCapacity: 9, MaxCapacity: 8 }],
  ['another service', 'RegisterScalableTarget', { ...orders, ...capacity, ServiceNamespace: 'ecs' }],
  ['no namespace', 'DescribeScalableTargets', {}],
])('%s is a ValidationException', async (_what, operation, input) => {
  const { call } = await withOrders();
  await expect(call(operation, input)).rejects.toMatchObject({ code: 'ValidationException' });
});

test('what is not registered has neither policy nor schedule', async () => {
  const { call } = await withOrders();
  const unknown = { code: 'ObjectNotFoundException' };
  await expect(call('PutScalingPolicy', { ...orders, ...tracking })).rejects.toMatchObject(unknown);
  const scheduled = { ...orders, ScheduledActionName: 'morning', Schedule: 'rate(1 day)' };
  await expect(call('PutScheduledAction', scheduled)).rejects.toMatchObject(unknown);
});

test('a role that registers a table needs the rights to describe and update it, too', async () => {
  const { whole } = await withOrders();
  const { aws } = whole;
  const allow = (Action: string[]) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
  });
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }],
  };
  const attempt = async (actions: string[]) => {
    const role = aws.iam.putRole({
      account: '123456789012',
      name: `r${actions.length}`,
      trust,
      policies: { all: allow(actions) },
    });
    const { accessKeyId } = aws.iam.openSession(role.arn, 'test', 3600);
    await aws.core.call({
      service: 'application-autoscaling',
      operation: 'RegisterScalableTarget',
      input: { ...orders, ...capacity },
      caller: aws.iam.caller(accessKeyId),
      account: '123456789012',
      region: 'us-east-1',
    });
  };
  const own = 'application-autoscaling:RegisterScalableTarget';
  await expect(attempt([own])).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await attempt([own, 'dynamodb:DescribeTable', 'dynamodb:UpdateTable']);
});
