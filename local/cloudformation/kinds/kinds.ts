import type { Kind } from '../kind.ts';
import { logGroup } from './accepted.ts';
import { api, integration, route, stage } from './apigateway.ts';
import { table } from './dynamodb.ts';
import { eventBus, eventBusPolicy, rule } from './events.ts';
import { managedPolicy, policy, role } from './iam.ts';
import { eventInvokeConfig, lambdaFunction, permission, version } from './lambda.ts';
import { queue, queuePolicy, subscription, topic, topicPolicy } from './messages.ts';
import { bucket, bucketPolicy } from './s3.ts';
import { schedule, scheduleGroup } from './scheduler.ts';

/** Every type of resource that can be deployed here. */
const kinds: Record<string, Kind> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': eventBus,
  'AWS::Events::EventBusPolicy': eventBusPolicy,
  'AWS::Events::Rule': rule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::Version': version,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': scheduleGroup,
};

/** Throws for a type that cannot be deployed here, before anything is made. */
export function kindOf(type: string, logicalId: string): Kind {
  const kind = kinds[type];
  if (kind !== undefined) return kind;
  throw new Error(`${logicalId} is of type ${type}, which the local AWS cannot deploy.`);
}
