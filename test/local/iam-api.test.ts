import { expect, test } from 'vitest';
import { type ApiAnswer, sendWire, signedRequest } from './apigateway-client.ts';
import { account, invoke, startApi } from './apigateway-local.ts';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
});

async function start() {
  const started = await startApi(['GET /plans', 'POST /plans']);
  const { aws } = started;
  const ask = async (service: string, form: Record<string, string>): Promise<ApiAnswer> => {
    const body = new URLSearchParams(form).toString();
    const url = `https://${service}.amazonaws.com/`;
    return sendWire(aws, await signedRequest(aws, { method: 'POST', url, body, service }));
  };
  const iam = (Action: string, more: Record<string, string> = {}) =>
    ask('iam', { Action, RoleName: 'reader', ...more });
  return { ...started, ask, iam };
}

const textIn = (answer: ApiAnswer, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1];

test('a role made by its API, with a managed policy, is taken on and may do what the policy says', async () => {
  const { aws, ask, iam, call } = await start();
  const PolicyArn = `arn:aws:iam::${account}:policy/reading`;
  aws.iam.putManagedPolicy(PolicyArn, { Statement: [invoke('GET/*')] });
  const made = await iam('CreateRole', { AssumeRolePolicyDocument: trust });
  const RoleArn = textIn(made, 'Arn') ?? '';
  expect(RoleArn).toBe(`arn:aws:iam::${account}:role/reader`);
  expect((await iam('AttachRolePolicy', { PolicyArn })).status).toBe(200);
  expect(textIn(await iam('ListAttachedRolePolicies'), 'PolicyArn')).toBe(PolicyArn);
  const session = await ask('sts', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'anna' });
  const credentials = {
    accessKeyId: textIn(session, 'AccessKeyId') ?? '',
    secretAccessKey: textIn(session, 'SecretAccessKey') ?? '',
    sessionToken: textIn(session, 'SessionToken') ?? '',
  };
  expect((await call('/plans', { credentials })).status).toBe(204);
  expect((await call('/plans', { method: 'POST', credentials })).status).toBe(403);
  await iam('PutRolePolicy', { PolicyName: 'more', PolicyDocument: JSON.stringify({ Statement: [invoke('POST/*')] }) });
  expect((await call('/plans', { method: 'POST', credentials })).status).toBe(204);
  await iam('DetachRolePolicy', { PolicyArn });
  expect((await call('/plans', { credentials })).status).toBe(403);
});

test('a role goes when it has no policies any more', async () => {
  const { iam } = await start();
  const RoleId = textIn(await iam('CreateRole', { AssumeRolePolicyDocument: trust }), 'RoleId');
  expect(textIn(await iam('GetRole'), 'RoleId')).toBe(RoleId);
  const mine = { PolicyName: 'mine', PolicyDocument: JSON.stringify({ Statement: [invoke('*')] }) };
  await iam('PutRolePolicy', mine);
  expect(textIn(await iam('DeleteRole'), 'Code')).toBe('DeleteConflict');
  await iam('DeleteRolePolicy', mine);
  expect((await iam('DeleteRole')).status).toBe(200);
  expect(textIn(await iam('GetRole'), 'Code')).toBe('NoSuchEntity');
});

test.each([
  ['CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: trust }, 'EntityAlreadyExists'],
  ['CreateRole', { AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocument'],
  ['CreateRole', { RoleName: 'a b', AssumeRolePolicyDocument: trust }, 'ValidationError'],
  ['AttachRolePolicy', { PolicyArn: 'arn:aws:iam::aws:policy/None' }, 'NoSuchEntity'],
  ['AttachRolePolicy', { RoleName: 'worker', PolicyArn: 'arn:aws:iam::aws:policy/None' }, 'NoSuchEntity'],
  ['DetachRolePolicy', { RoleName: 'worker', PolicyArn: 'arn:aws:iam::aws:policy/None' }, 'NoSuchEntity'],
  ['CreateUser', {}, 'InvalidAction'],
])('what cannot be is refused: %s %j', async (action, input, code) => {
  const { iam } = await start();
  expect(textIn(await iam(action, input), 'Code')).toBe(code);
});
