import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { createAws } from '../../local/aws.ts';
import { VirtualClock } from '../../local/clock.ts';
import { createIam } from '../../local/iam/iam.ts';
import { seededRandom } from '../../local/random.ts';
import { createSts } from '../../local/sts.ts';
import { inProcess } from '../../local/transport.ts';

const account = '123456789012';
const member = '222222222222';
const roleArn = `arn:aws:iam::${member}:role/reader`;

function setUp() {
  const clock = new VirtualClock(Date.now());
  const iam = createIam({ clock, random: seededRandom(1), account });
  const aws = createAws({ services: () => [createSts(iam)], clock, iam });
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
  };
  iam.putRole({ account: member, name: 'reader', trust });
  const client = (accessKeyId: string, sessionToken = 'none') =>
    new STSClient({
      region: 'us-east-1',
      requestHandler: inProcess(aws) as never,
      credentials: { accessKeyId, secretAccessKey: 'x', sessionToken },
      maxAttempts: 1,
    });
  return { clock, client, iam };
}

describe('STS', () => {
  test('tells an administrator and a session who they are', async () => {
    const { client, clock } = setUp();
    const root = await client('anything').send(new GetCallerIdentityCommand({}));
    expect(root).toMatchObject({ Account: account, Arn: `arn:aws:iam::${account}:root` });

    const { Credentials } = await client('anything').send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'me', DurationSeconds: 900 }),
    );
    expect(Credentials?.Expiration?.getTime()).toBe(clock.now() + 900_000);
    const session = client(Credentials?.AccessKeyId ?? '', Credentials?.SessionToken);
    expect(await session.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: member,
      Arn: `arn:aws:sts::${member}:assumed-role/reader/me`,
      UserId: expect.stringMatching(/^AROA[0-9A-F]{16}:me$/),
    });
  });

  test.each([
    [{ RoleArn: roleArn, RoleSessionName: 'a b' }, 'ValidationError', /'roleSessionName' failed to satisfy/],
    [{ RoleArn: 'short', RoleSessionName: 'x!' }, 'ValidationError', /2 validation errors detected/],
    [{ RoleArn: roleArn, RoleSessionName: 'me', DurationSeconds: 60 }, 'ValidationError', /equal to 900/],
    [{ RoleArn: roleArn, RoleSessionName: 'me', DurationSeconds: 7200 }, 'ValidationError', /MaxSessionDuration/],
    [{ RoleArn: `${roleArn}2`, RoleSessionName: 'me' }, 'AccessDenied', /perform: sts:AssumeRole on resource/],
  ])('refuses %j', async (input, name, message) => {
    const { client } = setUp();
    const answer = client('anything').send(new AssumeRoleCommand(input));
    await expect(answer).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test.each([
    [{ ExternalId: 'tablekeep' }, 'taken on'],
    [{ ExternalId: 'another' }, 'AccessDenied'],
    [{}, 'AccessDenied'],
  ])('a role that asks for an external id is, with %j, %s', async (given, outcome) => {
    const { client, iam } = setUp();
    const Condition = { StringEquals: { 'sts:ExternalId': 'tablekeep' } };
    const Statement = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole', Condition };
    iam.putRole({ account: member, name: 'reader', trust: { Version: '2012-10-17', Statement } });
    const input = { RoleArn: roleArn, RoleSessionName: 'me', ...given };
    const answer = client('anything')
      .send(new AssumeRoleCommand(input))
      .then(
        () => 'taken on',
        (error: Error) => error.name,
      );
    expect(await answer).toBe(outcome);
  });
});
