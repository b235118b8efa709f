import { describe, expect, test } from 'vitest';
import { type Decision, decide, type Question } from '../../local/iam/evaluate.ts';

const role = 'arn:aws:iam::111111111111:role/worker';
const session = 'arn:aws:sts::111111111111:assumed-role/worker/s';
const table = 'arn:aws:dynamodb:us-east-1:111111111111:table/orders';
const foreignTable = table.replace('111111111111', '222222222222');
const caller = { account: '111111111111', principalArn: role, arn: session };

const document = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', ...more });
const deny = (more: object = {}) => ({ Effect: 'Deny', Action: 'dynamodb:*', Resource: '*', ...more });

type Keys = Record<string, string | string[]>;
const contextOf = (keys: Keys) =>
  new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), [value].flat()]));

function ask(question: Partial<Omit<Question, 'context'>> & { keys?: Keys }): Decision {
  const { keys = {}, ...rest } = question;
  const defaults = { caller, action: 'dynamodb:CreateBackup', resource: table, identityPolicies: [] };
  return decide({ ...defaults, ...rest, context: contextOf(keys) });
}
const identity = (...statements: object[]) => ({ identityPolicies: [document(...statements)] });

describe('who decides', () => {
  const named = allow({ Principal: { AWS: role } });
  const account = allow({ Principal: { AWS: '111111111111' } });
  const root = allow({ Principal: { AWS: 'arn:aws:iam::111111111111:root' } });
  const nobody = allow({ Principal: { AWS: '333333333333' } });

  test.each<[string, object[], object[] | undefined, string, Decision]>([
    ['nothing is allowed by default', [], undefined, table, 'no identity allows'],
    ['an identity policy suffices in the account', [allow()], undefined, table, 'allowed'],
    ['a resource policy that names the role suffices in the account', [], [named], table, 'allowed'],
    ['one that names everybody suffices in the account', [], [allow({ Principal: '*' })], table, 'allowed'],
    ['one that names the account leaves it to the account', [], [account], table, 'no identity allows'],
    ['the account written as its root is the same', [], [root], table, 'no identity allows'],
    ['with both it is allowed', [allow()], [account], table, 'allowed'],
    ['a silent resource policy takes nothing away', [allow()], [nobody], table, 'allowed'],
    ['an explicit deny of the role wins', [allow(), deny()], [named], table, 'denied by identity'],
    ['an explicit deny of the resource wins', [allow()], [deny({ Principal: '*' })], table, 'denied by resource'],
    ['a foreign resource needs its own policy', [allow()], undefined, foreignTable, 'no resource allows'],
    ['a foreign resource needs the identity policy, too', [], [named], foreignTable, 'no identity allows'],
    ['a foreign resource with both is allowed', [allow()], [account], foreignTable, 'allowed'],
  ])('%s', (_, own, resource, arn, expected) => {
    const resourcePolicy = resource && document(...resource);
    expect(ask({ ...identity(...own), resourcePolicy, resource: arn })).toBe(expected);
  });

  test('a trust policy must allow, even if the caller may do everything', () => {
    expect(ask({ ...identity(allow()), resourcePolicy: document(nobody), needsResourcePolicy: true })).toBe(
      'no resource allows',
    );
    expect(ask({ ...identity(allow()), resourcePolicy: document(root), needsResourcePolicy: true })).toBe('allowed');
  });

  test.each<[string, object, Decision]>([
    ['its own name lets a service in', { Service: 'events.amazonaws.com' }, 'allowed'],
    ['one of several names', { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] }, 'allowed'],
    ['another service name does not', { Service: 'scheduler.amazonaws.com' }, 'no resource allows'],
    ['an account name does not', { AWS: '111111111111' }, 'no resource allows'],
  ])('a service is asked about in the resource policy only: %s', (_, Principal, expected) => {
    const service = { account: '111111111111', principalArn: 'x', arn: 'x', service: 'events.amazonaws.com' };
    expect(ask({ caller: service, resourcePolicy: document(allow({ Principal })) })).toBe(expected);
  });

  test.each<[string, string[], Decision]>([
    ['account, role and session', ['arn:aws:iam::111111111111:root', role, session], 'allowed'],
    ['not without the account', [role, session], 'denied by resource'],
    ['not without the session', ['111111111111', role], 'denied by resource'],
  ])('NotPrincipal in a Deny spares only who is named in full: %s', (_, names, expected) => {
    const resourcePolicy = document(deny({ NotPrincipal: { AWS: names } }));
    expect(ask({ ...identity(allow()), resourcePolicy })).toBe(expected);
  });
});

test('NotPrincipal in an Allow lets in everybody but those named in any way', () => {
  const except = (names: string[]) => ask({ resourcePolicy: document(allow({ NotPrincipal: { AWS: names } })) });
  expect(except(['111111111111'])).toBe('no identity allows');
  expect(except([role])).toBe('no identity allows');
  expect(except(['333333333333'])).toBe('allowed');
});

