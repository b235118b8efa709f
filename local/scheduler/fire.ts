import type { AssumeFor } from '../delivery/assume.ts';
import { tryAgain, type Undelivered } from '../delivery/retry.ts';
import { sendDeadLetter, sendToTarget } from '../delivery/target.ts';
import { isoSeconds } from '../eventbridge/envelope.ts';
import { AwsError, type Caller, type Core } from '../service.ts';
import { parseArn } from '../state.ts';
import type { Schedule } from './schedules.ts';

interface Firing {
  schedule: Schedule;
  /** Epoch ms, as planned. */
  scheduledAt: number;
  executionId: string;
}

/** Throws `AwsError` unless the role trusts Scheduler for this schedule's group. */
export function roleOf(assumeFor: AssumeFor, { settings, groupArn, account }: Schedule): Caller {
  const by = { service: 'scheduler.amazonaws.com', sourceArn: groupArn, sourceAccount: account };
  return assumeFor(by, settings.Target.RoleArn);
}

/** Calls the target with the schedule's role until it takes it, or writes a dead letter with the same role. */
export async function fire(core: Core, assumeFor: AssumeFor, schedule: Schedule, scheduledAt: number): Promise<void> {
  const firing = { schedule, scheduledAt, executionId: core.random.uuid() };
  const { Target } = schedule.settings;
  let attempts = 1;
  const undelivered = await tryAgain(core, Target.RetryPolicy ?? {}, (number) => {
    attempts = number;
    return callTarget(core, firing, number, roleOf(assumeFor, schedule));
  });
  const queueArn = Target.DeadLetterConfig?.Arn;
  if (undelivered === undefined || queueArn === undefined) return;
  try {
    const attributes = letterAttributes(firing, undelivered);
    const input = inputOf(core, firing, attempts);
    await sendDeadLetter(core, queueArn, input, attributes, roleOf(assumeFor, schedule));
  } catch (error) {
    // Without its role Scheduler cannot write the letter either.
    if (!(error instanceof AwsError)) throw error;
  }
}

async function callTarget(core: Core, firing: Firing, attempt: number, caller: Caller): Promise<void> {
  const { Target } = firing.schedule.settings;
  const payload = inputOf(core, firing, attempt);
  if (Target.EventBridgeParameters === undefined) {
    const group = Target.SqsParameters?.MessageGroupId;
    const messageGroup = group === undefined ? {} : { messageGroupId: group };
    return sendToTarget(core, { targetArn: Target.Arn, payload, caller, ...messageGroup });
  }
  const { account, region } = parseArn(Target.Arn) ?? core;
  const entry = { EventBusName: Target.Arn, ...Target.EventBridgeParameters, Detail: payload };
  const input = { Entries: [entry] };
  const answer = await core.call({ service: 'events', operation: 'PutEvents', input, account, region, caller });
  const [failed] = (answer as { Entries: { ErrorCode?: string; ErrorMessage?: string }[] }).Entries;
  if (failed?.ErrorCode !== undefined) throw new AwsError(failed.ErrorCode, failed.ErrorMessage ?? '');
}

/**
 * The input with its context attributes put in, or Scheduler's own notice when there is none.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
function inputOf(core: Core, { schedule, scheduledAt, executionId }: Firing, attempt: number): string {
  const { settings, arn, account, region } = schedule;
  const values: Record<string, string> = {
    'schedule-arn': arn,
    'scheduled-time': isoSeconds(scheduledAt),
    'execution-id': executionId,
    'attempt-number': String(attempt),
  };
  if (settings.Target.Input !== undefined) {
    return settings.Target.Input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (found, name) => values[name] ?? found);
  }
  return JSON.stringify({
    version: '0',
    id: core.random.uuid(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: isoSeconds(scheduledAt),
    region,
    resources: [arn],
    detail: '{}',
  });
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html */
function letterAttributes(firing: Firing, { error, exhausted, retries }: Undelivered) {
  const { schedule, scheduledAt, executionId } = firing;
  return {
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message,
    EXECUTION_ID: executionId,
    ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(retries),
    SCHEDULED_TIME: isoSeconds(scheduledAt),
    SCHEDULE_ARN: schedule.arn,
    TARGET_ARN: schedule.settings.Target.Arn,
  };
}
