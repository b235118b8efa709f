import { validatorOf } from '../members.ts';
import type { Call, Core, Permission, RestParts, Service } from '../service.ts';
import { bindByName } from '../wire/rest-json.ts';
import { groupOperations } from './group-operations.ts';
import { Groups, groupArn, scheduleArn } from './groups.ts';
import { scheduleOperations } from './schedule-operations.ts';
import type { SchedulerOptions } from './start.ts';

const routes = {
  'POST /schedules/{Name}': 'CreateSchedule',
  'PUT /schedules/{Name}': 'UpdateSchedule',
  'GET /schedules/{Name}': 'GetSchedule',
  'DELETE /schedules/{Name}': 'DeleteSchedule',
  'GET /schedules': 'ListSchedules',
  'POST /schedule-groups/{Name}': 'CreateScheduleGroup',
  'GET /schedule-groups/{Name}': 'GetScheduleGroup',
  'DELETE /schedule-groups/{Name}': 'DeleteScheduleGroup',
  'GET /schedule-groups': 'ListScheduleGroups',
};

const schedule = ['Name', 'ScheduleExpression', 'FlexibleTimeWindow', 'Target'];

const validate = validatorOf({
  required: { CreateSchedule: schedule, UpdateSchedule: schedule },
  enums: { State: ['ENABLED', 'DISABLED'], ActionAfterCompletion: ['NONE', 'DELETE'] },
});

/** EventBridge Scheduler: calls made on time with the schedule's own role. */
export function createScheduler(core: Core, options: SchedulerOptions = {}): Service {
  const groups = new Groups(() => core.clock.now());
  return {
    name: 'scheduler',
    protocol: 'rest-json',
    routes,
    bind,
    validate,
    permissions,
    operations: { ...scheduleOperations(core, options, groups), ...groupOperations(groups) },
  };
}

/** In query strings some members have other names. */
function bind(_operation: string, parts: RestParts): Record<string, unknown> {
  const { groupName, clientToken, ScheduleGroup, ...input } = bindByName(parts);
  const group = groupName ?? ScheduleGroup;
  return {
    ...input,
    ...(group !== undefined && { GroupName: group }),
    ...(clientToken !== undefined && { ClientToken: clientToken }),
  };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
function permissions(call: Call): Permission[] {
  const { operation, input } = call;
  const action = `scheduler:${operation}`;
  if (operation.startsWith('List')) return [{ action, resource: '*' }];
  if (operation.endsWith('Group')) return [{ action, resource: groupArn(String(input.Name), call) }];
  const own = { action, resource: scheduleArn(String(input.Name), String(input.GroupName ?? 'default'), call) };
  const role = (input.Target as { RoleArn?: string } | undefined)?.RoleArn;
  if (role === undefined) return [own];
  const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [own, { action: 'iam:PassRole', resource: role, context }];
}