describe('what a statement is about', () => {
  test.each<[object, boolean]>([
    [{ Action: 'dynamodb:CreateBackup' }, true],
    [{ Action: 'dynamodb:createbackup' }, true],
    [{ Action: 'dynamodb:Create*' }, true],
    [{ Action: 'dynamodb:?reateBackup' }, true],
    [{ Action: 'dynamodb:Create' }, false],
    [{ Action: ['dynamodb:DeleteBackup', '*'] }, true],
    [{ Action: undefined, NotAction: 'dynamodb:Delete*' }, true],
    [{ Action: undefined, NotAction: ['dynamodb:Create*'] }, false],
    [{ Resource: table }, true],
    [{ Resource: 'arn:aws:dynamodb:*:*:table/orders' }, true],
    [{ Resource: 'arn:aws:dynamodb:us-east-1:111111111111:table/*' }, true],
    [{ Resource: 'arn:aws:dynamodb:us-east-1:111111111111:table/order?' }, true],
    [{ Resource: 'arn:aws:dynamodb:us-east-1:111111111111:table/Orders' }, false],
    [{ Resource: `${table}/backup/*` }, false],
    [{ Resource: [`${table}-old`, table] }, true],
    [{ Resource: undefined, NotResource: `${table}*` }, false],
    [{ Resource: undefined, NotResource: 'arn:aws:dynamodb:*:*:table/catalog' }, true],
    [{ Resource: `arn:aws:dynamodb:us-east-1:\${aws:PrincipalAccount}:table/orders` }, true],
    [{ Resource: `arn:aws:dynamodb:us-east-1:*:table/\${aws:PrincipalTag/name}` }, false],
    [{ Resource: `arn:aws:dynamodb:us-east-1:*:table/\${aws:PrincipalTag/name, 'orders'}` }, true],
    [{ Resource: `arn:aws:dynamodb:us-east-1:*:table/\${*}` }, false],
  ])('%j: %s', (more, expected) => {
    const answer = ask({ ...identity(allow(more)), keys: { 'aws:PrincipalAccount': '111111111111' } });
    expect(answer === 'allowed').toBe(expected);
  });
});

describe('conditions', () => {
  const keys = {
    'aws:PrincipalArn': role,
    'aws:SourceAccount': '111111111111',
    'aws:SourceArn': 'arn:aws:scheduler:us-east-1:111111111111:schedule-group/plans',
    'aws:PrincipalIsAWSService': 'false',
    'aws:CurrentTime': '2026-11-20T06:00:00Z',
    'aws:EpochTime': '1795154400',
    'aws:TagKeys': ['a', 'b'],
    's3:max-keys': '10',
  };
  test.each<[object, boolean]>([
    [{ StringEquals: { 'aws:SourceAccount': '111111111111' } }, true],
    [{ StringEquals: { 'AWS:sourceaccount': ['2', '111111111111'] } }, true],
    [{ StringEquals: { 'aws:SourceAccount': '1*' } }, false],
    [{ StringLike: { 'aws:SourceAccount': '1*' } }, true],
    [{ StringEquals: { 'sts:ExternalId': 'x' } }, false],
    [{ StringEqualsIfExists: { 'sts:ExternalId': 'x' } }, true],
    [{ StringNotEquals: { 'sts:ExternalId': 'x' } }, true],
    [{ StringNotEquals: { 'aws:SourceAccount': ['2', '111111111111'] } }, false],
    [{ StringNotLike: { 'aws:SourceAccount': '2*' } }, true],
    [{ StringEqualsIgnoreCase: { 'aws:PrincipalIsAWSService': 'FALSE' } }, true],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:111111111111:schedule-group/*' } }, true],
    [{ ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:schedule-group/plans' } }, false],
    [{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/w*' } }, true],
    [{ ArnNotEquals: { 'aws:PrincipalArn': role } }, false],
    [{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/other*' } }, true],
    [{ Bool: { 'aws:PrincipalIsAWSService': false } }, true],
    [{ Bool: { 'aws:PrincipalIsAWSService': 'true' } }, false],
    [{ Null: { 'sts:ExternalId': 'true' } }, true],
    [{ Null: { 'aws:SourceAccount': true } }, false],
    [{ NumericLessThanEquals: { 's3:max-keys': '10' } }, true],
    [{ NumericGreaterThan: { 's3:max-keys': 10 } }, false],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-11-20T06:00:01Z' } }, true],
    [{ DateGreaterThan: { 'aws:EpochTime': '2026-11-20T06:00:01Z' } }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, true],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:NoSuchKey': ['a'] } }, true],
    [{ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['b', 'z'] } }, true],
    [{ 'ForAnyValue:StringEquals': { 'aws:NoSuchKey': ['b'] } }, false],
    [{ 'ForAnyValue:StringLikeIfExists': { 'aws:NoSuchKey': ['b'] } }, true],
    [{ StringEquals: { 'aws:SourceAccount': '111111111111' }, Bool: { 'aws:PrincipalIsAWSService': 'true' } }, false],
    [{ StringEquals: { 'aws:SourceAccount': '111111111111', 'aws:PrincipalArn': 'x' } }, false],
  ])('%j: %s', (Condition, expected) => {
    expect(ask({ ...identity(allow({ Condition })), keys }) === 'allowed').toBe(expected);
  });

  test('a Deny whose condition holds refuses, one whose condition does not hold is no Deny', () => {
    const guard = (arn: string) =>
      document(deny({ Principal: '*', Condition: { ArnNotEquals: { 'aws:PrincipalArn': arn } } }));
    expect(ask({ ...identity(allow()), keys, resourcePolicy: guard(role) })).toBe('allowed');
    expect(ask({ ...identity(allow()), keys, resourcePolicy: guard(`${role}2`) })).toBe('denied by resource');
  });

  test.each([
    ['IpAddress', /operator IpAddress/],
    ['StringEqual', /operator StringEqual/],
  ])('the operator %s, which the local AWS does not know, is an error and not a guess', (operator, message) => {
    expect(() => ask(identity(allow({ Condition: { [operator]: { 'aws:SourceIp': 'x' } } })))).toThrow(message);
  });
});
