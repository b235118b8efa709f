import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  type EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { AwsError, ConnectionLost } from '../../../local/service.ts';
import { account, functionArn, letEventsIn, world } from './world.ts';

type World = ReturnType<typeof world>;

const put = (events: EventBridgeClient, detail: unknown, more = {}) =>
  events.send(
    new PutEventsCommand({
      Entries: [{ Source: 'shop', DetailType: 'Order', Detail: JSON.stringify(detail), ...more }],
    }),
  );

async function rule({ events }: World, target: Partial<Target> = {}, EventBusName = 'default') {
  const EventPattern = JSON.stringify({ source: ['shop'] });
  await events.send(new PutRuleCommand({ Name: 'orders', EventPattern, EventBusName }));
  const Targets = [{ Id: 'one', Arn: functionArn, ...target }];
  await events.send(new PutTargetsCommand({ Rule: 'orders', EventBusName, Targets }));
}

const deadLetters = `arn:aws:sqs:us-east-1:${account}:dead`;

async function deadLetterQueue({ sqs }: World, policy = letEventsIn('sqs:SendMessage', deadLetters)) {
  const Attributes = { Policy: JSON.stringify(policy) };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead', Attributes }));
  return async () => {
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 });
    return (await sqs.send(receive)).Messages ?? [];
  };
}

