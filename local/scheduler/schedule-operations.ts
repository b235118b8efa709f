import { page } from '../page.ts';
import type { Call, Core, Service } from '../service.ts';
import { conflict, type Groups, scheduleArn } from './groups.ts';
import { readSettings, type Schedule } from './schedules.ts';
import { checkTrust, type SchedulerOptions, start } from './start.ts';

export function scheduleOperations(core: Core, options: SchedulerOptions, groups: Groups): Service['operations'] {
  const asked = (call: Call) => groups.schedule(call, call.input.GroupName, call.input.Name);
  return {
    CreateSchedule(call) {
      const { Name, GroupName, ClientToken } = call.input;
      const known = groups.get(call, GroupName).schedules.get(String(Name));
      if (known === undefined) return put(core, options, groups, call);
      if (ClientToken !== undefined && known.clientToken === ClientToken) return { ScheduleArn: known.arn };
      throw conflict(`Schedule ${Name}`);
    },
    UpdateSchedule: (call) => put(core, options, groups, call, asked(call)),
    GetSchedule: (call) => described(asked(call)),
    DeleteSchedule(call) {
      asked(call).stop();
      groups.get(call, call.input.GroupName).schedules.delete(String(call.input.Name));
    },
    ListSchedules(call) {
      const { GroupName, NamePrefix = '', State, MaxResults, NextToken } = call.input;
      const searched = GroupName === undefined ? groups.all(call) : [groups.get(call, GroupName)];
      const found = searched
        .flatMap(({ schedules }) => [...schedules.values()])
        .filter(({ settings }) => settings.Name.startsWith(String(NamePrefix)))
        .filter(({ settings }) => State === undefined || settings.State === State);
      const { page: some, ...next } = page(found, MaxResults, NextToken);
      return { Schedules: some.map(summary), ...next };
    },
  };
}

/** Puts a schedule in the place of the known one, if there is one. What the call leaves out has its default again. */
function put(core: Core, options: SchedulerOptions, groups: Groups, call: Call, known?: Schedule) {
  const settings = readSettings(call.input);
  const group = groups.get(call, settings.GroupName);
  const now = core.clock.now();
  const schedule: Schedule = {
    settings,
    arn: scheduleArn(settings.Name, group.name, call),
    groupArn: group.arn,
    account: call.account,
    region: call.region,
    createdAt: known?.createdAt ?? now,
    modifiedAt: now,
    stop: () => {},
    ...(call.input.ClientToken !== undefined && { clientToken: String(call.input.ClientToken) }),
  };
  checkTrust(options.assumeFor, schedule);
  known?.stop();
  group.schedules.set(settings.Name, schedule);
  start(core, options, schedule, () => {
    if (group.schedules.get(settings.Name) === schedule) group.schedules.delete(settings.Name);
  });
  return { ScheduleArn: schedule.arn };
}

function described({ settings, arn, createdAt, modifiedAt }: Schedule) {
  return { Arn: arn, ...settings, CreationDate: createdAt / 1000, LastModificationDate: modifiedAt / 1000 };
}

function summary(schedule: Schedule) {
  const { Arn, Name, GroupName, State, CreationDate, LastModificationDate } = described(schedule);
  const Target = { Arn: schedule.settings.Target.Arn };
  return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target };
}
