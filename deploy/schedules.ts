import type { Plan } from '../shared/plan.ts';
import { nextFiring, parseSchedule } from '../shared/schedule.ts';
import { loadPlans } from './plans/file.ts';

type Resources = Record<string, { Type: 'AWS::Scheduler::Schedule'; Properties: Record<string, unknown> }>;

/** What `${file(./deploy/schedules.js):resources}` in serverless.yml stands for. A wrong plans.yml stops packaging here. */
export async function resources(): Promise<{ Resources: Resources }> {
  return { Resources: schedulesOf(loadPlans(), Date.now(), (sentence) => console.warn(sentence)) };
}

/**
 * A schedule for each plan that is enabled and will fire again. CloudFormation would fail on an `at(…)` that has
 * passed, so such a plan is left out and said: its backups stay and are retained as before.
 */
export function schedulesOf(plans: Plan[], now: number, warn: (sentence: string) => void): Resources {
  const enabled = plans.filter((plan) => plan.enabled);
  const due = enabled.filter((plan) => nextFiring(parseSchedule(plan.schedule, plan.timezone), now) !== undefined);
  for (const plan of enabled.filter((other) => !due.includes(other))) {
    warn(
      `Plan ${plan.name} will not fire again (${plan.schedule}, ${plan.timezone}), so it gets no schedule; give it a later time, or enabled: false.`,
    );
  }
  return Object.fromEntries(due.map((plan) => [logicalId(plan.name), scheduleOf(plan)]));
}

/** `PlanNightlySchedule`; two names never give one, as a hyphen becomes `Dash`, as in osls's own ids, and names have no capitals. */
export function logicalId(name: string): string {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  return `Plan${capital.replaceAll('-', 'Dash')}Schedule`;
}

function scheduleOf(plan: Plan): Resources[string] {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Description: `Plan ${plan.name} of plans.yml`,
      GroupName: { Ref: 'ScheduleGroup' },
      ScheduleExpression: plan.schedule,
      ScheduleExpressionTimezone: plan.timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': ['StartDashrunLambdaFunction', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
        Input: JSON.stringify({ plan: plan.name, scheduledAt: '<aws.scheduler.scheduled-time>' }),
        RetryPolicy: retryPolicy(plan.startWithinMs),
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
      },
    },
  };
}

/** Scheduler's limits: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
function retryPolicy(startWithinMs: number): Record<string, number> {
  const seconds = Math.min(86_400, Math.max(60, Math.floor(startWithinMs / 1000)));
  return { MaximumEventAgeInSeconds: seconds, MaximumRetryAttempts: 185 };
}
