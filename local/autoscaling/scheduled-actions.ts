import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Service } from '../service.ts';
import { longestPage } from './policies.ts';
import { invalid, isAsked, keyOf, type ScheduledAction, type State, targetOf } from './targets.ts';

/** What a schedule looks like; whether a cron expression makes sense is not looked at. */
const schedules =
  /^(?:at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\([1-9]\d* (?:minute|hour|day)s?\)|cron\(\S+(?: \S+){5}\))$/;

/** Scheduled actions: kept, never done. */
export function scheduledActionOperations(core: Core, stateOf: (call: Call) => State): Service['operations'] {
  return {
    PutScheduledAction(call) {
      const { actions } = stateOf(call);
      const { resourceId, dimension } = targetOf(stateOf(call), call);
      const name = String(call.input.ScheduledActionName);
      const key = keyOf({ resourceId, dimension }, name);
      const before = actions.get(key);
      const schedule = (call.input.Schedule ?? before?.schedule) as string | undefined;
      if (schedule === undefined) throw invalid('Schedule must be specified for a new scheduled action');
      if (!schedules.test(schedule)) throw invalid(`Unable to parse schedule expression: ${schedule}`);
      const { account, region } = call;
      const id = before?.arn.split(':scheduledAction:')[1]?.split(':')[0] ?? core.random.uuid();
      actions.set(key, {
        ...before,
        arn: `arn:aws:autoscaling:${region}:${account}:scheduledAction:${id}:resource/dynamodb/${resourceId}:scheduledActionName/${name}`,
        name,
        resourceId,
        dimension,
        schedule,
        createdAt: before?.createdAt ?? core.clock.now(),
        ...given(call.input),
      });
    },
    DeleteScheduledAction(call) {
      const { actions } = stateOf(call);
      const { resourceId, dimension } = targetOf(stateOf(call), call);
      const name = String(call.input.ScheduledActionName);
      if (actions.delete(keyOf({ resourceId, dimension }, name))) return;
      const what = `service namespace: dynamodb, resource ID: ${resourceId}, scheduled action name: ${name}`;
      throw new AwsError('ObjectNotFoundException', `No scheduled action found for ${what}`);
    },
    DescribeScheduledActions: (call) => {
      const names = (call.input.ScheduledActionNames ?? []) as string[];
      const found = [...stateOf(call).actions.values()].filter(
        (action) => isAsked(action, call) && (names.length === 0 || names.includes(action.name)),
      );
      const { page: shown, NextToken } = page(found, call.input.MaxResults ?? longestPage, call.input.NextToken);
      return { ScheduledActions: shown.map(describe), ...(NextToken !== undefined && { NextToken }) };
    },
  };
}

function given(input: Call['input']): Partial<ScheduledAction> {
  const { Timezone, StartTime, EndTime, ScalableTargetAction } = input;
  return {
    ...(Timezone != null && { timezone: String(Timezone) }),
    ...(StartTime != null && { startTime: Number(StartTime) }),
    ...(EndTime != null && { endTime: Number(EndTime) }),
    ...(ScalableTargetAction != null && { action: ScalableTargetAction as Record<string, number> }),
  };
}

const describe = (action: ScheduledAction) => ({
  ScheduledActionARN: action.arn,
  ScheduledActionName: action.name,
  ServiceNamespace: 'dynamodb',
  ResourceId: action.resourceId,
  ScalableDimension: action.dimension,
  Schedule: action.schedule,
  ...(action.timezone !== undefined && { Timezone: action.timezone }),
  ...(action.startTime !== undefined && { StartTime: action.startTime }),
  ...(action.endTime !== undefined && { EndTime: action.endTime }),
  ...(action.action && { ScalableTargetAction: action.action }),
  CreationTime: action.createdAt / 1000,
});
