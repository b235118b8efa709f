import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { type CloudFormation, createCloudFormation } from '../../local/cloudformation/cloudformation.ts';
import type { DeployOptions } from '../../local/cloudformation/deploy.ts';
import type { Template } from '../../local/cloudformation/template.ts';
import { dynamodb } from '../../local/dynamodb/dynamodb.ts';
import { createEventBridge } from '../../local/eventbridge/eventbridge.ts';
import { createIam } from '../../local/iam/iam.ts';
import { inProcessRunner } from '../../local/lambda/in-process.ts';
import { createLambda, type LambdaService } from '../../local/lambda/lambda.ts';
import { seededRandom } from '../../local/random.ts';
import { createScheduler } from '../../local/scheduler/scheduler.ts';
import type { Core } from '../../local/service.ts';
import { createSqs } from '../../local/sqs/sqs.ts';
import { createSts } from '../../local/sts.ts';
import { inProcess } from '../../local/transport.ts';
import { bundle, zip } from './lambda-package.ts';

const account = '123456789012';
const member = '222222222222';
const region = 'us-east-1';
const startAt = Date.UTC(2026, 10, 20, 6);

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
const template: Template = {
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

function setUp() {
  const clock = new VirtualClock(startAt);
  const random = seededRandom(1);
  const iam = createIam({ clock, random, account });
  const assumeFor = iam.assumeFor;
  const runner = inProcessRunner({ random, aws: { clock, handle: (request) => aws.handle(request) } });
  const services = (core: Core) => [
    dynamodb(core),
    createEventBridge(core, { assumeFor }),
    createScheduler(core, { assumeFor }),
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

describe('deploying', () => {
  test('what a template describes works together, with the rights that it gives', async () => {
    const { deploy, clock, call, logs } = setUp();
    const stack = await deploy(template);
    expect(stack.status).toBe('CREATE_COMPLETE');
    const TableName = stack.outputs.TableName?.value;
    expect(TableName).toMatch(/^chain-dev-Table-[0-9A-F]{12}$/);
    await clock.run(clock.now() + 90_000);
    const found = await call('dynamodb', 'GetItem', { TableName, Key: { pk: { S: 'schedule' } } });
    expect(found).toMatchObject({ Item: { pk: { S: 'schedule' } } });
    expect(logs('first')).toEqual([expect.stringMatching(/string$/)]);
    expect(logs('second')).toEqual([expect.stringMatching(/\{"from":"schedule"\}$/)]);

    const entry = { Source: 'first', DetailType: 'Done', Detail: '{}', EventBusName: 'chain' };
    await expect(call('events', 'PutEvents', { Entries: [entry] })).rejects.toThrow(
      /explicit deny in a resource-based/,
    );
  });

  test('settings of tables that CreateTable does not take are made, too', async () => {
    const { deploy, call } = setUp();
    const stack = await deploy(template);
    const TableName = stack.resources.get('Table')?.physicalId;
    expect(await call('dynamodb', 'DescribeTimeToLive', { TableName })).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'ttl', TimeToLiveStatus: expect.stringMatching(/^ENABL/) },
    });
    const answer = await call('dynamodb', 'DescribeContinuousBackups', { TableName });
    expect(JSON.stringify(answer)).toContain('"PointInTimeRecoveryStatus":"ENABLED"');
  });

  test('without a right that the template forgot, the call is refused', async () => {
    const { deploy, clock, logs } = setUp();
    const changed = structuredClone(template);
    delete changed.Resources.RulePermission;
    await deploy(changed);
    await clock.run(clock.now() + 90_000);
    expect(logs('first')).toHaveLength(1);
    expect(logs('second')).toEqual([]);
  });

  test('an unknown type of resource is refused before anything is made', async () => {
    const { deploy, formation } = setUp();
    const Resources = { Role: template.Resources.Role as never, Zone: { Type: 'AWS::Route53::HostedZone' } };
    await expect(deploy({ Resources })).rejects.toThrow(
      /Zone is of type AWS::Route53::HostedZone, which the local AWS/,
    );
    await expect(async () => formation.remove('chain-dev')).rejects.toThrow(/does not exist/);
  });

  test('a resource that fails is named, and deploying again goes on from there', async () => {
    const { deploy } = setUp();
    const broken = structuredClone(template);
    Object.assign(broken.Resources.First?.Properties ?? {}, { Timeout: 1000 });
    await expect(deploy(broken)).rejects.toThrow(/^First \(AWS::Lambda::Function\): .*'timeout'/);
    expect((await deploy(template)).status).toBe('UPDATE_COMPLETE');
  });
});

