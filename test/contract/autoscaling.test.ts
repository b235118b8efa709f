import { expect } from 'vitest';
import { alarms } from './endpoint.ts';
import { autoscaling, callJson } from './json-client.ts';
import { afterwards, dropTable, makeTable, newName } from './made.ts';
import { rule } from './rule.ts';

const call = (operation: string, input: Record<string, unknown>) => callJson(autoscaling, operation, input);

const targetOf = (name: string) => ({
  ServiceNamespace: 'dynamodb',
  ResourceId: `table/${name}`,
  ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
});
const capacity = { MinCapacity: 1, MaxCapacity: 10 };

/** A provisioned table whose reads may be scaled. */
async function makeTarget() {
  const { name } = await makeTable({
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  });
  const target = targetOf(name);
  await call('RegisterScalableTarget', { ...target, ...capacity });
  afterwards(async () => {
    if (((await targets(target)) as unknown[]).length > 0) await call('DeregisterScalableTarget', target);
  });
  return { name, target };
}

const tracking = {
  PolicyName: 'reads',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 70,
    PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
  },
};

const describe = async (operation: string, member: string, { ResourceId }: { ResourceId: string }) => {
  const ids = operation === 'DescribeScalableTargets' ? { ResourceIds: [ResourceId] } : { ResourceId };
  return (await call(operation, { ServiceNamespace: 'dynamodb', ...ids }))[member];
};
const targets = (of: { ResourceId: string }) => describe('DescribeScalableTargets', 'ScalableTargets', of);
const policies = (of: { ResourceId: string }) => describe('DescribeScalingPolicies', 'ScalingPolicies', of);
const actions = (of: { ResourceId: string }) => describe('DescribeScheduledActions', 'ScheduledActions', of);

rule('a target is described as it was registered', async () => {
  const { target } = await makeTarget();
  expect(await targets(target)).toEqual([
    expect.objectContaining({
      ...target,
      ...capacity,
      SuspendedState: {
        DynamicScalingInSuspended: false,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
      },
    }),
  ]);
});

rule('a target that is registered again keeps what is not given', async () => {
  const { target } = await makeTarget();
  await call('RegisterScalableTarget', { ...target, MaxCapacity: 20 });
  expect(await targets(target)).toMatchObject([{ MinCapacity: 1, MaxCapacity: 20 }]);
});

rule('a policy is described as it was put, with its alarms', async () => {
  const { name, target } = await makeTarget();
  const { PolicyARN, Alarms } = await call('PutScalingPolicy', { ...target, ...tracking });
  expect(await policies(target)).toMatchObject([{ ...target, ...tracking, PolicyARN, Alarms }]);
  expect(Alarms).toHaveLength(4);
  const names = (Alarms as { AlarmName: string }[]).map(({ AlarmName }) => AlarmName);
  expect(names.every((one) => one.startsWith(`TargetTracking-table/${name}-`))).toBe(true);
  const { MetricAlarms = [] } = await alarms.describeAlarms({ AlarmNames: names });
  expect(MetricAlarms).toHaveLength(4);
  expect(MetricAlarms.every(({ AlarmActions }) => AlarmActions?.[0]?.startsWith(`${PolicyARN}:createdBy/`))).toBe(true);
});

rule('a scheduled action is described as it was put', async () => {
  const { target } = await makeTarget();
  const action = {
    ...target,
    ScheduledActionName: 'morning',
    Schedule: 'cron(0 6 * * ? *)',
    Timezone: 'Europe/Berlin',
    ScalableTargetAction: { MinCapacity: 2 },
  };
  await call('PutScheduledAction', action);
  expect(await actions(target)).toMatchObject([action]);
  await call('DeleteScheduledAction', { ...target, ScheduledActionName: 'morning' });
  expect(await actions(target)).toEqual([]);
});

rule('a target outlives its table, with its policies', async () => {
  const { name, target } = await makeTarget();
  await call('PutScalingPolicy', { ...target, ...tracking });
  await dropTable(name);
  expect(await targets(target)).toMatchObject([target]);
  expect(await policies(target)).toMatchObject([{ PolicyName: 'reads' }]);
});

rule('a target that is deregistered takes its policies with it', async () => {
  const { target } = await makeTarget();
  await call('PutScalingPolicy', { ...target, ...tracking });
  await call('DeregisterScalableTarget', target);
  expect([await targets(target), await policies(target)]).toEqual([[], []]);
});

rule('a table that does not exist is not scaled', async () => {
  await expect(call('RegisterScalableTarget', { ...targetOf(newName()), ...capacity })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

rule('what is not registered has no policy and is not deregistered', async () => {
  const { name } = await makeTable();
  const unknown = { name: 'ObjectNotFoundException' };
  await expect(call('PutScalingPolicy', { ...targetOf(name), ...tracking })).rejects.toMatchObject(unknown);
  await expect(call('DeregisterScalableTarget', targetOf(name))).rejects.toMatchObject(unknown);
});
