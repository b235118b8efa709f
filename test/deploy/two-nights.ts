import { readFileSync } from 'node:fs';
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
import { inProcess } from '../../local/transport.ts';
import { installationOf } from '../../shared/names.ts';
import type { Deployed } from './deployed.ts';

export const hub = '123456789012';
export const member = { account: '111122223333', region: 'eu-central-1' };
/** The template of the roles there. */
export const memberTemplate = new URL('../../deploy/member-account.yml', import.meta.url);

const hour = 3_600_000;
/** So many that backups are looked for in lists and not one by one. */
const manyTables = 25;

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
 * between, a key that cannot be used for a while, a dead letter, a forged backup and somebody's wish.
 */
export async function twoNights({ aws, clock, whenDone, physicalId }: Deployed): Promise<void> {
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
    parameters: {
      HubAccount: hub,
      HubRolePrefix: 'tablekeep-dev-us-east-1',
      ...{ RestoreTriggers: 'yes', RestoreKinesis: 'yes', RestoreReplicas: 'yes' },
      ExportBuckets: 'arn:aws:s3:::hub-archive,arn:aws:s3:::member-archive',
    },
  };
  await whenDone(aws.cloudformation.deploy(readFileSync(memberTemplate, 'utf8'), memberStack));

  const KeyId = await whenDone(newKey(kms));
  const Tags = [{ Key: 'backup', Value: 'yes' }];
  await whenDone(dynamodb.send(table('secrets', { ...withStream, ...encryptedBy(KeyId) })));
  await whenDone(
    abroad.send(
      table('secrets', { Tags, ...withStream, ...encryptedBy(await whenDone(newKey(new KMSClient(there)))) }),
    ),
  );
  await clock.run(clock.now() + 60_000);
  await whenDone(Promise.all([scaled(aws, { account: hub, region: 'us-east-1' }), scaled(aws, member)]));
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
  await whenDone(new LambdaClient(home).send(dryRun));
  await whenDone(kms.send(new DisableKeyCommand({ KeyId })));
  await clock.run(clock.now() + 2 * hour);

  await whenDone(kms.send(new EnableKeyCommand({ KeyId })));
  await clock.run(clock.now() + 25 * hour);
}

async function newKey(kms: KMSClient): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

const encryptedBy = (KMSMasterKeyId: string) => ({
  SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId },
});

const withStream = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const } };

/** A setting that takes more calls to read. */
function scaled({ core, iam }: Deployed['aws'], place: typeof member) {
  const input = {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/secrets',
    ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
    MinCapacity: 1,
    MaxCapacity: 10,
  };
  const caller = iam.caller(place.account);
  return core.call({
    service: 'application-autoscaling',
    operation: 'RegisterScalableTarget',
    input,
    caller,
    ...place,
  });
}

async function loseABackup(dynamodb: DynamoDBClient): Promise<void> {
  const { BackupSummaries = [] } = await dynamodb.send(new ListBackupsCommand({ TableName: 'table-9' }));
  await dynamodb.send(new DeleteBackupCommand({ BackupArn: BackupSummaries[0]?.BackupArn }));
}

/** As if a week had passed: the audit compares everything anew. */
function forgetTheFullComparison(dynamodb: DynamoDBClient, TableName: string) {
  const Key = { pk: { S: `audit#${hub}/us-east-1` }, sk: { S: 'cursor' } };
  return dynamodb.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE fullEndedAt' }));
}
