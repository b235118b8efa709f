import { pages } from '../pages.ts';
import type { ClientOptions } from './client.ts';
import { jsonRequest, otherService } from './other-service.ts';

/** In Application Auto Scaling's words; `ResourceId` is `table/<name>` or `table/<name>/index/<index>`. */
export interface ScalableTarget {
  ResourceId: string;
  ScalableDimension: string;
  MinCapacity: number;
  MaxCapacity: number;
  SuspendedState?: Record<string, boolean>;
}

export interface Policy {
  PolicyName: string;
  PolicyType: string;
  ResourceId: string;
  ScalableDimension: string;
  TargetTrackingScalingPolicyConfiguration?: Record<string, unknown>;
  StepScalingPolicyConfiguration?: Record<string, unknown>;
  /** Made by it. */
  Alarms?: { AlarmName: string }[];
}

export interface ScheduledAction {
  ScheduledActionName: string;
  Schedule: string;
  Timezone?: string;
  ResourceId: string;
  ScalableDimension: string;
  /** Epoch seconds. */
  StartTime?: number;
  EndTime?: number;
  ScalableTargetAction?: { MinCapacity?: number; MaxCapacity?: number };
}

export type ScalingCalls = ReturnType<typeof scalingCalls>;

/**
 * Application Auto Scaling of DynamoDB's tables and indexes.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html (AWS JSON 1.1)
 */
export function scalingCalls(options: ClientOptions, region: string) {
  const send = otherService(options, region, {
    host: 'application-autoscaling',
    signingName: 'application-autoscaling',
  });
  const call = <Answer>(operation: string, input: object) =>
    send<Answer>(
      jsonRequest(`AnyScaleFrontendService.${operation}`, '1.1', { ServiceNamespace: 'dynamodb', ...input }),
    );
  /** Describe operations answer 50 at most, policies 10. */
  const all = async <Member>(operation: string, member: string, input: object): Promise<Member[]> => {
    const found: Member[] = [];
    const describe = (NextToken?: string) => call<Record<string, unknown>>(operation, { ...input, NextToken });
    for await (const page of pages(describe, ({ NextToken }) => NextToken as string | undefined)) {
      found.push(...((page[member] ?? []) as Member[]));
    }
    return found;
  };

  return {
    targets: (ResourceIds: string[]) =>
      all<ScalableTarget>('DescribeScalableTargets', 'ScalableTargets', { ResourceIds }),
    policies: (ResourceId: string) => all<Policy>('DescribeScalingPolicies', 'ScalingPolicies', { ResourceId }),
    scheduledActions: (ResourceId: string) =>
      all<ScheduledAction>('DescribeScheduledActions', 'ScheduledActions', { ResourceId }),

    deregister: (target: Pick<ScalableTarget, 'ResourceId' | 'ScalableDimension'>) =>
      call('DeregisterScalableTarget', target),
    register: (target: ScalableTarget) => call('RegisterScalableTarget', target),
    putPolicy: (policy: Omit<Policy, 'Alarms'>) => call('PutScalingPolicy', policy),
    putScheduledAction: (action: ScheduledAction) => call('PutScheduledAction', action),
  };
}
