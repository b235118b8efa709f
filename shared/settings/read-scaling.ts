import type { Policy, ScheduledAction } from '../aws/autoscaling.ts';
import { inOrder } from './canonical.ts';
import type { Reading } from './readers.ts';
import type { Scaling, ScalingPolicy, ScalingSchedule } from './settings.ts';

/** What AWS calls the table or index, and the dimension. */
export function scalableResource(tableName: string, { index, dimension }: Pick<Scaling, 'index' | 'dimension'>) {
  const kind = index === undefined ? 'table' : 'index';
  const units = dimension === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits';
  return {
    ResourceId: index === undefined ? `table/${tableName}` : `table/${tableName}/index/${index}`,
    ScalableDimension: `dynamodb:${kind}:${units}`,
  };
}

/** Targets of the table and every index; most tables have none, which takes one call. */
export async function readScaling({ api, table, name }: Reading): Promise<Scaling[] | null> {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  const idOf = (index?: string) => scalableResource(name, { dimension: 'read', ...(index && { index }) }).ResourceId;
  const targets = await api.scaling.targets([idOf(), ...indexes.map(idOf)]);
  const scaling: Scaling[] = [];
  for (const { ResourceId, ScalableDimension, MinCapacity, MaxCapacity, SuspendedState = {} } of targets) {
    const isOfIt = (of: { ScalableDimension: string }) => of.ScalableDimension === ScalableDimension;
    const index = ResourceId.split('/index/')[1];
    const suspended = Object.entries(SuspendedState).filter(([, isSuspended]) => isSuspended);
    scaling.push({
      ...(index !== undefined && { index }),
      dimension: ScalableDimension.endsWith('ReadCapacityUnits') ? 'read' : 'write',
      min: MinCapacity,
      max: MaxCapacity,
      ...(suspended.length > 0 && { suspended: Object.fromEntries(suspended) }),
      policies: inOrder((await api.scaling.policies(ResourceId)).filter(isOfIt).map(policyOf)),
      schedules: inOrder((await api.scaling.scheduledActions(ResourceId)).filter(isOfIt).map(scheduleOf)),
    });
  }
  return scaling.length === 0 ? null : inOrder(scaling);
}

function policyOf(policy: Policy): ScalingPolicy {
  const { PolicyName: name, PolicyType: type } = policy;
  const { TargetTrackingScalingPolicyConfiguration: targetTracking, StepScalingPolicyConfiguration: stepScaling } =
    policy;
  return { name, type, ...(targetTracking && { targetTracking }), ...(stepScaling && { stepScaling }) };
}

function scheduleOf(action: ScheduledAction): ScalingSchedule {
  const { ScheduledActionName: name, Schedule: schedule, Timezone: timezone, StartTime, EndTime } = action;
  const { MinCapacity: min, MaxCapacity: max } = action.ScalableTargetAction ?? {};
  return {
    name,
    schedule,
    ...(timezone !== undefined && { timezone }),
    ...(StartTime !== undefined && { startAt: StartTime * 1000 }),
    ...(EndTime !== undefined && { endAt: EndTime * 1000 }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}
