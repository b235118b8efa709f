import { type Kind, type Place, pick } from '../kind.ts';

type Statement = Record<string, unknown>;

export const eventBus: Kind = {
  identity: ['Name'],
  async put(place, properties, before) {
    const Name = String(properties.Name);
    if (before === undefined)
      await place.call('events', 'CreateEventBus', { Name, ...pick(properties, ['Description']) });
    return { physicalId: Name, attributes: { Arn: place.arn('events', `event-bus/${Name}`), Name } };
  },
  remove: (place, { physicalId }) => place.call('events', 'DeleteEventBus', { Name: physicalId }),
};

async function statementsOf(place: Place, bus: string): Promise<Statement[]> {
  const { Policy } = await place.call('events', 'DescribeEventBus', { Name: bus });
  return Policy === undefined ? [] : (JSON.parse(String(Policy)).Statement as Statement[]);
}

/** One statement of a bus's policy; the others stay. */
export const eventBusPolicy: Kind = {
  identity: ['EventBusName', 'StatementId'],
  async put(place, properties) {
    const { EventBusName = 'default', StatementId, Statement, Principal, Action, Condition } = properties;
    const bus = String(EventBusName);
    const { Type = '', Key = '', Value } = (Condition ?? {}) as Record<string, string>;
    const arn = place.arn('events', `event-bus/${bus}`);
    const named = Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` };
    const short = { Effect: 'Allow', Principal: named, Action: Action ?? 'events:PutEvents', Resource: arn };
    const own = (Statement ?? {
      ...short,
      ...(Condition !== undefined && { Condition: { [Type]: { [Key]: Value } } }),
    }) as Statement;
    const others = (await statementsOf(place, bus)).filter(({ Sid }) => Sid !== StatementId);
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [...others, { ...own, Sid: StatementId }] });
    await place.call('events', 'PutPermission', { EventBusName: bus, Policy });
    return { physicalId: `${bus}|${StatementId}`, attributes: {} };
  },
  remove: (place, _made, { EventBusName = 'default', StatementId }) =>
    place.call('events', 'RemovePermission', { EventBusName, StatementId }),
};

interface Target {
  Id: string;
}

const plainName = (busOrArn: unknown): string => String(busOrArn ?? 'default').replace(/^.*event-bus\//, '');

export const rule: Kind = {
  identity: ['Name', 'EventBusName'],
  async put(place, properties, before) {
    const { EventBusName, EventPattern, Targets = [], Name } = properties;
    const bus = plainName(EventBusName);
    const name = String(before?.attributes.name ?? Name ?? place.generateName(64));
    const pattern = typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern;
    const { RuleArn } = await place.call('events', 'PutRule', {
      Name: name,
      EventBusName: bus,
      ...pick(properties, ['ScheduleExpression', 'Description', 'State', 'RoleArn']),
      ...(pattern !== undefined && { EventPattern: pattern }),
    });
    const targets = Targets as Target[];
    const known = await place.call('events', 'ListTargetsByRule', { Rule: name, EventBusName: bus });
    const gone = (known.Targets as Target[]).map(({ Id }) => Id).filter((id) => !targets.some(({ Id }) => Id === id));
    if (gone.length > 0) await place.call('events', 'RemoveTargets', { Rule: name, EventBusName: bus, Ids: gone });
    if (targets.length > 0) {
      const answer = await place.call('events', 'PutTargets', { Rule: name, EventBusName: bus, Targets: targets });
      if (Number(answer.FailedEntryCount) > 0) throw new Error(JSON.stringify(answer.FailedEntries));
    }
    return { physicalId: bus === 'default' ? name : `${bus}|${name}`, attributes: { Arn: RuleArn, name, bus } };
  },
  async remove(place, { attributes }) {
    const { name, bus } = attributes;
    const answer = await place.call('events', 'ListTargetsByRule', { Rule: name, EventBusName: bus });
    const Ids = (answer.Targets as Target[]).map(({ Id }) => Id);
    if (Ids.length > 0) await place.call('events', 'RemoveTargets', { Rule: name, EventBusName: bus, Ids });
    await place.call('events', 'DeleteRule', { Name: name, EventBusName: bus });
  },
};
