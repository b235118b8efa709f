import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { type CloudFormation, createCloudFormation } from '../../local/cloudformation/cloudformation.ts';
import type { DeployOptions } from '../../local/cloudformation/deploy.ts';
import type { Template } from '../../local/cloudformation/template.ts';
import { dynamodb } from '../../local/dynamodb/dynamodb.ts';
import { createEventBridge } from '../../local/eventbridge/eventbridge.ts';
import { createIam } from '../../local/iam/iam.ts';
import { kms } from '../../local/kms.ts';
import { inProcessRunner } from '../../local/lambda/in-process.ts';
import { createLambda, type LambdaService } from '../../local/lambda/lambda.ts';
import { seededRandom } from '../../local/random.ts';
import { createS3 } from '../../local/s3/s3.ts';
import { createScheduler } from '../../local/scheduler/scheduler.ts';
import type { Core } from '../../local/service.ts';
import { createSqs } from '../../local/sqs/sqs.ts';
import { createSts } from '../../local/sts.ts';
import { bundle, zip } from './lambda-package.ts';

export const account = '123456789012';
export const member = '222222222222';
export const region = 'us-east-1';
export const startAt = Date.UTC(2026, 10, 20, 6);

const getAtt = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] });
const allow = (Action: string | string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
const policies = (...Statement: object[]) => [
  { PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement } },
];
const trusting = (Principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
});

/** A schedule starts a function, which writes an item and puts an event, which a rule gives to another function. */
export const template: Template = {
  Description: 'A chain',
  Resources: {
    Firing: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: getAtt('First'), RoleArn: getAtt('ScheduleRole'), Input: '{"from":"schedule"}' },
      },
    },
    ScheduleRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trusting({ Service: 'scheduler.amazonaws.com' }),
        Policies: policies(allow('lambda:InvokeFunction', getAtt('First'))),
      },
    },
    First: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'first',
        Handler: 'main.handler',
        Role: getAtt('Role'),
        Timeout: 30,
        Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: 'somewhere/first.zip' },
        Environment: { Variables: { TABLE: { Ref: 'Table' }, BUS: { Ref: 'Bus' }, COUNT: 3 } },
      },
    },
    Second: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'second',
        Handler: 'main.handler',
        Role: getAtt('Role'),
        Code: { S3Key: 'x/second.zip' },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trusting({ Service: 'lambda.amazonaws.com' }),
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        Policies: policies(allow('dynamodb:PutItem', getAtt('Table')), allow('events:PutEvents', getAtt('Bus'))),
      },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'true', RecoveryPeriodInDays: '35' },
        SSESpecification: { SSEEnabled: true },
      },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'chain' } },
    BusGuard: {
      Type: 'AWS::Events::EventBusPolicy',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        StatementId: 'guard',
        Statement: {
          Effect: 'Deny',
          Principal: '*',
          Action: 'events:PutEvents',
          Resource: getAtt('Bus'),
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': getAtt('Role') } },
        },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['first'] },
        Targets: [{ Id: 'second', Arn: getAtt('Second'), DeadLetterConfig: { Arn: getAtt('Letters') } }],
      },
    },
    RulePermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: getAtt('Second'),
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: getAtt('Rule'),
      },
    },
    Letters: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
    LettersPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Letters' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { ...allow('sqs:SendMessage', getAtt('Letters')), Principal: { Service: 'events.amazonaws.com' } },
          ],
        },
      },
    },
    Failures: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'Second' },
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination: getAtt('Bus') } },
      },
    },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/first' } },
  },
  Outputs: { TableName: { Value: { Ref: 'Table' }, Description: 'Here' } },
};

const packages = {
  'first.zip': zip({
    'main.cjs': bundle(`
      import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
      import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
      const dynamodb = new DynamoDBClient({});
      const events = new EventBridgeClient({});
      export const handler = async (event) => {
        await dynamodb.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: event.from } } }));
        const Entries = [{ Source: 'first', DetailType: 'Done', Detail: JSON.stringify(event), EventBusName: process.env.BUS }];
        await events.send(new PutEventsCommand({ Entries }));
        console.log(typeof process.env.COUNT);
      };`),
  }),
  'second.zip': zip({ 'main.cjs': `exports.handler = async (event) => console.log(JSON.stringify(event.detail));` }),
};
const packageOf = (_: string, key: string | undefined): Uint8Array =>
  packages[key?.split('/').at(-1) as keyof typeof packages] ?? new Uint8Array();

/** An AWS with all that the chain needs, on a virtual clock. */
export function startAws() {
  const clock = new VirtualClock(startAt);
  const random = seededRandom(1);
  const iam = createIam({ clock, random, account });
  const assumeFor = iam.assumeFor;
  const runner = inProcessRunner({ random, aws: { clock, handle: (request) => aws.handle(request) } });
  const services = (core: Core) => [
    dynamodb(core),
    createEventBridge(core, { assumeFor }),
    createScheduler(core, { assumeFor }),
    createS3(core, { keys: kms(core).keys }),
    createSqs(core),
    createSts(iam),
    createLambda(core, { iam, runner }),
    createCloudFormation(core, iam),
  ];
  const aws: ReturnType<typeof createAws> = createAws({ clock, iam, services });
  const formation = aws.service('cloudformation') as CloudFormation;
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    await clock.run(clock.now() + 600_000, () => isDone);
    return work;
  };
  const call = (service: string, operation: string, input: object, as = account) =>
    during(aws.core.call({ service, operation, input: { ...input }, caller: iam.caller(as), account: as, region }));
  const deploy = (source: string | Template, options: Partial<DeployOptions> = {}) =>
    during(formation.deploy(source, { stackName: 'chain-dev', codeOf: packageOf, ...options }));
  const logs = (name: string) => (aws.service('lambda') as LambdaService).logs(name).map(({ text }) => text);
  return { aws, clock, iam, formation, during, call, deploy, logs };
}
