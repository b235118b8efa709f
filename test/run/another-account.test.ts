import { afterEach, describe, expect, test } from 'vitest';
import { backupsAtAws, close, nightly, seconds, start } from './nightly.ts';

afterEach(close);

describe('another account', () => {
  const member = '210987654321';
  const plans = { nightly: { ...nightly, targets: [{ account: member }] } };
  const trust = (hub: string) => ({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${hub}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'tablekeep' } },
    },
  });
  const policy = (...actions: string[]) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: actions, Resource: '*' },
  });

  async function withMember(trusted: string) {
    const started = await start(0, { plans });
    const { here } = started;
    const reads = ['ListTables', 'ListBackups', 'DescribeTable', 'DescribeBackup'].map((name) => `dynamodb:${name}`);
    for (const [capability, document] of [
      ['read', policy(...reads, 'tag:GetResources')],
      ['backup', policy('dynamodb:CreateBackup')],
    ] as const) {
      here.iam.putRole({
        account: member,
        name: `tablekeep-${capability}`,
        trust: trust(trusted),
        policies: { inline: document },
      });
    }
    for (const name of ['orders-1', 'orders-2']) await here.createTable(name, {}, { account: member });
    await seconds(here, 10);
    return started;
  }

  test('is backed up with its own roles, each for what it is there for', async () => {
    const { here, functions } = await withMember('123456789012');
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.factsOf('Run Completed')[0]?.detail).toMatchObject({ account: member, completed: 2 });
    expect(await backupsAtAws(here, { account: member })).toHaveLength(2);
    expect(await backupsAtAws(here)).toEqual([]);
  });

  test('that does not trust us ends the run as Run Failed', async () => {
    const { functions } = await withMember('999999999999');
    functions.fire('nightly');
    await functions.untilEnded();
    expect(functions.factsOf('Run Failed')[0]?.detail.error).toMatch(/^AccessDenied.*AssumeRole/);
  });
});
