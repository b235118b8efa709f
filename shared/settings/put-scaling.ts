import type { SettingsApi } from '../aws/settings.ts';
import { isOnDemand } from './from-table.ts';
import { CannotPutBack, type Put, type Putting } from './putting.ts';
import { scalableResource } from './read-scaling.ts';
import type { Scaling } from './settings.ts';

/**
 * Registers the targets, then their policies and schedules: all of it may be done again. Targets outlive their table
 * and act on the next one of that name; those that should not be there are taken away.
 */
export async function putScaling({ api, table, name, rows }: Putting): Promise<Put> {
  if (isOnDemand(table)) throw new CannotPutBack('The table is on demand: there is no capacity to scale.');
  for (const { outcome, wanted, found } of rows) {
    if (outcome === 'extra') await api.scaling.deregister(scalableResource(name, found as Scaling));
    else await putOne(api, name, wanted as Scaling);
  }
  return 'done';
}

async function putOne({ scaling }: SettingsApi, name: string, wanted: Scaling): Promise<void> {
  const resource = scalableResource(name, wanted);
  const { min, max, suspended, policies, schedules } = wanted;
  await scaling.register({
    ...resource,
    MinCapacity: min,
    MaxCapacity: max,
    ...(suspended && { SuspendedState: suspended }),
  });
  for (const { name: PolicyName, type: PolicyType, targetTracking, stepScaling } of policies) {
    await scaling.putPolicy({
      ...resource,
      PolicyName,
      PolicyType,
      ...(targetTracking && { TargetTrackingScalingPolicyConfiguration: targetTracking }),
      ...(stepScaling && { StepScalingPolicyConfiguration: stepScaling }),
    });
  }
  for (const { name: ScheduledActionName, schedule, timezone, startAt, endAt, min: least, max: most } of schedules) {
    await scaling.putScheduledAction({
      ...resource,
      ScheduledActionName,
      Schedule: schedule,
      ...(timezone !== undefined && { Timezone: timezone }),
      ...(startAt !== undefined && { StartTime: startAt / 1000 }),
      ...(endAt !== undefined && { EndTime: endAt / 1000 }),
      ScalableTargetAction: {
        ...(least !== undefined && { MinCapacity: least }),
        ...(most !== undefined && { MaxCapacity: most }),
      },
    });
  }
}
