import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import { list, readYamlTemplate, resourcesOf, statementsOf, type Template } from '../../deploy/template.ts';
import type { Use } from '../../local/iam/iam.ts';
import { apiRequests } from './api-requests.ts';
import { type Deployed, deploy } from './deployed.ts';
import { exportBuckets, exports } from './exports.ts';
import { imports } from './imports.ts';
import { restores, switches } from './restores.ts';
import { hub, member, memberTemplate, twoNights } from './two-nights.ts';

/** What AWS does with a role's rights for us, so that no call of ours shows it. */
const onOurBehalf: Record<string, string> = {
  'logs:CreateLogStream': 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  'logs:PutLogEvents': 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  's3:AbortMultipartUpload':
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html',
  // The logs of an import, which are not local.
  ...Object.fromEntries(
    ['CreateLogGroup', 'DescribeLogGroups', 'DescribeLogStreams', 'PutRetentionPolicy'].map((name) => [
      `logs:${name}`,
      'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html',
    ]),
  ),
  // Scheduler writes dead letters with the role of the schedule.
  // DynamoDB uses the key of a restored table with the caller's rights.
  ...Object.fromEntries(
    ['Encrypt', 'Decrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].map((name) => [
      `kms:${name}`,
      'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html',
    ]),
  ),
  'sqs:SendMessage': 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html',
};

let packaged: Packaged;
let deployed: Deployed;
/** What the roles were allowed. */
let used: Use[];
/** What functions threw three times in a row, and what they were refused on the way. */
const failures = new Set<string>();
let statuses: number[];
beforeAll(async () => {
  const plans = fileURLToPath(new URL('rights-plans.yml', import.meta.url));
  packaged = await packageService({ plans, parameters: { ...switches, exportBuckets } });
  deployed = await deploy(packaged);
  deployed.aws.onCall(({ call }) => {
    if (call.operation !== 'PutEvents') return;
    const { Entries } = call.input as { Entries: { Source: string; DetailType: string; Detail: string }[] };
    const isFailure = ({ Source, DetailType }: (typeof Entries)[number]) =>
      Source === 'lambda' ||
      ['Run Failed', 'Backup Failed', 'Restore Failed', 'Export Failed', 'Import Failed'].includes(DetailType);
    for (const { Detail } of Entries.filter(isFailure)) failures.add(reasonIn(JSON.parse(Detail)));
  });
  await twoNights(deployed);
  await restores(deployed);
  await exports(deployed);
  await imports(deployed);
  statuses = await apiRequests(deployed);
  used = deployed.aws.iam.used();
});
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

describe('every role may do what it does in two nights, some restores, exports, imports and requests of the API, and nothing else:', () => {
  const names: Record<string, string> = {
    StartRunRole: 'start-run',
    TakeBackupsRole: 'take-backups',
    ApplyRetentionRole: 'apply-retention',
    RestoreRole: 'restore',
    ExportRole: 'export',
    ImportRole: 'import',
    ApiRole: 'api',
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
    ['RestoreRole', 'restore'],
    ['ExportRole', 'export'],
    ['ImportRole', 'import'],
  ])('%s of a member account', (id, capability) => {
    const [, allowed = []] = actionsOf(readYamlTemplate(memberTemplate)).find(([other]) => other === id) ?? [];
    expectExactly([...allowed], `arn:aws:iam::${member.account}:role/tablekeep-${capability}`);
  });
});

test('no function failed meanwhile, and the API granted every request', () => {
  expect([...failures]).toEqual([]);
  expect(statuses.filter((status) => status >= 300)).toEqual([]);
});
