import { page } from '../page.ts';
import { AwsError, type Service } from '../service.ts';
import type { Group, Groups } from './groups.ts';
import { checkName } from './schedules.ts';

export function groupOperations(groups: Groups): Service['operations'] {
  return {
    CreateScheduleGroup: (call) => ({ ScheduleGroupArn: groups.add(call, checkName('name', call.input.Name)).arn }),
    GetScheduleGroup: (call) => described(groups.get(call, call.input.Name)),
    DeleteScheduleGroup(call) {
      const group = groups.get(call, call.input.Name);
      if (group.name === 'default') throw new AwsError('ValidationException', 'Cannot delete the default group.');
      groups.remove(call, group);
    },
    ListScheduleGroups(call) {
      const { NamePrefix = '', MaxResults, NextToken } = call.input;
      const named = groups.all(call).filter(({ name }) => name.startsWith(String(NamePrefix)));
      const { page: some, ...next } = page(named, MaxResults, NextToken);
      return { ScheduleGroups: some.map(described), ...next };
    },
  };
}

function described({ name, arn, createdAt }: Group) {
  const CreationDate = createdAt / 1000;
  return { Arn: arn, Name: name, State: 'ACTIVE', CreationDate, LastModificationDate: CreationDate };
}
