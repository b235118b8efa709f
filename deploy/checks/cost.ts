import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { list, resourcesOf, type Template, targetOf } from '../template.ts';

/** US dollars in us-east-1, November 2026, without any free tier. */
export const prices = {
  /** arm64: https://aws.amazon.com/lambda/pricing/ */
  gigabyteSecond: 0.000_013_333_4,
  invocation: 0.2e-6,
  /** On demand: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  /** Ours; AWS's own, a rule's schedule among them, are free: https://aws.amazon.com/eventbridge/pricing/ */
  event: 1e-6,
  /** Of Scheduler. */
  firing: 1e-6,
  /** Ingested: https://aws.amazon.com/cloudwatch/pricing/ */
  logByte: 0.5 / 1e9,
  /** A metric for an hour in which it was sent, of $0.30 a month: https://aws.amazon.com/cloudwatch/pricing/ */
  metricHour: 0.3 / 720,
  /** Of the key aws/dynamodb, asked anew by each function after five minutes: https://aws.amazon.com/kms/pricing/ */
  keyRequest: 0.03 / 10_000,
  /** https://aws.amazon.com/s3/pricing/, for what `serverless deploy` uploads. */
  storedGigabyte: 0.023,
};

/** What one firing leads to when there is nothing to do. */
export interface Use {
  invocations: number;
  /** Billed, of all invocations together, cold starts averaged in. */
  seconds: number;
  /** Units of the catalog. */
  reads: number;
  writes: number;
  events: number;
  keyRequests: number;
  logBytes: number;
}

/** START, END, REPORT and a line of ours. The heartbeat writes none of them while it finds nothing. */
const logBytes = 900;

/**
 * By the function that a firing starts, with those that go on by its events. Invocations, units and events are counted
 * in a day of the packaged service with the plans.yml that comes with it (test/deploy/idle.test.ts); the audit looks at
 * four targets. Seconds are estimates.
 */
export const idle: Record<string, Use> = {
  HeartbeatLambdaFunction: {
    invocations: 1,
    seconds: 0.05,
    reads: 0.5,
    writes: 0,
    events: 0.06,
    keyRequests: 0.2,
    logBytes: 0,
  },
  AuditLambdaFunction: {
    invocations: 4.1,
    seconds: 4,
    reads: 17,
    writes: 32,
    events: 0.3,
    keyRequests: 1,
    logBytes: 4 * logBytes,
  },
  ApplyDashretentionLambdaFunction: {
    invocations: 8,
    seconds: 8,
    reads: 30,
    writes: 95,
    events: 1,
    keyRequests: 1,
    logBytes: 8 * logBytes,
  },
  StartDashrunLambdaFunction: {
    invocations: 3,
    seconds: 5,
    reads: 10,
    writes: 30,
    events: 4,
    keyRequests: 3,
    logBytes: 3 * logBytes,
  },
  ExportLambdaFunction: { invocations: 1, seconds: 2, reads: 10, writes: 20, events: 2, keyRequests: 1, logBytes },
};

/** What an idle month may cost: docs/decisions/0010. */
const budgetDollars = 0.1;

/** Types that cost nothing while nothing happens. Another type has to be priced here before it may be deployed. */
const freeWhileIdle = [
  ...['Function', 'EventInvokeConfig', 'Permission'].map((name) => `AWS::Lambda::${name}`),
  ...['EventBus', 'EventBusPolicy', 'Rule'].map((name) => `AWS::Events::${name}`),
  ...['Schedule', 'ScheduleGroup'].map((name) => `AWS::Scheduler::${name}`),
  ...['Queue', 'QueuePolicy'].map((name) => `AWS::SQS::${name}`),
  ...['Topic', 'TopicPolicy'].map((name) => `AWS::SNS::${name}`),
  ...['Api', 'Stage', 'Integration', 'Route'].map((name) => `AWS::ApiGatewayV2::${name}`),
  ...['Bucket', 'BucketPolicy'].map((name) => `AWS::S3::${name}`),
  'AWS::IAM::Role',
  'AWS::IAM::ManagedPolicy',
  'AWS::Logs::LogGroup',
  'AWS::DynamoDB::Table',
];

const monthDays = 30;
const monthBegins = Date.UTC(2027, 0, 1);

/** What a month costs in which the plans fire and find no table, in US dollars, by what it is for. */
export function checkCost(template: Template) {
  const parts: Record<string, number> = {};
  const add = (part: string, dollars: number) => {
    parts[part] = (parts[part] ?? 0) + dollars;
  };
  for (const [, schedule] of resourcesOf(template, 'AWS::Scheduler::Schedule')) {
    const firings = firingsOf(schedule);
    add('scheduler', firings * prices.firing);
    addFirings(add, template, targetOf((schedule.Target as { Arn: unknown }).Arn) ?? '', firings);
  }
  for (const [, rule] of resourcesOf(template, 'AWS::Events::Rule')) {
    if (rule.ScheduleExpression === undefined) continue;
    for (const { Arn } of list(rule.Targets as { Arn: unknown }[])) {
      addFirings(add, template, targetOf(Arn) ?? '', firingsOf(rule));
    }
  }
  add('deployment bucket', 0.01 * prices.storedGigabyte);
  const dollars = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { parts, dollars, problems: [...unknownTypes(template), ...overspent(template, dollars)] };
}

function unknownTypes(template: Template): string[] {
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  return [...types]
    .filter((type) => !freeWhileIdle.includes(type))
    .map((type) => `What ${type} costs while idle is not known; price it in deploy/checks/cost.ts.`);
}

/** The budget is for the service and one firing a day; what more plans cost is the user's to say. */
function overspent(template: Template, dollars: number): string[] {
  const firings = resourcesOf(template, 'AWS::Scheduler::Schedule').map(([, schedule]) => firingsOf(schedule));
  const isOurs = firings.reduce((sum, count) => sum + count, 0) <= 27 * monthDays;
  if (!isOurs || dollars <= budgetDollars) return [];
  return [`An idle month costs $${dollars.toFixed(3)}, more than $${budgetDollars}; see deploy/checks/cost.ts.`];
}

function addFirings(add: (part: string, dollars: number) => void, template: Template, id: string, count: number) {
  const use = idle[id];
  if (use === undefined) throw new Error(`What an idle ${id} uses is not known; say it in deploy/checks/cost.ts.`);
  const gigabytes = Number(template.Resources[id]?.Properties.MemorySize) / 1024;
  add('lambda', count * (use.invocations * prices.invocation + use.seconds * gigabytes * prices.gigabyteSecond));
  add('catalog', count * (use.reads * prices.readUnit + use.writes * prices.writeUnit));
  add('catalog key', count * use.keyRequests * prices.keyRequest);
  add('events', count * use.events * prices.event);
  add('logs', count * use.logBytes * prices.logByte);
}

function firingsOf({ ScheduleExpression, ScheduleExpressionTimezone }: Record<string, unknown>): number {
  const schedule = parseSchedule(String(ScheduleExpression), String(ScheduleExpressionTimezone ?? 'UTC'));
  const end = monthBegins + monthDays * 86_400_000;
  let firings = 0;
  for (let at = nextFiring(schedule, monthBegins); at !== undefined && at <= end; firings++) {
    at = nextFiring(schedule, at, monthBegins);
  }
  return firings;
}
