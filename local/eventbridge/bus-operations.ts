import { page } from '../page.ts';
import { AwsError, type Call, type PolicyDocument, type Service } from '../service.ts';
import { type Bus, type Buses, newBus } from './buses.ts';

type Statement = Record<string, unknown>;

/** Buses and their policies. */
export function busOperations(buses: Buses, now: () => number): Service['operations'] {
  return {
    CreateEventBus: (call) => {
      const name = String(call.input.Name);
      if (!/^[\w./-]{1,256}$/.test(name) || name === 'default' || name.startsWith('aws.')) {
        throw new AwsError('ValidationException', `Event bus name ${name} is not valid.`);
      }
      const all = buses.all(call);
      if (all.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      const bus = newBus(name, call, now(), call.input.Description as string | undefined);
      all.set(name, bus);
      return { EventBusArn: bus.arn, ...(bus.description && { Description: bus.description }) };
    },
    DescribeEventBus: (call) => described(buses.get(call, call.input.Name)),
    DeleteEventBus: (call) => {
      const name = String(call.input.Name);
      if (name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      const bus = buses.find(call, name);
      if (bus !== undefined && bus.rules.size > 0) {
        throw new AwsError('ValidationException', `Cannot delete event bus ${name}: it still has rules.`);
      }
      buses.all(call).delete(name);
    },
    ListEventBuses: (call) => {
      const all = [...buses.all(call).values()].filter(({ name }) =>
        name.startsWith(String(call.input.NamePrefix ?? '')),
      );
      const { page: some, ...next } = page(all, call.input.Limit, call.input.NextToken);
      return { EventBuses: some.map(described), ...next };
    },
    PutPermission: (call) => putPermission(buses.get(call, call.input.EventBusName), call, now()),
    RemovePermission: (call) => removePermission(buses.get(call, call.input.EventBusName), call, now()),
  };
}

function described(bus: Bus) {
  return {
    Name: bus.name,
    Arn: bus.arn,
    ...(bus.description !== undefined && { Description: bus.description }),
    ...(bus.policy !== undefined && { Policy: JSON.stringify(bus.policy) }),
    CreationTime: bus.createdAt / 1000,
    LastModifiedTime: bus.modifiedAt / 1000,
  };
}

const statementsOf = (policy: PolicyDocument | undefined): Statement[] =>
  policy === undefined ? [] : ([policy.Statement].flat() as Statement[]);

/** A whole policy, or one statement for an account or everybody. */
function putPermission(bus: Bus, { input, region }: Call, now: number): void {
  if (input.Policy !== undefined) {
    bus.policy = parsePolicy(String(input.Policy));
  } else {
    const { StatementId, Principal, Action, Condition } = input;
    if (!StatementId || !Principal || !Action) {
      throw new AwsError('ValidationException', 'Parameter(s) StatementId, Principal and Action must be specified.');
    }
    const statement = {
      Sid: StatementId,
      Effect: 'Allow',
      Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
      Action,
      Resource: bus.arn.replace(/:events:[^:]*:/, `:events:${region}:`),
      ...(Condition !== undefined && { Condition: conditionOf(Condition as Record<string, string>) }),
    };
    const others = statementsOf(bus.policy).filter(({ Sid }) => Sid !== StatementId);
    bus.policy = { Version: '2012-10-17', Statement: [...others, statement] };
  }
  bus.modifiedAt = now;
}

const conditionOf = ({ Type = '', Key = '', Value }: Record<string, string>) => ({ [Type]: { [Key]: Value } });

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html: at most 10,240 characters. */
function parsePolicy(text: string): PolicyDocument {
  if (text.length > 10_240) throw new AwsError('PolicyLengthExceededException', 'Event bus policy size exceeded.');
  try {
    const policy = JSON.parse(text) as PolicyDocument;
    if (Array.isArray(policy.Statement) || typeof policy.Statement === 'object') return policy;
  } catch {
    // Answered below, as for JSON that is no policy.
  }
  throw new AwsError('ValidationException', 'The policy is not valid.');
}

function removePermission(bus: Bus, { input }: Call, now: number): void {
  const left = input.RemoveAllPermissions
    ? []
    : statementsOf(bus.policy).filter(({ Sid }) => Sid !== input.StatementId);
  if (!input.RemoveAllPermissions && left.length === statementsOf(bus.policy).length) {
    throw new AwsError('ResourceNotFoundException', `Statement with the provided id does not exist.`);
  }
  if (left.length > 0) bus.policy = { ...bus.policy, Statement: left };
  else delete bus.policy;
  bus.modifiedAt = now;
}
