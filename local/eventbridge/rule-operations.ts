import { page } from '../page.ts';
import { AwsError, type Call, type Service } from '../service.ts';
import { type Buses, type Rule, ruleArn, type Target } from './buses.ts';
import { compilePattern } from './pattern.ts';

/** Starts a rule's schedule; the answer ends it. */
export type StartSchedule = (call: Call, rule: Rule) => () => void;

const refused = (message: string) => new AwsError('ValidationException', message);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const maxTargets = 5;

/** Rules and their targets. */
export function ruleOperations(buses: Buses, startSchedule: StartSchedule): Service['operations'] {
  return {
    PutRule: (call) => putRule(buses, startSchedule, call),
    DescribeRule: (call) => described(buses.rule(call, call.input.Name)),
    ListRules: (call) => {
      const prefix = String(call.input.NamePrefix ?? '');
      const all = [...buses.get(call, call.input.EventBusName).rules.values()];
      const rules = all.filter(({ name }) => name.startsWith(prefix));
      const { page: some, ...next } = page(rules, call.input.Limit, call.input.NextToken);
      return { Rules: some.map(described), ...next };
    },
    DeleteRule: (call) => {
      const bus = buses.get(call, call.input.EventBusName);
      const rule = bus.rules.get(String(call.input.Name));
      if (rule === undefined) return;
      if (rule.targets.size > 0) throw refused("Rule can't be deleted since it has targets.");
      rule.stop?.();
      bus.rules.delete(rule.name);
    },
    EnableRule: (call) => {
      buses.rule(call, call.input.Name).state = 'ENABLED';
    },
    DisableRule: (call) => {
      buses.rule(call, call.input.Name).state = 'DISABLED';
    },
    PutTargets: (call) => {
      const rule = buses.rule(call, call.input.Rule);
      const targets = call.input.Targets as Target[];
      for (const target of targets) checkTarget(target);
      const ids = new Set([...rule.targets.keys(), ...targets.map(({ Id }) => Id)]);
      if (ids.size > maxTargets) {
        throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      }
      for (const target of targets) rule.targets.set(target.Id, target);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: (call) => {
      const rule = buses.rule(call, call.input.Rule);
      const failed = (call.input.Ids as string[]).filter((id) => !rule.targets.delete(id));
      const FailedEntries = failed.map((TargetId) => ({
        TargetId,
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `Rule does not have the target ${TargetId}`,
      }));
      return { FailedEntryCount: failed.length, FailedEntries };
    },
    ListTargetsByRule: (call) => {
      const all = [...buses.rule(call, call.input.Rule).targets.values()];
      const { page: Targets, ...next } = page(all, call.input.Limit, call.input.NextToken);
      return { Targets, ...next };
    },
  };
}

/** Puts a rule, or replaces one of that name; its targets stay. */
function putRule(buses: Buses, startSchedule: StartSchedule, call: Call) {
  const { Name, EventPattern, ScheduleExpression, State, Description, RoleArn } = call.input as Record<string, string>;
  if (!/^[\w.-]{1,64}$/.test(Name ?? '')) {
    throw refused(
      `1 validation error detected: Value '${Name}' at 'name' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+',
    );
  }
  if (EventPattern === undefined && ScheduleExpression === undefined) {
    throw refused('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  const bus = buses.get(call, call.input.EventBusName);
  if (ScheduleExpression !== undefined && bus.name !== 'default') {
    throw refused('ScheduleExpression is supported only on the default event bus.');
  }
  const known = bus.rules.get(Name as string);
  const rule: Rule = {
    name: Name as string,
    arn: ruleArn(Name as string, bus.name, bus),
    busName: bus.name,
    state: State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    targets: known?.targets ?? new Map<string, Target>(),
    ...(EventPattern !== undefined && { eventPattern: EventPattern, matches: compilePattern(EventPattern) }),
    ...(ScheduleExpression !== undefined && { scheduleExpression: ScheduleExpression }),
    ...(Description !== undefined && { description: Description }),
    ...(RoleArn !== undefined && { roleArn: RoleArn }),
  };
  if (ScheduleExpression !== undefined) rule.stop = startSchedule(call, rule);
  known?.stop?.();
  bus.rules.set(rule.name, rule);
  return { RuleArn: rule.arn };
}

function described(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: rule.busName,
    State: rule.state,
    ...(rule.eventPattern !== undefined && { EventPattern: rule.eventPattern }),
    ...(rule.scheduleExpression !== undefined && { ScheduleExpression: rule.scheduleExpression }),
    ...(rule.description !== undefined && { Description: rule.description }),
    ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
  };
}

function checkTarget(target: Target): void {
  if (!/^[\w.-]{1,64}$/.test(target.Id ?? '') || !target.Arn?.startsWith('arn:')) {
    throw refused(`Target ${target.Id} needs an Id of letters, digits, dots, hyphens or underscores, and an Arn.`);
  }
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter((one) => one !== undefined);
  if (inputs.length > 1) {
    throw refused(`Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`);
  }
  const { MaximumRetryAttempts: retries = 0, MaximumEventAgeInSeconds: age = 60 } = target.RetryPolicy ?? {};
  if (retries < 0 || retries > 185 || age < 60 || age > 86_400) {
    throw refused(
      `The RetryPolicy of target ${target.Id} must have 0 to 185 attempts and an age of 60 to 86400 seconds.`,
    );
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw refused(`JSON syntax error in input for target ${target.Id}.`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
