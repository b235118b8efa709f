import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { inProcess } from '../../local/transport.ts';
import { account, member, region, startAt, startAws, template } from './cloudformation-chain.ts';

describe('deploying', () => {
  test('what a template describes works together, with the rights that it gives', async () => {
    const { deploy, clock, call, logs } = startAws();
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
    const { deploy, call } = startAws();
    const stack = await deploy(template);
    const TableName = stack.resources.get('Table')?.physicalId;
    expect(await call('dynamodb', 'DescribeTimeToLive', { TableName })).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'ttl', TimeToLiveStatus: expect.stringMatching(/^ENABL/) },
    });
    const answer = await call('dynamodb', 'DescribeContinuousBackups', { TableName });
    expect(JSON.stringify(answer)).toContain('"PointInTimeRecoveryStatus":"ENABLED"');
  });

  test('without a right that the template forgot, the call is refused', async () => {
    const { deploy, clock, logs } = startAws();
    const changed = structuredClone(template);
    delete changed.Resources.RulePermission;
    await deploy(changed);
    await clock.run(clock.now() + 90_000);
    expect(logs('first')).toHaveLength(1);
    expect(logs('second')).toEqual([]);
  });

  test('an unknown type of resource is refused before anything is made', async () => {
    const { deploy, formation } = startAws();
    const Resources = { Role: template.Resources.Role as never, Zone: { Type: 'AWS::Route53::HostedZone' } };
    await expect(deploy({ Resources })).rejects.toThrow(
      /Zone is of type AWS::Route53::HostedZone, which the local AWS/,
    );
    await expect(async () => formation.remove('chain-dev')).rejects.toThrow(/does not exist/);
  });

  test('a resource that fails is named, and deploying again goes on from there', async () => {
    const { deploy } = startAws();
    const broken = structuredClone(template);
    Object.assign(broken.Resources.First?.Properties ?? {}, { Timeout: 1000 });
    await expect(deploy(broken)).rejects.toThrow(/^First \(AWS::Lambda::Function\): .*'timeout'/);
    expect((await deploy(template)).status).toBe('UPDATE_COMPLETE');
  });
});

describe('deploying again', () => {
  test('changes what changed, keeps the rest, and removes what is no longer there', async () => {
    const { deploy, call } = startAws();
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
    const { clock, deploy, formation, during, call, iam } = startAws();
    const stack = await deploy(template);
    const table = stack.resources.get('Table')?.physicalId;
    const role = stack.resources.get('Role')?.attributes.Arn;
    await during(formation.remove('chain-dev'));
    await clock.run(clock.now() + 60_000);
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
    const { deploy, iam } = startAws();
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
  const { aws, deploy, during } = startAws();
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

test('a bucket of a template is a bucket, with the policy that belongs to it', async () => {
  const { deploy, call, formation, during } = startAws();
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:DeleteObject',
    Resource: 'arn:aws:s3:::kept-for-years/*',
  };
  const template = {
    Resources: {
      Kept: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'kept-for-years' } },
      KeptPolicy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: { Bucket: { Ref: 'Kept' }, PolicyDocument: { Version: '2012-10-17', Statement: [statement] } },
      },
    },
  };
  await deploy(template as never);
  const object = { Bucket: 'kept-for-years', Key: 'a' };
  await call('s3', 'PutObject', { ...object, Body: new Uint8Array() });
  await expect(call('s3', 'DeleteObject', object)).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(during(formation.remove('chain-dev'))).rejects.toThrow('The bucket you tried to delete is not empty');
});