describe('events', () => {
  test('a target gets the envelope as AWS writes it, once', async () => {
    const here = world();
    await rule(here);
    const answer = await put(here.events, { id: 7 }, { Resources: ['arn:one'] });
    await here.later(1000);
    expect(here.lambda.heard).toHaveLength(1);
    expect(here.lambda.heard[0]?.event).toEqual({
      version: '0',
      id: answer.Entries?.[0]?.EventId,
      'detail-type': 'Order',
      source: 'shop',
      account,
      time: '2026-01-31T02:00:00Z',
      region: 'us-east-1',
      resources: ['arn:one'],
      detail: { id: 7 },
    });
  });

  test('an entry may say its own time', async () => {
    const here = world();
    await rule(here);
    await put(here.events, {}, { Time: new Date('2026-01-01T10:20:30.900Z') });
    await here.later(1000);
    expect(here.lambda.heard[0]?.event).toMatchObject({ time: '2026-01-01T10:20:30Z' });
  });

  test('events that no rule matches reach nobody, and a disabled rule none', async () => {
    const here = world();
    await rule(here);
    await put(here.events, {}, { Source: 'other' });
    await here.events.send(new DisableRuleCommand({ Name: 'orders' }));
    await put(here.events, {});
    await here.later(1000);
    expect(here.lambda.heard).toHaveLength(0);
    await here.events.send(new EnableRuleCommand({ Name: 'orders' }));
    await put(here.events, {});
    await here.later(1000);
    expect(here.lambda.heard).toHaveLength(1);
  });

  test('entries fail one by one, each with its reason', async () => {
    const { events } = world();
    const fine = { Source: 'shop', DetailType: 'Order', Detail: '{}' };
    const { DetailType: _none, ...untyped } = fine;
    const entries = [
      fine,
      untyped,
      { ...fine, Source: '' },
      { ...fine, Detail: '{"a":' },
      { ...fine, Detail: '[]' },
      { ...fine, Source: 'aws.s3' },
    ];
    const answer = await events.send(new PutEventsCommand({ Entries: entries }));
    expect(answer.FailedEntryCount).toBe(5);
    expect(answer.Entries?.map(({ EventId, ErrorCode }) => ErrorCode ?? typeof EventId)).toEqual([
      'string',
      'InvalidArgument',
      'InvalidArgument',
      'MalformedDetail',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
    ]);
    expect(answer.Entries?.[1]?.ErrorMessage).toBe(
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    );
  });

  test('an event for a bus that does not exist is lost without a word, as at AWS', async () => {
    expect((await put(world().events, {}, { EventBusName: 'nowhere' })).FailedEntryCount).toBe(0);
  });

  test('more than ten entries, none, or more than a megabyte are refused as a whole', async () => {
    const { events } = world();
    const entry = { Source: 'shop', DetailType: 'Order', Detail: '{}' };
    const big = { ...entry, Detail: JSON.stringify({ text: 'x'.repeat(2 ** 20) }) };
    for (const Entries of [Array(11).fill(entry), [], [big]]) {
      await expect(events.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
  });

  test('deliveries are late or doubled when the weather says so', async () => {
    const here = world({ copies: () => 2, delayMs: () => 5000 });
    await rule(here);
    await put(here.events, {});
    await here.later(60_000);
    expect(here.lambda.heard.map(({ at }) => at)).toEqual([5000, 5000]);
  });
});

describe('delivery', () => {
  test('a throttled target is tried again with growing pauses until it works', async () => {
    const here = world();
    await rule(here);
    here.lambda.failures.push(...[1, 2, 3].map(() => new AwsError('TooManyRequestsException', 'Rate exceeded', 429)));
    await put(here.events, {});
    await here.later(60_000);
    const at = here.lambda.heard[0]?.at ?? 0;
    expect(at).toBeGreaterThanOrEqual(3500);
    expect(at).toBeLessThanOrEqual(7000);
  });

  test('what was tried often enough goes to the dead-letter queue, with the reason in its attributes', async () => {
    const here = world();
    const letters = await deadLetterQueue(here);
    await rule(here, { RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: deadLetters } });
    here.lambda.failures.push(...[1, 2, 3].map(() => new AwsError('ServiceException', 'Broken', 500)));
    await put(here.events, { id: 7 });
    await here.later(60_000);
    const [letter] = await letters();
    const attributes = Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      RULE_ARN: `arn:aws:events:us-east-1:${account}:rule/orders`,
      TARGET_ARN: functionArn,
      ERROR_CODE: 'ERROR_FROM_TARGET',
      ERROR_MESSAGE: 'Broken',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '2',
    });
    expect(JSON.parse(letter?.Body ?? '')).toMatchObject({ detail: { id: 7 } });
  });

  test('what is too old is given up although attempts are left', async () => {
    const here = world();
    const letters = await deadLetterQueue(here);
    await rule(here, { RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: deadLetters } });
    here.lambda.failures.push(...Array.from({ length: 50 }, () => new AwsError('ServiceException', 'Broken', 500)));
    await put(here.events, {});
    await here.later(61_000);
    const [letter] = await letters();
    expect(letter?.MessageAttributes?.EXHAUSTED_RETRY_CONDITION?.StringValue).toBe('MaximumEventAgeInSeconds');
  });

  test('a target that does not let the rule in is not tried again', async () => {
    const here = world();
    const letters = await deadLetterQueue(here);
    await rule(here, { DeadLetterConfig: { Arn: deadLetters } });
    here.lambda.policy.current = letEventsIn('lambda:InvokeFunction', `${functionArn}-other`);
    await put(here.events, {});
    await here.later(1000);
    const [letter] = await letters();
    expect(letter?.MessageAttributes?.ERROR_CODE?.StringValue).toBe('NO_PERMISSIONS');
    expect(letter?.MessageAttributes?.RETRY_ATTEMPTS?.StringValue).toBe('0');
  });

  test('a dead-letter queue whose policy does not let EventBridge in stays empty', async () => {
    const here = world();
    const letters = await deadLetterQueue(here, letEventsIn('sqs:SendMessage', `${deadLetters}-other`));
    await rule(here, { DeadLetterConfig: { Arn: deadLetters } });
    here.lambda.failures.push(new AwsError('ResourceNotFoundException', 'Gone', 404));
    await put(here.events, {});
    await here.later(1000);
    expect(await letters()).toEqual([]);
  });

  test('a queue is a target as well', async () => {
    const here = world();
    const letters = await deadLetterQueue(here);
    await rule(here, { Arn: deadLetters, InputPath: '$.detail' });
    await put(here.events, { id: 7 });
    await here.later(1000);
    expect((await letters())[0]?.Body).toBe('{"id":7}');
  });

  test('another bus gets the same event by a role that may put there, and only then', async () => {
    const here = world();
    const { events, iam } = here;
    const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name: 'second' }));
    const trust = {
      Statement: { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' },
    };
    const allow = { Effect: 'Allow', Action: 'events:PutEvents', Resource: EventBusArn };
    const role = iam.putRole({ account, name: 'forward', trust, policies: { put: { Statement: allow } } });
    await rule(here, {}, 'second');
    await events.send(new PutRuleCommand({ Name: 'on', EventPattern: '{"source":["shop"]}' }));
    const Targets = [{ Id: 'bus', Arn: EventBusArn, RoleArn: role.arn }];
    await events.send(new PutTargetsCommand({ Rule: 'on', Targets }));
    const answer = await put(events, {});
    await here.later(1000);
    expect(here.lambda.heard.map(({ event }) => event)).toMatchObject([{ id: answer.Entries?.[0]?.EventId }]);

    iam.putRolePolicy(role.arn, 'put', undefined);
    await put(events, {});
    await here.later(1000);
    expect(here.lambda.heard).toHaveLength(1);
  });

  test('a role that does not trust EventBridge is named as the reason', async () => {
    const here = world();
    const letters = await deadLetterQueue(here);
    const role = here.iam.putRole({ account, name: 'strict', trust: { Statement: [] } });
    await rule(here, { RoleArn: role.arn, DeadLetterConfig: { Arn: deadLetters } });
    await put(here.events, {});
    await here.later(1000);
    expect((await letters())[0]?.MessageAttributes?.ERROR_CODE?.StringValue).toBe('FAILED_TO_ASSUME_ROLE');
  });

  test('a dead letter that is lost on its way stops nothing', async () => {
    const here = world();
    const letters = await deadLetterQueue(here);
    await rule(here, { DeadLetterConfig: { Arn: deadLetters } });
    here.lambda.failures.push(new AwsError('ResourceNotFoundException', 'Gone', 404));
    const heal = here.aws.intercept(async ({ operation }, perform) => {
      if (operation === 'SendMessage') throw new ConnectionLost();
      return perform();
    });
    await put(here.events, {});
    await here.later(1000);
    heal();
    await put(here.events, {});
    await here.later(1000);
    expect([await letters(), here.lambda.heard.length]).toEqual([[], 1]);
  });

  test('a scheduled rule fires on its own, and put again it does not fire twice', async () => {
    const here = world();
    await here.events.send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(5 minutes)' }));
    await here.events.send(new PutTargetsCommand({ Rule: 'tick', Targets: [{ Id: 'one', Arn: functionArn }] }));
    await here.events.send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(5 minutes)' }));
    await here.later(11 * 60_000);
    expect(here.lambda.heard.map(({ at }) => at)).toEqual([300_000, 600_000]);
    expect(here.lambda.heard[0]?.event).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: [`arn:aws:events:us-east-1:${account}:rule/tick`],
    });
  });
});

