import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  type CreateScheduleInput,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
  type Target,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { createAws } from '../../../local/aws.ts';
import { VirtualClock } from '../../../local/clock.ts';
import { createEventBridge } from '../../../local/eventbridge/eventbridge.ts';
import { installGlobals } from '../../../local/globals.ts';
import { createIam } from '../../../local/iam/iam.ts';
import { seededRandom } from '../../../local/random.ts';
import { createScheduler } from '../../../local/scheduler/scheduler.ts';
import type { SchedulerOptions } from '../../../local/scheduler/start.ts';
import { AwsError, type Service } from '../../../local/service.ts';
import { createSqs } from '../../../local/sqs/sqs.ts';
import { inProcess } from '../../../local/transport.ts';

const account = '123456789012';
const functionArn = `arn:aws:lambda:us-east-1:${account}:function:start`;
const deadLetters = `arn:aws:sqs:us-east-1:${account}:dead`;
const groupArn = `arn:aws:scheduler:us-east-1:${account}:schedule-group/default`;

const trust = (sourceArn = groupArn) => ({
  Statement: {
    Effect: 'Allow',
    Principal: { Service: 'scheduler.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': sourceArn } },
  },
});

const allow = (Action: string, Resource: string) => ({ Statement: { Effect: 'Allow', Action, Resource } });

let uninstall = () => {};
afterEach(() => uninstall());

function world(options: SchedulerOptions = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 31, 1, 59, 30));
  // The SDK signs by the process's clock.
  uninstall = installGlobals(clock, seededRandom(3));
  const iam = createIam({ clock, random: seededRandom(9), account });
  const heard: { payload: string; at: string; caller: string }[] = [];
  const failures: AwsError[] = [];
  const lambda: Service = {
    name: 'lambda',
    protocol: 'rest-json',
    permissions: ({ input }) => [{ action: 'lambda:InvokeFunction', resource: String(input.FunctionName) }],
    operations: {
      Invoke({ input, caller }) {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        heard.push({
          payload: String(input.Payload),
          at: new Date(clock.now()).toISOString(),
          caller: caller.principalArn,
        });
      },
    },
  };
  const aws = createAws({
    clock,
    iam,
    services: (core) => [
      createScheduler(core, { assumeFor: iam.assumeFor, ...options }),
      createEventBridge(core, { assumeFor: iam.assumeFor }),
      createSqs(core),
      lambda,
    ],
  });
  const { arn: roleArn } = iam.putRole({
    account,
    name: 'schedules',
    trust: trust(),
    policies: { call: allow('lambda:InvokeFunction', functionArn), letters: allow('sqs:SendMessage', deadLetters) },
  });
  const config = {
    region: 'us-east-1',
    endpoint: aws.core.endpoint,
    requestHandler: inProcess(aws),
    maxAttempts: 1,
    credentials: { accessKeyId: 'admin', secretAccessKey: 'secret' },
  };
  const client = new SchedulerClient(config);
  const input = (more: Partial<CreateScheduleInput> = {}, target: Partial<Target> = {}): CreateScheduleInput => ({
    Name: 'nightly',
    ScheduleExpression: 'cron(0 2 * * ? *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ...more,
    Target: { Arn: functionArn, RoleArn: roleArn, Input: '{}', ...target },
  });
  const create = (more?: Partial<CreateScheduleInput>, target?: Partial<Target>) =>
    client.send(new CreateScheduleCommand(input(more, target)));
  return {
    clock,
    iam,
    client,
    events: new EventBridgeClient(config),
    sqs: new SQSClient(config),
    roleArn,
    input,
    create,
    heard,
    failures,
    times: () => heard.map(({ at }) => at.slice(0, 19)),
    until: (iso: string) => clock.run(Date.parse(iso)),
  };
}

test('it fires at the full minute with the role of the schedule', async () => {
  const here = world();
  await here.create();
  await here.until('2026-02-02T03:00:00Z');
  expect(here.times()).toEqual(['2026-01-31T02:00:00', '2026-02-01T02:00:00', '2026-02-02T02:00:00']);
  expect(here.heard[0]?.caller).toBe(here.roleArn);
});

