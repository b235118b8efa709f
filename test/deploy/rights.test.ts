import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ListBackupsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { list, readYamlTemplate, resourcesOf, statementsOf, type Template } from '../../deploy/template.ts';
import type { Use } from '../../local/iam/iam.ts';
import { inProcess } from '../../local/transport.ts';
import { installationOf } from '../../shared/names.ts';
import { type Deployed, deploy } from './deployed.ts';

const hub = '123456789012';
const member = { account: '111122223333', region: 'eu-central-1' };
const hour = 3_600_000;
/** So many that backups are looked for in lists and not one by one. */
const manyTables = 25;

/** What AWS does with a role's rights for us, so that no call of ours shows it. */
const onOurBehalf: Record<string, string> = {
  'logs:CreateLogStream': 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  'logs:PutLogEvents': 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  // Scheduler writes dead letters with the role of the schedule.
  'sqs:SendMessage': 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html',
};

const address = new URL('../../deploy/member-account.yml', import.meta.url);
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

let packaged: Packaged;
let deployed: Deployed;
let used: Use[];
/** What functions threw three times in a row, and what they were refused on the way. */
const failures = new Set<string>();
beforeAll(async () => {
  packaged = await packageService({ plans: fileOf('rights-plans.yml') });
  deployed = await deploy(packaged);
  deployed.aws.onCall(({ call }) => {
    if (call.operation !== 'PutEvents') return;
    const { Entries } = call.input as { Entries: { Source: string; DetailType: string; Detail: string }[] };
    const isFailure = ({ Source, DetailType }: (typeof Entries)[number]) =>
      Source === 'lambda' || ['Run Failed', 'Backup Failed'].includes(DetailType);
    for (const { Detail } of Entries.filter(isFailure)) failures.add(reasonIn(JSON.parse(Detail)));
  });
  used = await twoNights(deployed);
}, 300_000);
afterAll(() => {
  deployed?.end();
  packaged?.remove();
});

interface Failure {
  sentence?: string;
  requestContext?: { functionArn: string };
  responsePayload?: { errorMessage: string };
}

const reasonIn = ({ sentence, requestContext, responsePayload }: Failure) =>
  sentence ?? `${requestContext?.functionArn}: ${responsePayload?.errorMessage}`;

const table = (TableName: string, more: object = {}) =>
  new CreateTableCommand({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  });

/**
 * Two nights at home and in a member account, with enough tables for a list of backups, a table and a backup that go in
 * between, a key that cannot be used for a while, a dead letter, a forged backup and somebody's wish: what the roles
 * were allowed meanwhile.
 */
async function twoNights({ aws, clock, whenDone, physicalId }: Deployed): Promise<Use[]> {
  const as = (accessKeyId: string, region: string) => ({
    region,
    credentials: { accessKeyId, secretAccessKey: 'any' },
    requestHandler: inProcess(aws),
  });
  const home = as('administrator', 'us-east-1');
  const there = as(member.account, member.region);
  const [dynamodb, abroad, kms] = [new DynamoDBClient(home), new DynamoDBClient(there), new KMSClient(home)];
  const memberStack = {
    stackName: 'tablekeep-member',
    ...member,
    parameters: { HubAccount: hub, HubRolePrefix: 'tablekeep-dev-us-east-1' },
  };
  await whenDone(aws.cloudformation.deploy(readFileSync(address, 'utf8'), memberStack));

  const KeyId = await whenDone(newKey(kms));
  const Tags = [{ Key: 'backup', Value: 'yes' }];
  await whenDone(dynamodb.send(table('secrets', encryptedBy(KeyId))));
  await whenDone(abroad.send(table('secrets', { Tags, ...encryptedBy(await whenDone(newKey(new KMSClient(there)))) })));
  const names = Array.from({ length: manyTables }, (_, index) => `table-${index}`);
  await whenDone(
    Promise.all(names.flatMap((name) => [dynamodb.send(table(name)), abroad.send(table(name, { Tags }))])),
  );
  const lost = { QueueUrl: physicalId('DeadLetters'), MessageBody: '{"detail-type":"Lost"}' };
  await whenDone(new SQSClient(home).send(new SendMessageCommand(lost)));
  await clock.run(clock.now() + 15 * hour);

  await whenDone(dynamodb.send(new DeleteTableCommand({ TableName: 'table-0' })));
  await whenDone(loseABackup(dynamodb));
  await whenDone(forgetTheFullComparison(dynamodb, physicalId('Catalog')));
  const installation = installationOf(physicalId('Catalog'));
  const forged = { TableName: 'table-3', BackupName: `tk-${installation}-nightly-20270131T020000Z-000000000000` };
  await whenDone(dynamodb.send(new CreateBackupCommand(forged)));
  const dryRun = new InvokeCommand({
    FunctionName: physicalId('ApplyDashretentionLambdaFunction'),
    Payload: readFileSync(new URL('../../events/examples/retention-dry-run.json', import.meta.url)),
  });
  expect((await whenDone(new LambdaClient(home).send(dryRun))).FunctionError).toBeUndefined();
  await whenDone(kms.send(new DisableKeyCommand({ KeyId })));
  await clock.run(clock.now() + 2 * hour);

  await whenDone(kms.send(new EnableKeyCommand({ KeyId })));
  await clock.run(clock.now() + 25 * hour);
  return aws.iam.used();
}

