import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { type AssumeFor, trustful } from '../delivery/assume.ts';
import { validatorOf } from '../members.ts';
import { AwsError, type Call, type Core, type Permission, type PolicyDocument, type Service } from '../service.ts';
import { busOperations } from './bus-operations.ts';
import { type Bus, Buses, type Rule, ruleArn, type Target } from './buses.ts';
import { deliverToAll, type Weather } from './deliver.ts';
import { type Envelope, isoSeconds } from './envelope.ts';
import { compilePattern } from './pattern.ts';
import { type ForwardingEntry, putEvents, putPermissions } from './put-events.ts';
import { ruleOperations } from './rule-operations.ts';

export interface EventBridgeOptions {
  /** Everybody may assume every role when absent. */
  assumeFor?: AssumeFor;
  weather?: Weather;
}

/** EventBridge: buses with policies, rules, targets with retries and dead letters. */
export function createEventBridge(core: Core, options: EventBridgeOptions = {}): Service {
  const { clock } = core;
  const buses = new Buses(() => clock.now());
  const post = { core, assumeFor: options.assumeFor ?? trustful, weather: options.weather ?? {} };

  const receive = (bus: Bus, event: Envelope): void => {
    for (const rule of bus.rules.values()) {
      if (rule.state === 'ENABLED' && rule.matches?.(event as unknown as Record<string, unknown>)) {
        deliverToAll(post, bus, rule, event);
      }
    }
  };
  const startSchedule = (call: Call, rule: Rule) =>
    onSchedule(core, rule, (firedAt) => {
      const bus = buses.get(call, rule.busName);
      if (rule.state === 'ENABLED') deliverToAll(post, bus, rule, scheduledEvent(core, bus, rule, firedAt));
    });

  return {
    name: 'events',
    protocol: 'json-1.1',
    targetPrefix: 'AWSEvents',
    maxBodyBytes: 2 * 2 ** 20,
    validate,
    permissions: (call) => permissionsOf(buses, call),
    resourcePolicy: (call) => policyOf(buses, call),
    operations: {
      ...busOperations(buses, () => clock.now()),
      ...ruleOperations(buses, startSchedule),
      PutEvents: (call) => putEvents(core, buses, call, receive),
      TestEventPattern: ({ input }) => ({
        Result: compilePattern(String(input.EventPattern))(parseEvent(String(input.Event))),
      }),
    },
  };
}

const validate = validatorOf({
  required: {
    CreateEventBus: ['Name'],
    DeleteEventBus: ['Name'],
    PutRule: ['Name'],
    DescribeRule: ['Name'],
    DeleteRule: ['Name'],
    EnableRule: ['Name'],
    DisableRule: ['Name'],
    PutTargets: ['Rule', 'Targets'],
    RemoveTargets: ['Rule', 'Ids'],
    ListTargetsByRule: ['Rule'],
    PutEvents: ['Entries'],
    TestEventPattern: ['EventPattern', 'Event'],
  },
  enums: { State: ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] },
  lists: ['Targets', 'Ids', 'Entries'],
});

/** A rule's schedule in UTC, on the minute. */
function onSchedule({ clock }: Core, rule: Rule, fire: (at: number) => void): () => void {
  const schedule = scheduleOf(String(rule.scheduleExpression));
  const startedAt = clock.now();
  let cancel = () => {};
  const wait = (after: number) => {
    const at = nextFiring(schedule, after, startedAt);
    if (at === undefined) return;
    cancel = clock.at(at, () => {
      fire(at);
      wait(at);
    });
  };
  wait(startedAt);
  return () => cancel();
}

function scheduleOf(expression: string) {
  try {
    if (!expression.startsWith('at(')) return parseSchedule(expression, 'UTC');
  } catch {
    // Answered below, in EventBridge's words.
  }
  throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
}

function scheduledEvent({ random }: Core, bus: Bus, rule: Rule, firedAt: number): Envelope {
  return {
    version: '0',
    id: random.uuid(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: bus.account,
    time: isoSeconds(firedAt),
    region: bus.region,
    resources: [rule.arn],
    detail: {},
  };
}

const wholeEvent = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

function parseEvent(text: string): Record<string, unknown> {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new AwsError('ValidationException', 'Parameter Event is not valid. Reason: it is not JSON.');
  }
  const missing = wholeEvent.find((field) => !Object.hasOwn(event, field));
  if (missing === undefined) return event;
  throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${missing} is a required argument.`);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
function permissionsOf(buses: Buses, call: Call): Permission[] {
  const { operation, input } = call;
  if (operation === 'PutEvents') return putPermissions(buses, call);
  const own = { action: `events:${operation}`, resource: resourceOf(buses, call) };
  const roles = [input.RoleArn, ...((input.Targets ?? []) as Target[]).map(({ RoleArn }) => RoleArn)];
  const passed = roles.flatMap((roleArn) =>
    roleArn === undefined
      ? []
      : [
          {
            action: 'iam:PassRole',
            resource: String(roleArn),
            context: { 'iam:PassedToService': 'events.amazonaws.com' },
          },
        ],
  );
  return [own, ...passed];
}

function resourceOf(buses: Buses, call: Call): string {
  const { operation, input } = call;
  if (['ListEventBuses', 'ListRules', 'TestEventPattern'].includes(operation)) return '*';
  if (operation.endsWith('EventBus')) return buses.address(call, input.Name).arn;
  const bus = buses.address(call, input.EventBusName);
  return operation.endsWith('Permission') ? bus.arn : ruleArn(String(input.Name ?? input.Rule), bus.name, bus);
}

/** The statements of all buses that a call puts to; each names its own bus as its resource. */
function policyOf(buses: Buses, call: Call): PolicyDocument | undefined {
  if (call.operation !== 'PutEvents') return undefined;
  const names = ((call.input.Entries ?? []) as ForwardingEntry[]).map(({ EventBusName }) => EventBusName);
  const policies = new Set(names.flatMap((name) => buses.find(call, name)?.policy ?? []));
  const [first] = policies;
  if (policies.size < 2) return first;
  return { Version: '2012-10-17', Statement: [...policies].flatMap(({ Statement }) => Statement) };
}