test('the time zone is the schedule’s own', async () => {
  const here = world();
  await here.create({ ScheduleExpressionTimezone: 'Europe/Berlin', ScheduleExpression: 'cron(0 4 * * ? *)' });
  await here.until('2026-02-01T02:59:00Z');
  expect(here.times()).toEqual(['2026-01-31T03:00:00']);
});

test('the input gets its context: planned time, execution, attempt and schedule', async () => {
  const here = world({ jitterMs: () => 7000 });
  const names = ['scheduled-time', 'execution-id', 'attempt-number', 'schedule-arn'];
  await here.create({}, { Input: JSON.stringify(names.map((name) => `<aws.scheduler.${name}>`)) });
  await here.until('2026-01-31T03:00:00Z');
  const [time, execution, attempt, arn] = JSON.parse(here.heard[0]?.payload ?? '') as string[];
  expect([time, attempt, arn]).toEqual([
    '2026-01-31T02:00:00Z',
    '1',
    `arn:aws:scheduler:us-east-1:${account}:schedule/default/nightly`,
  ]);
  expect(execution).toMatch(/^[0-9a-f-]{36}$/);
  expect(here.times()).toEqual(['2026-01-31T02:00:07']);
});

test('a rate begins on the next minute, or at its start date, and stops at its end date', async () => {
  const here = world();
  await here.create({ ScheduleExpression: 'rate(10 minutes)', EndDate: new Date('2026-01-31T02:20:00Z') });
  const StartDate = new Date('2026-01-31T02:05:00Z');
  await here.create({ Name: 'later', ScheduleExpression: 'rate(1 hour)', StartDate });
  await here.until('2026-01-31T03:30:00Z');
  expect(here.times().map((time) => time.slice(11, 16))).toEqual(['02:00', '02:05', '02:10', '02:20', '03:05']);
});

test('a one-time schedule fires once and goes away if it is asked to', async () => {
  const here = world();
  await here.create({ ScheduleExpression: 'at(2026-01-31T02:15:00)', ActionAfterCompletion: 'DELETE' });
  await here.until('2026-02-03T00:00:00Z');
  expect(here.times()).toEqual(['2026-01-31T02:15:00']);
  const get = here.client.send(new GetScheduleCommand({ Name: 'nightly' }));
  await expect(get).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
});

test('a repeated schedule that is to go away fires until its end first', async () => {
  const here = world();
  const EndDate = new Date('2026-02-02T12:00:00Z');
  await here.create({ ActionAfterCompletion: 'DELETE', EndDate });
  const listed = async () => (await here.client.send(new ListSchedulesCommand({}))).Schedules?.length;
  await here.until('2026-02-01T12:00:00Z');
  expect(await listed()).toBe(1);
  await here.until('2026-02-05T00:00:00Z');
  expect([here.heard.length, await listed()]).toEqual([3, 0]);
});

test('before its start date a schedule does not fire', async () => {
  const here = world();
  await here.create({ StartDate: new Date('2026-02-02T02:00:00Z') });
  await here.until('2026-02-03T12:00:00Z');
  expect(here.times()).toEqual(['2026-02-02T02:00:00', '2026-02-03T02:00:00']);
});

test('a disabled schedule is silent, and an update replaces all of it', async () => {
  const here = world();
  await here.create({ State: 'DISABLED', Description: 'old' });
  await here.until('2026-01-31T12:00:00Z');
  expect(here.heard).toHaveLength(0);
  await here.client.send(new UpdateScheduleCommand(here.input({ ScheduleExpression: 'cron(0 13 * * ? *)' })));
  await here.until('2026-01-31T14:00:00Z');
  expect(here.times()).toEqual(['2026-01-31T13:00:00']);
  const read = await here.client.send(new GetScheduleCommand({ Name: 'nightly' }));
  expect(read).toMatchObject({ State: 'ENABLED', ScheduleExpressionTimezone: 'UTC', GroupName: 'default' });
  expect(read.Description).toBeUndefined();
  expect(read.CreationDate?.getTime()).toBeLessThan(read.LastModificationDate?.getTime() ?? 0);
});

