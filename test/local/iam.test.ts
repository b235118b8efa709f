import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { createIam } from '../../local/iam/iam.ts';
import { seededRandom } from '../../local/random.ts';

const account = '123456789012';
const member = '222222222222';

function setUp() {
  const clock = new VirtualClock(Date.UTC(2026, 10, 20));
  const iam = createIam({ clock, random: seededRandom(1), account });
  const lambda = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  };
  return { clock, iam, lambda };
}
const trusting = (Principal: object, Condition: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition }],
});
const may = (action: string, resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
});
const table = `arn:aws:dynamodb:us-east-1:${account}:table/orders`;
const backup = { action: 'dynamodb:CreateBackup', resource: table };

describe('keys', () => {
  test('an unknown key is the administrator of the default account, a 12-digit key of the account it names', () => {
    const { iam } = setUp();
    expect(iam.caller('anything')).toMatchObject({ account, arn: `arn:aws:iam::${account}:root` });
    expect(iam.caller(member)).toMatchObject({ account: member, principalArn: `arn:aws:iam::${member}:root` });
  });

  test('an administrator may do everything in the account and nothing in another', () => {
    const { iam } = setUp();
    expect(() => iam.authorize(iam.caller('x'), backup)).not.toThrow();
    expect(() => iam.authorize(iam.caller(member), backup)).toThrow(/no resource-based policy allows/);
  });

  test('a session signs as its role until it expires', async () => {
    const { iam, clock, lambda } = setUp();
    const role = iam.putRole({ account, name: 'worker', trust: lambda, path: '/jobs/' });
    const { accessKeyId } = iam.openSession(role.arn, 'env', 900);
    expect(accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
    expect(iam.caller(accessKeyId)).toEqual({
      account,
      principalArn: `arn:aws:iam::${account}:role/jobs/worker`,
      arn: `arn:aws:sts::${account}:assumed-role/worker/env`,
      accessKey: accessKeyId,
    });
    await clock.run(clock.now() + 900_000);
    expect(() => iam.caller(accessKeyId)).toThrow(expect.objectContaining({ code: 'ExpiredTokenException' }));
  });
});

describe('rights of a role', () => {
  test('inline, attached and AWS-managed policies count together', () => {
    const { iam, lambda } = setUp();
    const managed = `arn:aws:iam::${account}:policy/extra`;
    iam.putManagedPolicy(managed, may('dynamodb:DeleteBackup'));
    const logs = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const policies = { own: may('dynamodb:CreateBackup', table) };
    const role = iam.putRole({ account, name: 'worker', trust: lambda, policies, managedPolicies: [managed, logs] });
    iam.putRolePolicy(role.arn, 'later', may('dynamodb:ListBackups'));
    const caller = iam.caller(iam.openSession(role.arn, 's', 900).accessKeyId);
    for (const action of ['dynamodb:DeleteBackup', 'dynamodb:ListBackups', 'logs:PutLogEvents', backup.action]) {
      expect(() => iam.authorize(caller, { action, resource: table })).not.toThrow();
    }
    iam.putRolePolicy(role.arn, 'later', undefined);
    expect(() => iam.authorize(caller, { action: 'dynamodb:ListBackups', resource: '*' })).toThrow();
  });

  test("a refusal says who, what and why in AWS's words", () => {
    const { iam, lambda } = setUp();
    const role = iam.putRole({ account, name: 'x', trust: lambda });
    const caller = iam.caller(iam.openSession(role.arn, 'y', 900).accessKeyId);
    expect(() => iam.authorize(caller, backup)).toThrow(
      expect.objectContaining({
        code: 'AccessDeniedException',
        message: `User: arn:aws:sts::${account}:assumed-role/x/y is not authorized to perform: dynamodb:CreateBackup on resource: ${table} because no identity-based policy allows the dynamodb:CreateBackup action`,
      }),
    );
  });

  test('what a role was allowed is recorded once, what it was refused is not', () => {
    const { iam, lambda } = setUp();
    const role = iam.putRole({ account, name: 'x', trust: lambda, policies: { own: may('dynamodb:CreateBackup') } });
    const caller = iam.caller(iam.openSession(role.arn, 'y', 900).accessKeyId);
    iam.authorize(caller, backup);
    iam.authorize(caller, backup);
    expect(() => iam.authorize(caller, { ...backup, action: 'dynamodb:DeleteBackup' })).toThrow();
    iam.authorize(iam.caller('admin'), backup);
    expect(iam.used()).toEqual([{ roleArn: role.arn, ...backup }]);
  });

  test('organisations are told to conditions', () => {
    const { iam } = setUp();
    const condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
    const role = iam.putRole({ account: member, name: 'reader', trust: trusting({ AWS: '*' }, condition) });
    const request = { roleArn: role.arn, sessionName: 's' };
    expect(() => iam.assumeRole(iam.caller(account), request)).toThrow(/sts:AssumeRole/);
    iam.setOrganisation(account, 'o-1');
    expect(iam.assumeRole(iam.caller(account), request).arn).toBe(`arn:aws:sts::${member}:assumed-role/reader/s`);
  });

  test('policies over the size that IAM takes are refused', () => {
    const { iam, lambda } = setUp();
    const policies = { own: may('dynamodb:CreateBackup', 'x'.repeat(10_240)) };
    expect(() => iam.putRole({ account, name: 'x', trust: lambda, policies })).toThrow(/10240/);
  });
});

describe('taking on a role', () => {
  const externalId = { StringEquals: { 'sts:ExternalId': 'secret' } };

  test('between accounts the trust policy and the own policy must both allow', () => {
    const { iam, lambda } = setUp();
    const trust = trusting({ AWS: `arn:aws:iam::${account}:root` }, externalId);
    const { arn: roleArn } = iam.putRole({ account: member, name: 'reader', trust });
    const request = { roleArn, sessionName: 's', externalId: 'secret' };
    const hub = iam.putRole({ account, name: 'hub', trust: lambda });
    const caller = iam.caller(iam.openSession(hub.arn, 'env', 900).accessKeyId);
    expect(() => iam.assumeRole(caller, request)).toThrow(
      expect.objectContaining({
        code: 'AccessDenied',
        message: `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      }),
    );
    iam.putRolePolicy(hub.arn, 'assume', may('sts:AssumeRole', roleArn));
    expect(iam.assumeRole(caller, request).accessKeyId).toMatch(/^ASIA/);
    expect(() => iam.assumeRole(caller, { ...request, externalId: 'wrong' })).toThrow();
    expect(() => iam.assumeRole(caller, { roleArn, sessionName: 's' })).toThrow();
  });

  test('a role that does not exist is refused like one that does not trust', () => {
    const { iam } = setUp();
    const request = { roleArn: `arn:aws:iam::${account}:role/none`, sessionName: 's' };
    expect(() => iam.assumeRole(iam.caller('x'), request)).toThrow(/not authorized to perform: sts:AssumeRole/);
  });

  test('a session that takes on a role gets at most an hour', () => {
    const { iam, lambda } = setUp();
    const hub = iam.putRole({ account, name: 'hub', trust: lambda, policies: { a: may('sts:AssumeRole') } });
    const trust = trusting({ AWS: `arn:aws:iam::${account}:root` });
    const { arn: roleArn } = iam.putRole({ account, name: 'next', trust, maxSessionSeconds: 43_200 });
    const request = { roleArn, sessionName: 's', durationSeconds: 7200 };
    const session = iam.caller(iam.openSession(hub.arn, 'env', 900).accessKeyId);
    expect(() => iam.assumeRole(session, request)).toThrow(/1 hour session limit for roles assumed by role chaining/);
    expect(iam.assumeRole(iam.caller('admin'), request).accessKeyId).toMatch(/^ASIA/);
    expect(() => iam.assumeRole(iam.caller('admin'), { ...request, durationSeconds: 43_201 })).toThrow(/MaxSession/);
  });

  test('AWS takes on a role only for the source that the trust policy names', () => {
    const { iam } = setUp();
    const group = `arn:aws:scheduler:us-east-1:${account}:schedule-group/plans`;
    const conditions = { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': group } };
    const trust = trusting({ Service: 'scheduler.amazonaws.com' }, conditions);
    const { arn } = iam.putRole({ account, name: 'schedules', trust, policies: { send: may('sqs:SendMessage') } });
    const by = { service: 'scheduler.amazonaws.com', sourceArn: group, sourceAccount: account };
    const caller = iam.assumeFor(by, arn);
    expect(caller).toEqual({
      account,
      principalArn: arn,
      arn: `arn:aws:sts::${account}:assumed-role/schedules/scheduler`,
    });
    expect(() => iam.authorize(caller, { action: 'sqs:SendMessage', resource: 'q' })).not.toThrow();
    expect(() => iam.authorize(caller, { action: 'sqs:DeleteMessage', resource: 'q' })).toThrow();
    expect(() => iam.assumeFor({ ...by, sourceArn: `${group}2` }, arn)).toThrow(/sts:AssumeRole/);
    expect(() => iam.assumeFor({ ...by, sourceAccount: member }, arn)).toThrow();
    expect(() => iam.assumeFor({ ...by, service: 'events.amazonaws.com' }, arn)).toThrow();
  });
});
