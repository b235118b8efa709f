import { validatorOf } from '../members.ts';
import { page } from '../page.ts';
import { AwsError, type Call, type Core, type Permission, type Service } from '../service.ts';
import { perRegion } from '../state.ts';
import { bindByName } from '../wire/rest-json.ts';
import { checkName, readSettings, type Schedule } from './schedules.ts';
import { checkTrust, type SchedulerOptions, start } from './start.ts';

interface Group {
  name: string;
  arn: string;
  createdAt: number;
  schedules: Map<string, Schedule>;
}

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

const made = ['Name', 'ScheduleExpression', 'FlexibleTimeWindow', 'Target'];

const validate = validatorOf({
  required: { CreateSchedule: made, UpdateSchedule: made },
  enums: { State: ['ENABLED', 'DISABLED'], ActionAfterCompletion: ['NONE', 'DELETE'] },
});

const notFound = (what: string) => new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);
const conflict = (what: string) => new AwsError('ConflictException', `${what} already exists.`, 409);

const groupArn = (name: string, { account, region }: { account: string; region: string }) =>
  `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;

/** EventBridge Scheduler: calls made on time with the schedule's own role. */
export function createScheduler(core: Core, options: SchedulerOptions = {}): Service {
  const { clock } = core;
  const groupsOf = perRegion((account, region) => {
    const newGroup = (name: string): [string, Group] => [
      name,
      { name, arn: groupArn(name, { account, region }), createdAt: clock.now(), schedules: new Map() },
    ];
    return { all: new Map([newGroup('default')]), newGroup };
  });
  const groupOf = (call: Call, name: unknown): Group => {
    const group = groupsOf(call).all.get(String(name ?? 'default'));
    if (group === undefined) throw notFound(`Schedule group ${name}`);
    return group;
  };
  const scheduleOf = (call: Call): Schedule => {
    const schedule = groupOf(call, call.input.GroupName).schedules.get(String(call.input.Name));
    if (schedule === undefined) throw notFound(`Schedule ${call.input.Name}`);
    return schedule;
  };

  const put = (call: Call, known: Schedule | undefined) => {
    const settings = readSettings(call.input);
    const group = groupOf(call, settings.GroupName);
    const { account, region } = call;
    const schedule: Schedule = {
      settings,
      arn: `arn:aws:scheduler:${region}:${account}:schedule/${group.name}/${settings.Name}`,
      groupArn: group.arn,
      account,
      region,
      createdAt: known?.createdAt ?? clock.now(),
      modifiedAt: clock.now(),
      stop: () => {},
      ...(call.input.ClientToken !== undefined && { clientToken: String(call.input.ClientToken) }),
    };
    checkTrust(options.assumeFor, schedule);
    known?.stop();
    group.schedules.set(settings.Name, schedule);
    start(core, options, schedule, () => group.schedules.delete(settings.Name));
    return { ScheduleArn: schedule.arn };
  };

  return {
    name: 'scheduler',
    protocol: 'rest-json',
    routes,
    bind(_operation, parts) {
      const { groupName, clientToken, ScheduleGroup, ...input } = bindByName(parts);
      const group = groupName ?? ScheduleGroup;
      return {
        ...input,
        ...(group !== undefined && { GroupName: group }),
        ...(clientToken !== undefined && { ClientToken: clientToken }),
      };
    },
    validate,
    permissions,
    operations: {
      CreateSchedule(call) {
        const { Name, GroupName, ClientToken } = call.input;
        const known = groupOf(call, GroupName).schedules.get(String(Name));
        if (known === undefined) return put(call, undefined);
        if (ClientToken !== undefined && known.clientToken === ClientToken) return { ScheduleArn: known.arn };
        throw conflict(`Schedule ${Name}`);
      },
      UpdateSchedule: (call) => put(call, scheduleOf(call)),
      GetSchedule: (call) => described(scheduleOf(call)),
      DeleteSchedule(call) {
        scheduleOf(call).stop();
        groupOf(call, call.input.GroupName).schedules.delete(String(call.input.Name));
      },
      ListSchedules(call) {
        const { GroupName, NamePrefix = '', State } = call.input;
        const groups = GroupName === undefined ? [...groupsOf(call).all.values()] : [groupOf(call, GroupName)];
        const schedules = groups
          .flatMap((group) => [...group.schedules.values()])
          .filter(({ settings }) => settings.Name.startsWith(String(NamePrefix)))
          .filter(({ settings }) => State === undefined || settings.State === State);
        const { page: items, ...next } = page(schedules, call.input.MaxResults, call.input.NextToken);
        return { Schedules: items.map(summary), ...next };
      },
      CreateScheduleGroup(call) {
        const name = checkName('name', call.input.Name);
        const { all, newGroup } = groupsOf(call);
        if (all.has(name)) throw conflict(`Schedule group ${name}`);
        all.set(...newGroup(name));
        return { ScheduleGroupArn: groupArn(name, call) };
      },
      GetScheduleGroup: (call) => groupDescribed(groupOf(call, call.input.Name)),
      DeleteScheduleGroup(call) {
        const group = groupOf(call, call.input.Name);
        if (group.name === 'default') throw new AwsError('ValidationException', 'Cannot delete the default group.');
        for (const schedule of group.schedules.values()) schedule.stop();
        groupsOf(call).all.delete(group.name);
      },
      ListScheduleGroups(call) {
        const prefix = String(call.input.NamePrefix ?? '');
        const groups = [...groupsOf(call).all.values()].filter(({ name }) => name.startsWith(prefix));
        const { page: items, ...next } = page(groups, call.input.MaxResults, call.input.NextToken);
        return { ScheduleGroups: items.map(groupDescribed), ...next };
      },
    },
  };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
function permissions(call: Call): Permission[] {
  const { operation, input, account, region } = call;
  const action = `scheduler:${operation}`;
  if (operation.startsWith('List')) return [{ action, resource: '*' }];
  if (operation.endsWith('Group')) return [{ action, resource: groupArn(String(input.Name), call) }];
  const resource = `arn:aws:scheduler:${region}:${account}:schedule/${input.GroupName ?? 'default'}/${input.Name}`;
  const role = (input.Target as { RoleArn?: string } | undefined)?.RoleArn;
  if (role === undefined) return [{ action, resource }];
  const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [
    { action, resource },
    { action: 'iam:PassRole', resource: role, context },
  ];
}

function described({ settings, arn, createdAt, modifiedAt }: Schedule) {
  return { Arn: arn, ...settings, CreationDate: createdAt / 1000, LastModificationDate: modifiedAt / 1000 };
}

function summary(schedule: Schedule) {
  const { Arn, Name, GroupName, State, CreationDate, LastModificationDate } = described(schedule);
  const Target = { Arn: schedule.settings.Target.Arn };
  return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target };
}

function groupDescribed({ name, arn, createdAt }: Group) {
  const CreationDate = createdAt / 1000;
  return { Arn: arn, Name: name, State: 'ACTIVE', CreationDate, LastModificationDate: CreationDate };
}