describe('rights', () => {
  const may = { Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' };

  test('who has no right to put is refused', async () => {
    const stranger = world().as('stranger', []);
    await expect(put(stranger, {})).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('an explicit Deny of the bus stops everybody but those it names, whatever their own policies say', async () => {
    const here = world();
    const { EventBusArn } = await here.events.send(new CreateEventBusCommand({ Name: 'facts' }));
    const trusted = `arn:aws:iam::${account}:role/trusted`;
    const deny = {
      Sid: 'onlyTrusted',
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: EventBusArn,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': trusted } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
    await here.events.send(new PutPermissionCommand({ EventBusName: 'facts', Policy }));
    await expect(put(here.as('other', may), {}, { EventBusName: 'facts' })).rejects.toThrow(/explicit deny/);
    expect((await put(here.as('trusted', may), {}, { EventBusName: 'facts' })).FailedEntryCount).toBe(0);
    expect((await put(here.as('other', may), {})).FailedEntryCount).toBe(0);
  });

  test('a call that puts on several buses must be let in by each of them', async () => {
    const here = world();
    for (const name of ['open', 'closed']) {
      const { EventBusArn: Resource } = await here.events.send(new CreateEventBusCommand({ Name: name }));
      const Condition = name === 'open' ? { StringEquals: { 'aws:PrincipalArn': 'nobody' } } : {};
      const deny = { Effect: 'Deny', Principal: '*', Action: 'events:PutEvents', Resource, Condition };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
      await here.events.send(new PutPermissionCommand({ EventBusName: name, Policy }));
    }
    const role = here.as('role', may);
    const entry = { Source: 'shop', DetailType: 'Order', Detail: '{}' };
    const putOn = (...buses: string[]) =>
      role.send(new PutEventsCommand({ Entries: buses.map((EventBusName) => ({ ...entry, EventBusName })) }));
    expect((await putOn('open')).FailedEntryCount).toBe(0);
    await expect(putOn('open', 'closed')).rejects.toThrow(/explicit deny/);
  });

  test('another account puts on a bus only when the bus lets it in, and the event says who put it', async () => {
    const here = world();
    await rule(here);
    const other = '111122223333';
    const bus = `arn:aws:events:us-east-1:${account}:event-bus/default`;
    const role = here.iam.putRole({
      account: other,
      name: 'friend',
      trust: { Statement: [] },
      policies: { put: { Statement: may } },
    });
    const { accessKeyId, sessionToken } = here.iam.openSession(role.arn, 'session', 3600);
    const friend = here.client(accessKeyId, sessionToken);
    await expect(put(friend, {}, { EventBusName: bus })).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const permission = { Action: 'events:PutEvents', Principal: other, StatementId: 'friend' };
    await here.events.send(new PutPermissionCommand(permission));
    expect((await put(friend, {}, { EventBusName: bus })).FailedEntryCount).toBe(0);
    await here.later(1000);
    expect(here.lambda.heard.map(({ event }) => event)).toMatchObject([{ account: other }]);
  });

  test('statements of a bus are added and taken away one by one', async () => {
    const { events } = world();
    const add = { Action: 'events:PutEvents', Principal: '111122223333', StatementId: 'friend' };
    await events.send(new PutPermissionCommand(add));
    const read = async () => (await events.send(new DescribeEventBusCommand({}))).Policy;
    expect(JSON.parse((await read()) ?? '').Statement).toMatchObject([{ Sid: 'friend', Effect: 'Allow' }]);
    await events.send(new RemovePermissionCommand({ StatementId: 'friend' }));
    expect(await read()).toBeUndefined();
    const again = new RemovePermissionCommand({ StatementId: 'friend' });
    await expect(events.send(again)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('buses and rules', () => {
  test('a bus is made once, listed, and deleted when it has no rules', async () => {
    const here = world();
    const { events } = here;
    await events.send(new CreateEventBusCommand({ Name: 'facts' }));
    await expect(events.send(new CreateEventBusCommand({ Name: 'facts' }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'Event bus facts already exists.',
    });
    await rule(here, {}, 'facts');
    const remove = () => events.send(new DeleteEventBusCommand({ Name: 'facts' }));
    await expect(remove()).rejects.toMatchObject({ name: 'ValidationException' });
    await events.send(new RemoveTargetsCommand({ Rule: 'orders', EventBusName: 'facts', Ids: ['one'] }));
    await events.send(new DeleteRuleCommand({ Name: 'orders', EventBusName: 'facts' }));
    await remove();
    const { EventBuses } = await events.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default']);
  });

  test('rules and targets are read as they were put', async () => {
    const here = world();
    await rule(here, { Input: '{"a":1}' });
    expect(await here.events.send(new DescribeRuleCommand({ Name: 'orders' }))).toMatchObject({
      Arn: `arn:aws:events:us-east-1:${account}:rule/orders`,
      EventPattern: '{"source":["shop"]}',
      State: 'ENABLED',
    });
    const { Targets } = await here.events.send(new ListTargetsByRuleCommand({ Rule: 'orders' }));
    expect(Targets).toEqual([{ Id: 'one', Arn: functionArn, Input: '{"a":1}' }]);
  });

  test('lists come in pages', async () => {
    const { events } = world();
    for (const Name of ['a', 'b', 'c'])
      await events.send(new PutRuleCommand({ Name, EventPattern: '{"source":["x"]}' }));
    const first = await events.send(new ListRulesCommand({ Limit: 2 }));
    const { NextToken = '' } = first;
    const second = await events.send(new ListRulesCommand({ Limit: 2, NextToken }));
    expect([first, second].map(({ Rules }) => Rules?.map(({ Name }) => Name))).toEqual([['a', 'b'], ['c']]);
    expect(second.NextToken).toBeUndefined();
  });

  test.each([
    [
      'a pattern that is none',
      new PutRuleCommand({ Name: 'a', EventPattern: '{"a":"b"}' }),
      'InvalidEventPatternException',
    ],
    ['neither pattern nor schedule', new PutRuleCommand({ Name: 'a' }), 'ValidationException'],
    ['a wrong name', new PutRuleCommand({ Name: 'a b', EventPattern: '{"a":["b"]}' }), 'ValidationException'],
    ['a wrong schedule', new PutRuleCommand({ Name: 'a', ScheduleExpression: 'rate(0 days)' }), 'ValidationException'],
    [
      'an unknown bus',
      new PutRuleCommand({ Name: 'a', EventPattern: '{"a":["b"]}', EventBusName: 'x' }),
      'ResourceNotFoundException',
    ],
  ])('a rule with %s is refused', async (_what, command, name) => {
    await expect(world().events.send(command)).rejects.toMatchObject({ name });
  });

  test('a rule takes five targets, and one way of input each', async () => {
    const here = world();
    await rule(here);
    const many = Array.from({ length: 6 }, (_, index) => ({ Id: `t${index}`, Arn: functionArn }));
    const putTargets = (Targets: Target[]) => here.events.send(new PutTargetsCommand({ Rule: 'orders', Targets }));
    await expect(putTargets(many)).rejects.toMatchObject({ name: 'LimitExceededException' });
    const both = [{ Id: 'a', Arn: functionArn, Input: '{}', InputPath: '$' }];
    await expect(putTargets(both)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a rule with targets cannot be deleted', async () => {
    const here = world();
    await rule(here);
    const remove = here.events.send(new DeleteRuleCommand({ Name: 'orders' }));
    await expect(remove).rejects.toThrow("Rule can't be deleted since it has targets.");
  });

  test('what the API’s model requires must be there, and every mistake is told at once', async () => {
    const { aws } = world();
    const caller = { account, principalArn: `arn:aws:iam::${account}:root`, arn: `arn:aws:iam::${account}:root` };
    const call = (operation: string, input: Record<string, unknown>) =>
      aws.core.call({ service: 'events', operation, input, caller, account, region: 'us-east-1' });
    await expect(call('PutTargets', {})).rejects.toThrow(
      "2 validation errors detected: Value null at 'rule' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'targets' failed to satisfy constraint: Member must not be null",
    );
    await expect(call('PutRule', { Name: 'a', EventPattern: '{"a":[1]}', State: 'ON' })).rejects.toThrow(
      "1 validation error detected: Value 'ON' at 'state' failed to satisfy constraint: Member must satisfy enum value set",
    );
    await expect(call('PutEvents', { Entries: 'x' })).rejects.toMatchObject({ code: 'SerializationException' });
  });

  test('a pattern can be tried without a rule', async () => {
    const { events } = world();
    const event = { id: '1', account, source: 'shop', time: 't', region: 'r', resources: [], 'detail-type': 'x' };
    const EventPattern = '{"source":["shop"]}';
    const tried = await events.send(new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) }));
    expect(tried.Result).toBe(true);
    const partly = new TestEventPatternCommand({ EventPattern, Event: '{"id":"1"}' });
    await expect(events.send(partly)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
