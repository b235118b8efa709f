import type { Plan } from '../shared/plan.ts';
import type { ExportsPlan } from '../shared/plans/exports.ts';
import { nextFiring, parseSchedule } from '../shared/schedule.ts';
import { checkBuckets } from './plans/export-buckets.ts';
import { loadFile } from './plans/file.ts';

type Resources = Record<string, { Type: 'AWS::Scheduler::Schedule'; Properties: Record<string, unknown> }>;

/** What `${file(./deploy/schedules.js):resources}` in serverless.yml stands for. A wrong plans.yml stops packaging here. */
export async function resources({ resolveVariable }: Variables): Promise<{ Resources: Resources }> {
  const { plans, exports } = loadFile();
  const warn = (sentence: string) => console.warn(sentence);
  checkBuckets(exports, String((await resolveVariable('param:exportBuckets')) ?? ''), warn);
  const now = Date.now();
  return { Resources: { ...schedulesOf(plans, now, warn), ...exportSchedulesOf(exports, now, warn) } };
}

/** What osls hands to a function that a `${file(…)}` names. */
interface Variables {
  resolveVariable(address: string): Promise<unknown>;
}

/**
 * A schedule for each plan that is enabled and will fire again. CloudFormation would fail on an `at(…)` that has
 * passed, so such a plan is left out and said: its backups stay and are retained as before.
 */
export function schedulesOf(plans: Plan[], now: number, warn: (sentence: string) => void): Resources {
  const due = thoseThatFire(plans, 'Plan', now, warn);
  const scheduleOf = (plan: Plan) => ({
    description: `Plan ${plan.name} of plans.yml`,
    target: 'StartDashrunLambdaFunction',
    input: { plan: plan.name },
    forMs: plan.startWithinMs,
  });
  return Object.fromEntries(due.map((plan) => [logicalId(plan.name), schedule(plan, scheduleOf(plan))]));
}

const dayMs = 86_400_000;

/** The same for exports. A firing that comes late is of use until the next one, which makes up for it. */
export function exportSchedulesOf(exports: ExportsPlan[], now: number, warn: (sentence: string) => void): Resources {
  const due = thoseThatFire(exports, 'Exports', now, warn);
  const scheduleOf = ({ name }: ExportsPlan) => ({
    description: `Exports ${name} of plans.yml`,
    target: 'ExportLambdaFunction',
    input: { exports: name },
    forMs: dayMs,
  });
  return Object.fromEntries(due.map((plan) => [logicalId(plan.name, 'Exports'), schedule(plan, scheduleOf(plan))]));
}

type Scheduled = Pick<Plan, 'name' | 'schedule' | 'timezone' | 'enabled'>;

function thoseThatFire<Any extends Scheduled>(
  plans: Any[],
  what: string,
  now: number,
  warn: (sentence: string) => void,
): Any[] {
  const enabled = plans.filter((plan) => plan.enabled);
  const due = enabled.filter((plan) => nextFiring(parseSchedule(plan.schedule, plan.timezone), now) !== undefined);
  for (const plan of enabled.filter((other) => !due.includes(other))) {
    warn(
      `${what} ${plan.name} will not fire again (${plan.schedule}, ${plan.timezone}), so it gets no schedule; give it a later time, or enabled: false.`,
    );
  }
  return due;
}

/** `PlanNightlySchedule`; two names never give one, as a hyphen becomes `Dash`, as in osls's own ids, and names have no capitals. */
export function logicalId(name: string, kind: 'Plan' | 'Exports' = 'Plan'): string {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  return `${kind}${capital.replaceAll('-', 'Dash')}Schedule`;
}

interface What {
  description: string;
  /** Logical id of the function. */
  target: string;
  input: object;
  /** Scheduler tries for so long. */
  forMs: number;
}

function schedule({ schedule, timezone }: Scheduled, { description, target, input, forMs }: What): Resources[string] {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Description: description,
      GroupName: { Ref: 'ScheduleGroup' },
      ScheduleExpression: schedule,
      ScheduleExpressionTimezone: timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [target, 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
        Input: JSON.stringify({ ...input, scheduledAt: '<aws.scheduler.scheduled-time>' }),
        RetryPolicy: retryPolicy(forMs),
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
      },
    },
  };
}

/** Scheduler's limits: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
function retryPolicy(forMs: number): Record<string, number> {
  const seconds = Math.min(86_400, Math.max(60, Math.floor(forMs / 1000)));
  return { MaximumEventAgeInSeconds: seconds, MaximumRetryAttempts: 185 };
}
