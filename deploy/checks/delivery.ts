import { parseSchedule } from '../../shared/schedule.ts';
import {
  list,
  resourcesOf,
  type Statement,
  same,
  statementsOf,
  type Template,
  targetOf,
  trustOf,
} from '../template.ts';

interface Target {
  Arn: unknown;
  RoleArn?: unknown;
  RetryPolicy?: unknown;
  DeadLetterConfig?: { Arn: unknown };
}

/** That whatever is sent arrives, is tried again, or waits in a dead-letter queue that the sender may write. */
export function checkDelivery(template: Template) {
  const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule');
  const rules = resourcesOf(template, 'AWS::Events::Rule');
  const problems = [
    ...schedules.flatMap(([id, schedule]) => [
      ...expressionProblems(id, schedule),
      ...targetProblems(id, schedule.Target as Target),
      ...schedulerProblems(template, id, schedule.GroupName, schedule.Target as Target),
    ]),
    ...rules.flatMap(([id, rule]) =>
      list(rule.Targets as Target[]).flatMap((target) => [
        ...targetProblems(id, target),
        ...queueProblems(template, id, target),
      ]),
    ),
    ...failureProblems(template),
  ];
  return { schedules: schedules.length, rules: rules.length, problems };
}

function expressionProblems(id: string, { ScheduleExpression, ScheduleExpressionTimezone }: Record<string, unknown>) {
  try {
    parseSchedule(String(ScheduleExpression), String(ScheduleExpressionTimezone ?? 'UTC'));
    return [];
  } catch (error) {
    return [`${id} has the schedule ${String(ScheduleExpression)}: ${error instanceof Error ? error.message : error}`];
  }
}

function targetProblems(id: string, { RetryPolicy, DeadLetterConfig }: Target): string[] {
  return [
    ...(RetryPolicy === undefined ? [`${id} has a target without a retry policy.`] : []),
    ...(DeadLetterConfig === undefined ? [`${id} has a target without a dead-letter queue.`] : []),
  ];
}

/** Scheduler invokes and writes dead letters with the role of the schedule. */
function schedulerProblems(template: Template, id: string, group: unknown, target: Target): string[] {
  const roleId = targetOf(target.RoleArn) ?? '';
  const role = template.Resources[roleId]?.Properties;
  if (role === undefined) return [`${id} has no role of this template.`];
  const may = (action: string, resource: unknown) =>
    statementsOf(role).some(
      (statement) =>
        list(statement.Action).includes(action) && list(statement.Resource).some((one) => same(one, resource)),
    );
  const spare = statementsOf(role)
    .flatMap(({ Action }) => list(Action))
    .filter((action) => !['lambda:InvokeFunction', 'sqs:SendMessage'].includes(action));
  return [
    ...(trustOf(role).every((statement) => trustsSchedulerOnly(statement, group))
      ? []
      : [`${roleId} may be assumed by others than Scheduler for the group of ${id}.`]),
    ...(may('lambda:InvokeFunction', target.Arn) ? [] : [`${roleId} may not invoke the target of ${id}.`]),
    ...(may('sqs:SendMessage', target.DeadLetterConfig?.Arn) ? [] : [`${roleId} may not write ${id}'s dead letters.`]),
    ...spare.map((action) => `${roleId} may also ${action}; a schedule needs that for nothing.`),
  ];
}

function trustsSchedulerOnly({ Principal, Condition }: Statement, group: unknown): boolean {
  const { 'aws:SourceAccount': account, 'aws:SourceArn': arn } = Condition?.StringEquals ?? {};
  return (
    same(Principal, { Service: 'scheduler.amazonaws.com' }) &&
    same(account, { Ref: 'AWS::AccountId' }) &&
    same(arn, { 'Fn::GetAtt': [targetOf(group), 'Arn'] })
  );
}

/** EventBridge writes dead letters as itself: the queue must let it. */
function queueProblems(template: Template, id: string, { DeadLetterConfig }: Target): string[] {
  const queue = DeadLetterConfig?.Arn;
  const isAllowed = resourcesOf(template, 'AWS::SQS::QueuePolicy')
    .flatMap(([, { PolicyDocument }]) => list((PolicyDocument as { Statement: Statement[] }).Statement))
    .some(
      ({ Effect, Action, Resource, Principal }) =>
        Effect === 'Allow' &&
        list(Action).includes('sqs:SendMessage') &&
        same(Resource, queue) &&
        same(Principal, { Service: 'events.amazonaws.com' }),
    );
  return isAllowed ? [] : [`EventBridge may not write the dead letters of ${id}.`];
}

/** What a function throws that is invoked asynchronously must go somewhere; callers of the API wait for its answer. */
function failureProblems(template: Template): string[] {
  const configured = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig')
    .filter(([, { DestinationConfig }]) => (DestinationConfig as { OnFailure?: object } | undefined)?.OnFailure)
    .map(([, { FunctionName }]) => targetOf(FunctionName));
  const answering = resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(([, integration]) =>
    targetOf(integration.IntegrationUri),
  );
  return resourcesOf(template, 'AWS::Lambda::Function')
    .filter(([id]) => !configured.includes(id) && !answering.includes(id))
    .map(([id]) => `${id} has no on-failure destination.`);
}