test('after an update the old times are over', async () => {
  const here = world();
  await here.create();
  await here.client.send(new UpdateScheduleCommand(here.input({ ScheduleExpression: 'cron(0 13 * * ? *)' })));
  await here.until('2026-02-01T03:00:00Z');
  expect(here.times()).toEqual(['2026-01-31T13:00:00']);
});

test('a deleted schedule does not fire any more', async () => {
  const here = world();
  await here.create();
  await here.client.send(new DeleteScheduleCommand({ Name: 'nightly' }));
  await here.until('2026-02-02T00:00:00Z');
  expect(here.heard).toHaveLength(0);
});

test('a flexible window delays a firing within it', async () => {
  const here = world();
  await here.create({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 } });
  await here.until('2026-02-09T12:00:00Z');
  expect(here.heard).toHaveLength(10);
  const minutes = here.times().map((time) => Number(time.slice(14, 16)));
  expect(Math.max(...minutes)).toBeLessThan(15);
  expect(new Set(minutes).size).toBeGreaterThan(3);
});

test('a firing can come twice, as AWS allows', async () => {
  const here = world({ copies: () => 2 });
  await here.create({ ScheduleExpression: 'at(2026-01-31T02:15:00)' });
  await here.until('2026-01-31T03:00:00Z');
  expect(here.heard).toHaveLength(2);
});

test('without an input the target gets Scheduler’s own notice', async () => {
  const here = world();
  const { Input: _none, ...Target } = here.input().Target ?? { Arn: '', RoleArn: '' };
  await here.client.send(new CreateScheduleCommand({ ...here.input(), Target }));
  await here.until('2026-01-31T03:00:00Z');
  expect(JSON.parse(here.heard[0]?.payload ?? '')).toMatchObject({
    source: 'aws.scheduler',
    'detail-type': 'Scheduled Event',
    time: '2026-01-31T02:00:00Z',
  });
});

test('what fails is tried again, and in the end lies in the dead-letter queue, written with the schedule’s role', async () => {
  const here = world();
  const { QueueUrl } = await here.sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const policy = { RetryPolicy: { MaximumRetryAttempts: 1 }, DeadLetterConfig: { Arn: deadLetters }, Input: '{"a":1}' };
  await here.create({ ScheduleExpression: 'at(2026-01-31T02:15:00)' }, policy);
  here.failures.push(...[1, 2].map(() => new AwsError('ServiceException', 'Broken', 500)));
  await here.until('2026-01-31T03:00:00Z');
  const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
  const [letter] = (await here.sqs.send(receive)).Messages ?? [];
  expect(letter?.Body).toBe('{"a":1}');
  expect(letter?.MessageAttributes).toMatchObject({
    ERROR_CODE: { StringValue: 'ServiceException' },
    EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
    RETRY_ATTEMPTS: { StringValue: '1' },
    SCHEDULED_TIME: { StringValue: '2026-01-31T02:15:00Z' },
    SCHEDULE_ARN: { StringValue: `arn:aws:scheduler:us-east-1:${account}:schedule/default/nightly` },
    TARGET_ARN: { StringValue: functionArn },
  });
});

test('a role that may not call the target makes a dead letter; one that may not write it loses it', async () => {
  const here = world();
  const { QueueUrl } = await here.sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  await here.create({}, { DeadLetterConfig: { Arn: deadLetters } });
  here.iam.putRolePolicy(here.roleArn, 'call', undefined);
  await here.until('2026-01-31T03:00:00Z');
  const receive = async () => (await here.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];
  expect(await receive()).toHaveLength(1);
  here.iam.putRolePolicy(here.roleArn, 'letters', undefined);
  await here.until('2026-02-01T03:00:00Z');
  expect(here.heard).toHaveLength(0);
  await here.until('2026-02-01T04:00:00Z');
  expect(await receive()).toHaveLength(1);
});

