import type { AssumeFor } from '../delivery/assume.ts';
import { deadLetterCode, tryAgain, type Undelivered } from '../delivery/retry.ts';
import { sendDeadLetter, sendToTarget } from '../delivery/target.ts';
import type { Caller, Core } from '../service.ts';
import { parseArn } from '../state.ts';
import type { Bus, Rule, Target } from './buses.ts';
import { type Envelope, isoSeconds } from './envelope.ts';
import { targetInput } from './input.ts';
import { type ForwardingEntry, forwarded } from './put-events.ts';

export interface Delivery {
  rule: Rule;
  target: Target;
  event: Envelope;
}

/** What a network does to deliveries, for tests: EventBridge promises at least once, in no order. */
export interface Weather {
  /** How long after the event arrived a delivery starts. */
  delayMs?: (delivery: Delivery) => number;
  /** How often it is delivered. */
  copies?: (delivery: Delivery) => number;
}

interface Post {
  core: Core;
  assumeFor: AssumeFor;
  weather: Weather;
}

const service = 'events.amazonaws.com';

/** Gives an event to all targets of a rule, each on its own. */
export function deliverToAll(post: Post, bus: Bus, rule: Rule, event: Envelope): void {
  const { clock } = post.core;
  for (const target of rule.targets.values()) {
    const delivery = { rule, target, event };
    const copies = post.weather.copies?.(delivery) ?? 1;
    for (let copy = 0; copy < copies; copy++) {
      const startAt = clock.now() + (post.weather.delayMs?.(delivery) ?? 0);
      clock.at(startAt, () => void deliver(post, bus, delivery, startAt));
    }
  }
}

async function deliver(post: Post, bus: Bus, delivery: Delivery, startedAt: number): Promise<void> {
  const { core, assumeFor } = post;
  const { rule, target, event } = delivery;
  const names = { ruleArn: rule.arn, ruleName: rule.name, ingestedAt: isoSeconds(startedAt) };
  const by = { service, sourceArn: rule.arn, sourceAccount: bus.account };
  const itself: Caller = { account: bus.account, principalArn: service, arn: service, ...by };

  const undelivered = await tryAgain(core, target.RetryPolicy ?? {}, async () => {
    const caller = target.RoleArn === undefined ? itself : assumeFor(by, target.RoleArn);
    const arn = parseArn(target.Arn);
    if (arn?.service === 'events') return forward(core, target, event, caller);
    await sendToTarget(core, {
      targetArn: target.Arn,
      payload: targetInput(target, event, names),
      caller,
      ...(target.SqsParameters?.MessageGroupId !== undefined && {
        messageGroupId: target.SqsParameters.MessageGroupId,
      }),
    });
  });
  if (undelivered === undefined || target.DeadLetterConfig?.Arn === undefined) return;
  await bury(core, target.DeadLetterConfig.Arn, delivery, undelivered, itself);
}

/** The same event on another bus. */
async function forward(core: Core, target: Target, event: Envelope, caller: Caller): Promise<void> {
  const { account, region } = parseArn(target.Arn) ?? core;
  const entry: ForwardingEntry = {
    EventBusName: target.Arn,
    Source: event.source,
    DetailType: event['detail-type'],
    [forwarded]: event,
  };
  await core.call({ service: 'events', operation: 'PutEvents', input: { Entries: [entry] }, account, region, caller });
}

/** A dead letter holds the event as it came. */
async function bury(
  core: Core,
  queueArn: string,
  { rule, target, event }: Delivery,
  { error, exhausted, retries }: Undelivered,
  caller: Caller,
): Promise<void> {
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.Arn,
    ERROR_CODE: deadLetterCode(error),
    ERROR_MESSAGE: error.message,
    ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    RETRY_ATTEMPTS: String(retries),
  };
  await sendDeadLetter(core, queueArn, JSON.stringify(event), attributes, caller);
}
