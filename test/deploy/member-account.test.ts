import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { createWholeAws, type WholeAws } from '../../local/services.ts';

const hub = '123456789012';
const member = '111122223333';
const template = readFileSync(new URL('../../deploy/member-account.yml', import.meta.url), 'utf8');
const prefix = 'tablekeep-prod-eu-central-1';

let aws: WholeAws;
beforeEach(() => {
  aws = createWholeAws({ clock: new VirtualClock(Date.UTC(2027, 0, 31)) });
});

const deploy = (parameters: Record<string, string> = {}) =>
  aws.cloudformation.deploy(template, {
    stackName: 'tablekeep-member',
    account: member,
    parameters: { HubAccount: hub, HubRolePrefix: prefix, ExternalId: 'our-word', ...parameters },
  });

/** Whether a role of that account, which may take on anything, is let into the member's role. */
function isLetIn(roleName: string, capability: string, externalId = 'our-word', account = hub): boolean {
  const { arn } = aws.iam.putRole({
    account,
    name: roleName,
    trust: { Version: '2012-10-17', Statement: [] },
    policies: {
      all: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } },
    },
  });
  const { accessKeyId } = aws.iam.openSession(arn, 'session', 3600);
  const roleArn = `arn:aws:iam::${member}:role/tablekeep-${capability}`;
  try {
    return Boolean(aws.iam.assumeRole(aws.iam.caller(accessKeyId), { roleArn, sessionName: 'test', externalId }));
  } catch {
    return false;
  }
}

describe('a role of a member account', () => {
  test.each([
    ['read', ['take-backups', 'audit']],
    ['backup', ['take-backups']],
    ['retain', ['apply-retention']],
  ])('%s lets in the functions %s, and no other', async (capability, allowed) => {
    await deploy();
    const functions = ['start-run', 'take-backups', 'apply-retention', 'heartbeat', 'audit', 'scheduler'];
    expect(functions.filter((name) => isLetIn(`${prefix}-${name}`, capability))).toEqual(allowed);
  });

  test('lets nobody in with another external id', async () => {
    await deploy();
    expect(isLetIn(`${prefix}-audit`, 'read', 'their-word')).toBe(false);
  });

  test('lets in no function of another installation, and no role of that name in another account', async () => {
    await deploy();
    expect(isLetIn('tablekeep-dev-eu-central-1-audit', 'read')).toBe(false);
    expect(isLetIn(`${prefix}-audit`, 'read', 'our-word', '444455556666')).toBe(false);
  });

  test('lets nobody in from outside of the organisation, when one is given', async () => {
    await deploy({ Organisation: 'o-abcdefghij' });
    expect(isLetIn(`${prefix}-audit`, 'read')).toBe(false);
    aws.iam.setOrganisation(hub, 'o-abcdefghij');
    expect(isLetIn(`${prefix}-audit`, 'read')).toBe(true);
  });
});