describe('deploying again', () => {
  test('changes what changed, keeps the rest, and removes what is no longer there', async () => {
    const { deploy, call } = setUp();
    const first = await deploy(template);
    const before = Object.fromEntries([...first.resources].map(([id, { physicalId }]) => [id, physicalId]));
    const changed = structuredClone(template);
    Object.assign(changed.Resources.First?.Properties ?? {}, { Timeout: 60 });
    Object.assign(changed.Resources.Firing?.Properties ?? {}, { ScheduleExpression: 'rate(2 hours)' });
    Object.assign(changed.Resources.Table?.Properties ?? {}, { DeletionProtectionEnabled: true });
    for (const id of ['Rule', 'RulePermission']) delete changed.Resources[id];
    const second = await deploy(changed);
    const { Rule, RulePermission, ...kept } = before;
    expect(Object.fromEntries([...second.resources].map(([id, { physicalId }]) => [id, physicalId]))).toEqual(kept);
    expect(await call('lambda', 'GetFunction', { FunctionName: 'first' })).toMatchObject({
      Configuration: { Timeout: 60 },
    });
    const schedule = await call('scheduler', 'GetSchedule', { Name: kept.Firing });
    expect(schedule).toMatchObject({ ScheduleExpression: 'rate(2 hours)' });
    expect(await call('events', 'ListRules', { EventBusName: 'chain' })).toMatchObject({ Rules: [] });
    const table = await call('dynamodb', 'DescribeTable', { TableName: kept.Table });
    expect(table).toMatchObject({ Table: { DeletionProtectionEnabled: true } });
  });

  test('removing the stack removes everything but what is retained', async () => {
    const { deploy, formation, during, call, iam } = setUp();
    const stack = await deploy(template);
    const table = stack.resources.get('Table')?.physicalId;
    const role = stack.resources.get('Role')?.attributes.Arn;
    await during(formation.remove('chain-dev'));
    expect(await call('dynamodb', 'ListTables', {})).toEqual({ TableNames: [table] });
    expect(await call('lambda', 'ListFunctions', {})).toEqual({ Functions: [] });
    expect(await call('sqs', 'ListQueues', {})).toEqual({});
    expect(iam.role(String(role))).toBeUndefined();
    await expect(call('cloudformation', 'DescribeStacks', { StackName: 'chain-dev' })).rejects.toThrow(
      /does not exist/,
    );
  });
});

describe('another account', () => {
  test('a template in YAML deploys roles there, which the hub may take on', async () => {
    const { deploy, iam } = setUp();
    const text = `
Parameters:
  Hub: { Type: String }
  Word: { Type: String, NoEcho: true }
  Organisation: { Type: String, Default: '' }
Conditions:
  InOrganisation: !Not [!Equals [!Ref Organisation, '']]
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub 'app-\${AWS::AccountId}-read'
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub 'arn:\${AWS::Partition}:iam::\${Hub}:root' }
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: !Ref Word
                aws:PrincipalOrgID: !If [InOrganisation, !Ref Organisation, !Ref AWS::NoValue]
`;
    const parameters = { Hub: account, Word: 'open sesame' };
    const stack = await deploy(text, { stackName: 'member', account: member, parameters });
    expect(stack.parameters.Word).toBe('****');
    const roleArn = `arn:aws:iam::${member}:role/app-${member}-read`;
    const request = { roleArn, sessionName: 's', externalId: 'open sesame' };
    expect(iam.assumeRole(iam.caller(account), request).arn).toContain(member);
    expect(() => iam.assumeRole(iam.caller(account), { ...request, externalId: 'please' })).toThrow(/sts:AssumeRole/);
  });
});

test('clients are told of stacks and their resources', async () => {
  const { aws, deploy, during } = setUp();
  await deploy(template);
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const client = new CloudFormationClient({
    region,
    credentials,
    systemClockOffset: startAt - Date.now(),
    requestHandler: inProcess(aws) as never,
  });
  const list = await during(client.send(new ListStackResourcesCommand({ StackName: 'chain-dev' })));
  expect(list.StackResourceSummaries?.find(({ LogicalResourceId }) => LogicalResourceId === 'Bus')).toMatchObject({
    PhysicalResourceId: 'chain',
    ResourceType: 'AWS::Events::EventBus',
    ResourceStatus: 'CREATE_COMPLETE',
  });
  expect(list.StackResourceSummaries).toHaveLength(Object.keys(template.Resources).length);
  const { Stacks } = await during(client.send(new DescribeStacksCommand({ StackName: 'chain-dev' })));
  expect(Stacks).toMatchObject([
    { StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'TableName', Description: 'Here' }] },
  ]);
  const missing = client.send(new DescribeStacksCommand({ StackName: 'other' }));
  await expect(missing).rejects.toThrow('Stack with id other does not exist');
});
