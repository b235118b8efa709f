import { nextFiring, parseSchedule } from '../../shared/schedule.ts';
import { resourcesOf, type Template, targetOf } from '../template.ts';

/** US dollars in us-east-1, November 2026, without any free tier. */
const prices = {
  /** arm64: https://aws.amazon.com/lambda/pricing/ */
  gigabyteSecond: 0.000_013_333_4,
  invocation: 0.2e-6,
  /** On demand: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  readUnit: 0.125e-6,
  writeUnit: 0.625e-6,
  /** https://aws.amazon.com/eventbridge/pricing/ */
  event: 1e-6,
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

/** What an invocation that finds nothing to do takes; seconds are billed time, cold starts averaged in. */
interface Use {
  seconds: number;
  reads: number;
  writes: number;
  events: number;
  keyRequests: number;
}

const idle: Record<string, Use> = {
  HeartbeatLambdaFunction: { seconds: 0.05, reads: 2, writes: 0, events: 0, keyRequests: 0.2 },
  AuditLambdaFunction: { seconds: 3, reads: 100, writes: 5, events: 0.1, keyRequests: 1 },
  ApplyDashretentionLambdaFunction: { seconds: 2, reads: 100, writes: 5, events: 1, keyRequests: 1 },
  StartDashrunLambdaFunction: { seconds: 1, reads: 3, writes: 3, events: 1, keyRequests: 1 },
  TakeDashbackupsLambdaFunction: { seconds: 2, reads: 5, writes: 10, events: 1, keyRequests: 1 },
};

/** START, END, REPORT and a line of ours. */
const logBytes = 900;

/** A firing of a plan goes on to these by events. */
const next: Record<string, string[]> = {
  StartDashrunLambdaFunction: ['TakeDashbackupsLambdaFunction', 'ApplyDashretentionLambdaFunction'],
};

/** What a run counts, in its plan's dimension. */
const metricsOfARun = 5;

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
    const started = targetOf((schedule.Target as { Arn: unknown }).Arn) ?? '';
    add('scheduler', firings * prices.firing);
    for (const id of [started, ...(next[started] ?? [])]) addInvocations(add, template, id, firings);
    if (next[started]) add('metrics', metricsOfARun * Math.min(firings, monthDays * 24) * prices.metricHour);
  }
  add('deployment bucket', 0.01 * prices.storedGigabyte);
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  return {
    parts,
    dollars: Object.values(parts).reduce((sum, dollars) => sum + dollars, 0),
    problems: [...types]
      .filter((type) => !freeWhileIdle.includes(type))
      .map((type) => `What ${type} costs while idle is not known; price it in deploy/checks/cost.ts.`),
  };
}

function addInvocations(add: (part: string, dollars: number) => void, template: Template, id: string, count: number) {
  const use = idle[id];
  if (use === undefined) throw new Error(`What an idle ${id} uses is not known; say it in deploy/checks/cost.ts.`);
  const gigabytes = Number(template.Resources[id]?.Properties.MemorySize) / 1024;
  add('lambda', count * (prices.invocation + use.seconds * gigabytes * prices.gigabyteSecond));
  add('catalog', count * (use.reads * prices.readUnit + use.writes * prices.writeUnit));
  add('catalog key', count * use.keyRequests * prices.keyRequest);
  add('events', count * use.events * prices.event);
  add('logs', count * logBytes * prices.logByte);
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
