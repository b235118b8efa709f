import { expect } from 'vitest';
import { dynamodb, sts } from './endpoint.ts';
import { makeTable, newName } from './made.ts';
import { eventually, rule } from './rule.ts';

/** Lets the caller's own account do what it may do anyway. */
async function policyFor(Resource: string, Action = 'dynamodb:GetItem'): Promise<string> {
  const { Account } = await sts.getCallerIdentity({});
  const Principal = { AWS: `arn:aws:iam::${Account}:root` };
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Resource }] });
}

const whenPolicyIs = (ResourceArn: string, revision: string | undefined) =>
  eventually(
    () => dynamodb.getResourcePolicy({ ResourceArn }),
    (seen) => seen.RevisionId === revision,
  );

const noPolicy = { name: 'PolicyNotFoundException' };

rule('a table has no policy at first, then the one that was put, then none', async () => {
  const { arn: ResourceArn } = await makeTable();
  await expect(dynamodb.getResourcePolicy({ ResourceArn })).rejects.toMatchObject(noPolicy);
  const Policy = await policyFor(ResourceArn);
  const { RevisionId } = await dynamodb.putResourcePolicy({ ResourceArn, Policy });
  const seen = await whenPolicyIs(ResourceArn, RevisionId);
  expect(JSON.parse(seen.Policy ?? '')).toEqual(JSON.parse(Policy));
  await dynamodb.deleteResourcePolicy({ ResourceArn });
  await eventually(
    () => dynamodb.getResourcePolicy({ ResourceArn }).catch((error: Error) => error.name),
    (name) => name === noPolicy.name,
  );
});

rule('a policy that is put again keeps its revision, another one gets another', async () => {
  const { arn: ResourceArn } = await makeTable();
  const put = async (action: string) =>
    dynamodb.putResourcePolicy({ ResourceArn, Policy: await policyFor(ResourceArn, action) });
  const first = await put('dynamodb:GetItem');
  await whenPolicyIs(ResourceArn, first.RevisionId);
  expect((await put('dynamodb:GetItem')).RevisionId).toBe(first.RevisionId);
  expect((await put('dynamodb:Query')).RevisionId).not.toBe(first.RevisionId);
});

rule('a policy is put only in place of the one that is expected', async () => {
  const { arn: ResourceArn } = await makeTable();
  const Policy = await policyFor(ResourceArn);
  const put = (ExpectedRevisionId: string) => dynamodb.putResourcePolicy({ ResourceArn, Policy, ExpectedRevisionId });
  await expect(put('1234567890123')).rejects.toMatchObject(noPolicy);
  const { RevisionId } = await put('NO_POLICY');
  await whenPolicyIs(ResourceArn, RevisionId);
  await expect(put('NO_POLICY')).rejects.toMatchObject(noPolicy);
});

rule('a policy that is no JSON is refused', async () => {
  const { arn: ResourceArn } = await makeTable();
  await expect(dynamodb.putResourcePolicy({ ResourceArn, Policy: '{' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

rule('a table that does not exist has no policy to put', async () => {
  const { arn, name } = await makeTable();
  const ResourceArn = arn.replace(name, newName());
  const Policy = await policyFor(ResourceArn);
  await expect(dynamodb.putResourcePolicy({ ResourceArn, Policy })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
