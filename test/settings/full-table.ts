import { zip } from '../local/lambda-package.ts';
import { type Local, type LocalOptions, local } from '../support/world.ts';

const account = '123456789012';
const region = 'us-east-1';
export const target = { account, region };
export const arnOf = (table: string, at = region) => `arn:aws:dynamodb:${at}:${account}:table/${table}`;
export const kinesisArn = `arn:aws:kinesis:${region}:${account}:stream/changes`;
export const functionArn = `arn:aws:lambda:${region}:${account}:function:indexer`;

export interface Here extends Local {
  /** A call of any service as the administrator. */
  ask<T = Record<string, unknown>>(service: string, operation: string, input: Record<string, unknown>): Promise<T>;
  /** Lets time pass until the promise is there, an hour at most. */
  done<T>(work: Promise<T>, withinMs?: number): Promise<T>;
  pass(ms: number): Promise<void>;
}

/** A whole local AWS, in which settings are captured. */
export async function here(options: LocalOptions = {}): Promise<Here> {
  const made = await local({ isWhole: true, ...options });
  const done = async <T>(work: Promise<T>, withinMs = 3_600_000): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    await made.until(() => isOver, withinMs);
    if (!isOver) throw new Error('Not done in time.');
    return work;
  };
  return Object.assign(made, {
    done,
    ask: (service: string, operation: string, input: Record<string, unknown>) =>
      done(
        made.aws.core.call({ service, operation, input, caller: made.iam.caller(account), account, region }),
      ) as never,
    pass: (ms: number) => made.clock.run(made.clock.now() + ms).then(() => {}),
  });
}

/** What Lambda and Kinesis must have before a table can feed them. */
export async function withConsumers(at: Here): Promise<void> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const read = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map((name) => `dynamodb:${name}`);
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: read, Resource: '*' }] };
  const { arn } = at.iam.putRole({ account, name: 'reader', trust, policies: { all } });
  await at.ask('lambda', 'CreateFunction', {
    FunctionName: 'indexer',
    Role: arn,
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Code: { ZipFile: zip({ 'index.js': 'exports.handler = async () => {};' }) },
  });
  await at.ask('kinesis', 'CreateStream', { StreamName: 'changes', ShardCount: 1 });
  await at.pass(15_000);
}

const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' }];

/** A table with nothing but its key and an index, as a restore leaves it. */
export async function plainTable(at: Here, name: string, billing: 'PROVISIONED' | 'PAY_PER_REQUEST' = 'PROVISIONED') {
  const ProvisionedThroughput =
    billing === 'PROVISIONED' ? { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } } : {};
  await at.ask('dynamodb', 'CreateTable', {
    TableName: name,
    BillingMode: billing,
    ...ProvisionedThroughput,
    AttributeDefinitions: ['id', 'customer'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: key('id'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-customer',
        KeySchema: key('customer'),
        Projection: { ProjectionType: 'ALL' },
        ...ProvisionedThroughput,
      },
    ],
  });
  await at.pass(10_000);
}

/** A provisioned table with every setting switched on that such a table can have. */
export async function fullTable(at: Here, name: string): Promise<void> {
  await plainTable(at, name);
  const dynamodb = async (operation: string, input: Record<string, unknown>) => {
    await at.ask('dynamodb', operation, { TableName: name, ...input });
    await at.pass(10_000);
  };
  await dynamodb('UpdateTable', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } });
  await dynamodb('UpdateTable', { TableClass: 'STANDARD_INFREQUENT_ACCESS' });
  await dynamodb('UpdateTable', { DeletionProtectionEnabled: true });
  await dynamodb('UpdateTable', { WarmThroughput: { ReadUnitsPerSecond: 20_000, WriteUnitsPerSecond: 9000 } });
  await at.ask('dynamodb', 'TagResource', {
    ResourceArn: arnOf(name),
    Tags: [
      { Key: 'team', Value: 'shop' },
      { Key: 'cost-centre', Value: '4711' },
    ],
  });
  await dynamodb('UpdateContinuousBackups', {
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
  });
  await dynamodb('UpdateTimeToLive', { TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } });
  await dynamodb('UpdateContributorInsights', { ContributorInsightsAction: 'ENABLE' });
  await dynamodb('UpdateContributorInsights', {
    IndexName: 'by-customer',
    ContributorInsightsAction: 'ENABLE',
    ContributorInsightsMode: 'THROTTLED_KEYS',
  });
  await at.ask('dynamodb', 'PutResourcePolicy', { ResourceArn: arnOf(name), Policy: policyOn(name) });
  await dynamodb('EnableKinesisStreamingDestination', {
    StreamArn: kinesisArn,
    EnableKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: 'MICROSECOND' },
  });
  await withTrigger(at, name);
  await withScaling(at, name);
  await withAlarms(at, name);
  await dynamodb('UpdateTable', { ReplicaUpdates: [{ Create: { RegionName: 'eu-central-1' } }] });
  await at.pass(600_000);
}

export const policyOn = (table: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'dynamodb:GetItem',
        Resource: [arnOf(table), `${arnOf(table)}/index/*`],
      },
    ],
  });

async function withTrigger(at: Here, name: string): Promise<void> {
  const { Table } = await at.ask<{ Table: { LatestStreamArn: string } }>('dynamodb', 'DescribeTable', {
    TableName: name,
  });
  await at.ask('lambda', 'CreateEventSourceMapping', {
    FunctionName: 'indexer',
    EventSourceArn: Table.LatestStreamArn,
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 25,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 3,
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["REMOVE"]}' }] },
  });
  await at.pass(10_000);
}

async function withScaling(at: Here, name: string): Promise<void> {
  const scaling = (operation: string, index: string | undefined, units: string, more: Record<string, unknown>) =>
    at.ask('application-autoscaling', operation, {
      ServiceNamespace: 'dynamodb',
      ResourceId: index === undefined ? `table/${name}` : `table/${name}/index/${index}`,
      ScalableDimension: `dynamodb:${index === undefined ? 'table' : 'index'}:${units}CapacityUnits`,
      ...more,
    });
  for (const index of [undefined, 'by-customer']) {
    await scaling('RegisterScalableTarget', index, 'Read', { MinCapacity: 5, MaxCapacity: 500 });
    await scaling('PutScalingPolicy', index, 'Read', {
      PolicyName: 'keep at 70 %',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
      },
    });
  }
  await scaling('RegisterScalableTarget', undefined, 'Write', { MinCapacity: 5, MaxCapacity: 50 });
  await scaling('PutScheduledAction', undefined, 'Write', {
    ScheduledActionName: 'every morning',
    Schedule: 'cron(0 8 * * ? *)',
    Timezone: 'Europe/Berlin',
    ScalableTargetAction: { MinCapacity: 20, MaxCapacity: 100 },
  });
}

async function withAlarms(at: Here, name: string): Promise<void> {
  await at.ask('monitoring', 'PutMetricAlarm', {
    AlarmName: `errors-${name}`,
    Namespace: 'AWS/DynamoDB',
    MetricName: 'SystemErrors',
    Dimensions: [{ Name: 'TableName', Value: name }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    AlarmActions: [`arn:aws:sns:${region}:${account}:on-call`],
  });
  await at.ask('monitoring', 'PutMetricAlarm', {
    AlarmName: 'of-another-table',
    Namespace: 'AWS/DynamoDB',
    MetricName: 'SystemErrors',
    Dimensions: [{ Name: 'TableName', Value: 'customers' }],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
}