test('a role that does not trust Scheduler for this group cannot be given', async () => {
  const here = world();
  const role = here.iam.putRole({ account, name: 'strict', trust: trust(`${groupArn}-other`) });
  await expect(here.create({}, { RoleArn: role.arn })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  });
});

test('an event bus is a target', async () => {
  const here = world();
  const { EventBusArn = '' } = await here.events.send(new CreateEventBusCommand({ Name: 'facts' }));
  here.iam.putRolePolicy(here.roleArn, 'put', allow('events:PutEvents', EventBusArn));
  await here.events.send(
    new PutRuleCommand({ Name: 'all', EventBusName: 'facts', EventPattern: '{"source":["plans"]}' }),
  );
  const Targets = [{ Id: 'one', Arn: functionArn, InputPath: '$.detail', RoleArn: here.roleArn }];
  const trusted = {
    Statement: [
      trust().Statement,
      { ...trust().Statement, Principal: { Service: 'events.amazonaws.com' }, Condition: {} },
    ],
  };
  here.iam.putRole({ account, name: 'schedules', trust: trusted, policies: { all: allow('*', '*') } });
  await here.events.send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'facts', Targets }));
  const EventBridgeParameters = { DetailType: 'Due', Source: 'plans' };
  await here.create({}, { Arn: EventBusArn, EventBridgeParameters, Input: '{"plan":"nightly"}' });
  await here.until('2026-01-31T03:00:00Z');
  expect(here.heard.map(({ payload }) => payload)).toEqual(['{"plan":"nightly"}']);
});

test('groups keep schedules apart and take them with them', async () => {
  const here = world();
  const group = { GroupName: 'tablekeep' };
  const role = here.iam.putRole({
    account,
    name: 'grouped',
    trust: trust(groupArn.replace('default', 'tablekeep')),
    policies: { call: allow('lambda:InvokeFunction', functionArn) },
  });
  await expect(here.create(group, { RoleArn: role.arn })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await here.client.send(new CreateScheduleGroupCommand({ Name: 'tablekeep' }));
  await here.create(group, { RoleArn: role.arn });
  await here.create();
  const listed = await here.client.send(new ListSchedulesCommand(group));
  expect(listed.Schedules?.map(({ Arn }) => Arn)).toEqual([
    `arn:aws:scheduler:us-east-1:${account}:schedule/tablekeep/nightly`,
  ]);
  expect((await here.client.send(new ListSchedulesCommand({}))).Schedules).toHaveLength(2);
  expect((await here.client.send(new GetScheduleGroupCommand({ Name: 'tablekeep' }))).State).toBe('ACTIVE');
  await here.client.send(new DeleteScheduleGroupCommand({ Name: 'tablekeep' }));
  const { ScheduleGroups } = await here.client.send(new ListScheduleGroupsCommand({}));
  expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default']);
  await here.until('2026-01-31T03:00:00Z');
  expect(here.heard).toHaveLength(1);
});

test('a second schedule of the same name is a conflict, the same request again is not', async () => {
  const here = world();
  const first = await here.create({ ClientToken: 'one' });
  expect(await here.create({ ClientToken: 'one' })).toMatchObject({ ScheduleArn: first.ScheduleArn });
  await expect(here.create({ ClientToken: 'two' })).rejects.toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
  });
});

test.each<[string, Partial<CreateScheduleInput>]>([
  ['expression', { ScheduleExpression: 'cron(0 2 * * * *)' }],
  ['time zone', { ScheduleExpressionTimezone: 'Mars/Olympus' }],
  ['name', { Name: 'a b' }],
  ['window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }],
  ['end', { StartDate: new Date(2000), EndDate: new Date(1000) }],
])('a schedule with a wrong %s is refused', async (_what, more) => {
  await expect(world().create(more)).rejects.toMatchObject({ name: 'ValidationException' });
});
