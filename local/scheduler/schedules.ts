import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import type { RetryPolicy } from '../delivery/retry.ts';
import { AwsError } from '../service.ts';

export interface ScheduleTarget {
  Arn: string;
  RoleArn: string;
  Input?: string;
  RetryPolicy?: RetryPolicy;
  DeadLetterConfig?: { Arn?: string };
  EventBridgeParameters?: { DetailType: string; Source: string };
  SqsParameters?: { MessageGroupId?: string };
}

/** A schedule as its owner gave it; what was left out has AWS's default. */
export interface Settings {
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  State: 'ENABLED' | 'DISABLED';
  FlexibleTimeWindow: { Mode: 'OFF' | 'FLEXIBLE'; MaximumWindowInMinutes?: number };
  ActionAfterCompletion: 'NONE' | 'DELETE';
  Target: ScheduleTarget;
  Description?: string;
  KmsKeyArn?: string;
  /** Epoch seconds. */
  StartDate?: number;
  EndDate?: number;
}

export interface Schedule {
  settings: Settings;
  arn: string;
  groupArn: string;
  account: string;
  region: string;
  clientToken?: string;
  /** Epoch ms. */
  createdAt: number;
  modifiedAt: number;
  /** No firing after this. */
  stop: () => void;
}

const refused = (message: string) => new AwsError('ValidationException', message);

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html; throws ValidationException. */
export function readSettings(input: Record<string, unknown>): Settings {
  const given = input as unknown as Partial<Settings>;
  const name = checkName('name', given.Name);
  const settings: Settings = {
    Name: name,
    GroupName: given.GroupName ?? 'default',
    ScheduleExpression: String(given.ScheduleExpression),
    ScheduleExpressionTimezone: given.ScheduleExpressionTimezone ?? 'UTC',
    State: given.State ?? 'ENABLED',
    FlexibleTimeWindow: checkWindow(given.FlexibleTimeWindow),
    ActionAfterCompletion: given.ActionAfterCompletion ?? 'NONE',
    Target: checkTarget(given.Target),
    ...(given.Description !== undefined && { Description: given.Description }),
    ...(given.KmsKeyArn !== undefined && { KmsKeyArn: given.KmsKeyArn }),
    ...(given.StartDate !== undefined && { StartDate: secondsOf(given.StartDate) }),
    ...(given.EndDate !== undefined && { EndDate: secondsOf(given.EndDate) }),
  };
  parse(settings);
  if (settings.EndDate !== undefined && settings.EndDate <= (settings.StartDate ?? 0)) {
    throw refused('The EndDate must be later than the StartDate.');
  }
  return settings;
}

function checkWindow(window: Settings['FlexibleTimeWindow'] = { Mode: 'OFF' }): Settings['FlexibleTimeWindow'] {
  const minutes = window.MaximumWindowInMinutes;
  const isRight =
    window.Mode === 'OFF'
      ? minutes === undefined
      : window.Mode === 'FLEXIBLE' && minutes !== undefined && minutes >= 1 && minutes <= 1440;
  if (isRight) return window;
  throw refused('A flexible time window must have 1 to 1440 minutes, and one that is OFF none.');
}

/** Requests say epoch seconds, templates ISO 8601. */
const secondsOf = (date: number | string): number => (typeof date === 'number' ? date : Date.parse(date) / 1000);

export function checkName(member: string, name: unknown): string {
  if (typeof name === 'string' && /^[\w.-]{1,64}$/.test(name)) return name;
  throw refused(
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: ` +
      'Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$',
  );
}

function checkTarget(target: ScheduleTarget | undefined): ScheduleTarget {
  if (!target?.Arn?.startsWith('arn:') || !target.RoleArn?.startsWith('arn:')) {
    throw refused('A schedule needs a Target with the Arn of what it calls and the RoleArn it calls it with.');
  }
  const { MaximumRetryAttempts: attempts = 0, MaximumEventAgeInSeconds: age = 60 } = target.RetryPolicy ?? {};
  if (attempts < 0 || attempts > 185 || age < 60 || age > 86_400) {
    throw refused('A RetryPolicy must have 0 to 185 attempts and an age of 60 to 86400 seconds.');
  }
  if (target.Arn.includes(':event-bus/') !== (target.EventBridgeParameters !== undefined)) {
    throw refused('A Target that is an event bus, and only that, needs EventBridgeParameters.');
  }
  return target;
}

function parse({ ScheduleExpression, ScheduleExpressionTimezone }: Settings) {
  try {
    parseSchedule('rate(1 minute)', ScheduleExpressionTimezone);
  } catch {
    throw refused(`Invalid Schedule Expression Timezone ${ScheduleExpressionTimezone}.`);
  }
  try {
    return parseSchedule(ScheduleExpression, ScheduleExpressionTimezone);
  } catch {
    throw refused(`Invalid Schedule Expression ${ScheduleExpression}.`);
  }
}

/**
 * When it fires next after that instant (epoch ms); undefined when it never does again. A rate without a start begins
 * on the next full minute.
 */
export function firingAfter({ settings, modifiedAt }: Schedule, after: number): number | undefined {
  const { StartDate, EndDate = Number.POSITIVE_INFINITY } = settings;
  const begin = StartDate === undefined ? (Math.floor(modifiedAt / 60_000) + 1) * 60_000 : StartDate * 1000;
  // The start itself is a firing time, too.
  const from = StartDate === undefined ? after : Math.max(after, begin - 1);
  const at = nextFiring(parse(settings), from, begin);
  return at !== undefined && at <= EndDate * 1000 ? at : undefined;
}