async function newKey(kms: KMSClient): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

const encryptedBy = (KMSMasterKeyId: string) => ({
  SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId },
});

async function loseABackup(dynamodb: DynamoDBClient): Promise<void> {
  const { BackupSummaries = [] } = await dynamodb.send(new ListBackupsCommand({ TableName: 'table-5' }));
  await dynamodb.send(new DeleteBackupCommand({ BackupArn: BackupSummaries[0]?.BackupArn }));
}

/** As if a week had passed: the audit compares everything anew. */
function forgetTheFullComparison(dynamodb: DynamoDBClient, TableName: string) {
  const Key = { pk: { S: `audit#${hub}/us-east-1` }, sk: { S: 'cursor' } };
  return dynamodb.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE fullEndedAt' }));
}

const actionsOf = (template: Template) =>
  resourcesOf(template, 'AWS::IAM::Role').map(
    ([id, role]) => [id, [...new Set(statementsOf(role).flatMap(({ Action }) => list(Action)))].toSorted()] as const,
  );

const usedBy = (roleArn: string) => [
  ...new Set(used.filter((use) => use.roleArn === roleArn).map(({ action }) => action)),
];

function expectExactly(allowed: string[], roleArn: string): void {
  const calls = usedBy(roleArn);
  expect(
    calls.filter((action) => !allowed.includes(action)),
    'used, not allowed',
  ).toEqual([]);
  expect(
    allowed.filter((action) => !calls.includes(action) && !(action in onOurBehalf)),
    'allowed, not used',
  ).toEqual([]);
}

describe('every role may do what it does in two nights, and nothing else:', () => {
  const names: Record<string, string> = {
    StartRunRole: 'start-run',
    TakeBackupsRole: 'take-backups',
    ApplyRetentionRole: 'apply-retention',
    HeartbeatRole: 'heartbeat',
    AuditRole: 'audit',
    SchedulerRole: 'scheduler',
    HousekeepingRole: 'housekeeping',
  };

  test.each(Object.entries(names))('%s', (id, name) => {
    const [, allowed = []] = actionsOf(packaged.template).find(([other]) => other === id) ?? [];
    expectExactly([...allowed], `arn:aws:iam::${hub}:role/tablekeep-dev-us-east-1-${name}`);
  });

  test('no other role is deployed', () => {
    expect(
      actionsOf(packaged.template)
        .map(([id]) => id)
        .toSorted(),
    ).toEqual(Object.keys(names).toSorted());
  });

  test.each([
    ['ReadRole', 'read'],
    ['BackupRole', 'backup'],
    ['RetainRole', 'retain'],
  ])('%s of a member account', (id, capability) => {
    const [, allowed = []] = actionsOf(readYamlTemplate(address)).find(([other]) => other === id) ?? [];
    expectExactly([...allowed], `arn:aws:iam::${member.account}:role/tablekeep-${capability}`);
  });
});

test('no function failed meanwhile', () => {
  expect([...failures]).toEqual([]);
});
