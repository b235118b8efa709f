import { AwsError, type Call } from '../service.ts';

/** A table's or an index's capacity that may be scaled. Instants are epoch ms. */
export interface ScalableTarget {
  arn: string;
  resourceId: string;
  dimension: string;
  min: number;
  max: number;
  roleArn: string;
  createdAt: number;
  suspended: Record<string, boolean>;
  tags: Record<string, string>;
}

export interface ScalingPolicy {
  arn: string;
  name: string;
  resourceId: string;
  dimension: string;
  type: string;
  configuration: Record<string, unknown>;
  alarms: { AlarmName: string; AlarmARN: string }[];
  createdAt: number;
}

export interface ScheduledAction {
  arn: string;
  name: string;
  resourceId: string;
  dimension: string;
  schedule: string;
  timezone?: string;
  /** Epoch seconds, as given. */
  startTime?: number;
  endTime?: number;
  action?: Record<string, number>;
  createdAt: number;
}

/** Application Auto Scaling in one account and Region. Targets outlive what they scale. */
export interface State {
  targets: Map<string, ScalableTarget>;
  policies: Map<string, ScalingPolicy>;
  actions: Map<string, ScheduledAction>;
}

/** What a target, a policy or an action belongs to. */
export const keyOf = (of: { resourceId: string; dimension: string }, name = ''): string =>
  `${of.resourceId} ${of.dimension} ${name}`;

const dimensions = {
  table: ['dynamodb:table:ReadCapacityUnits', 'dynamodb:table:WriteCapacityUnits'],
  index: ['dynamodb:index:ReadCapacityUnits', 'dynamodb:index:WriteCapacityUnits'],
};

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** The resource and dimension that a call names; throws unless they are a table's or an index's, and fit. */
export function resourceOf({ input }: Call): { resourceId: string; dimension: string; table: string; index?: string } {
  if (input.ServiceNamespace !== 'dynamodb') {
    throw invalid(`Unsupported service namespace, resource type or scalable dimension: ${input.ServiceNamespace}`);
  }
  const resourceId = String(input.ResourceId);
  const [, table, index] =
    /^table\/([a-zA-Z0-9_.-]{3,255})(?:\/index\/([a-zA-Z0-9_.-]{3,255}))?$/.exec(resourceId) ?? [];
  const dimension = String(input.ScalableDimension);
  if (table === undefined || !dimensions[index === undefined ? 'table' : 'index'].includes(dimension)) {
    throw invalid('Unsupported service namespace, resource type or scalable dimension');
  }
  return { resourceId, dimension, table, ...(index !== undefined && { index }) };
}

/** The registered target of a call's resource. Throws ObjectNotFoundException. */
export function targetOf({ targets }: State, call: Call): ScalableTarget {
  const of = resourceOf(call);
  const found = targets.get(keyOf(of));
  if (found !== undefined) return found;
  const what = `service namespace: dynamodb, resource ID: ${of.resourceId}, scalable dimension: ${of.dimension}`;
  throw new AwsError('ObjectNotFoundException', `No scalable target registered for ${what}`);
}

/** Whether something is of the resources and the dimension that a Describe call asks for. */
export function isAsked(one: { resourceId: string; dimension: string }, { input }: Call): boolean {
  const { ResourceIds, ResourceId, ScalableDimension } = input;
  const ids = ResourceIds == null ? (ResourceId == null ? undefined : [ResourceId]) : (ResourceIds as unknown[]);
  return (
    (ids === undefined || ids.length === 0 || ids.includes(one.resourceId)) &&
    (ScalableDimension == null || ScalableDimension === one.dimension)
  );
}
