import { type Kind, pick } from '../kind.ts';

export const scheduleGroup: Kind = {
  identity: ['Name'],
  async put(place, properties, before) {
    const Name = before?.physicalId ?? String(properties.Name ?? place.generateName(64));
    if (before === undefined) await place.call('scheduler', 'CreateScheduleGroup', { Name });
    return { physicalId: Name, attributes: { Arn: place.arn('scheduler', `schedule-group/${Name}`) } };
  },
  remove: (place, { physicalId }) => place.call('scheduler', 'DeleteScheduleGroup', { Name: physicalId }),
};

const members = [
  'GroupName',
  'Description',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'StartDate',
  'EndDate',
  'State',
  'FlexibleTimeWindow',
  'Target',
  'KmsKeyArn',
];

export const schedule: Kind = {
  identity: ['Name', 'GroupName'],
  async put(place, properties, before) {
    const Name = before?.physicalId ?? String(properties.Name ?? place.generateName(64));
    const operation = before === undefined ? 'CreateSchedule' : 'UpdateSchedule';
    const input = { Name, ...pick(properties, members) };
    const { ScheduleArn } = await place.call('scheduler', operation, input);
    return { physicalId: Name, attributes: { Arn: ScheduleArn } };
  },
  remove: (place, { physicalId }, properties) =>
    place.call('scheduler', 'DeleteSchedule', { Name: physicalId, ...pick(properties, ['GroupName']) }),
};
