import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

const account = '123456789012';
const region = 'us-east-1';

/** The environment of somebody who has nothing but this managed policy, and may look at stacks. */
export async function someoneWith(endpoint: string, policyArn: string): Promise<Record<string, string>> {
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' };
  const RoleName = 'reader';
  await iam(endpoint, 'CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify({ Statement: [trust] }) });
  await iam(endpoint, 'AttachRolePolicy', { RoleName, PolicyArn: policyArn });
  const looking = { Effect: 'Allow', Action: 'cloudformation:*', Resource: '*' };
  await iam(endpoint, 'PutRolePolicy', {
    RoleName,
    PolicyName: 'stacks',
    PolicyDocument: JSON.stringify({ Statement: [looking] }),
  });
  const sts = new STSClient({ endpoint, region, credentials: { accessKeyId: account, secretAccessKey: account } });
  const RoleArn = `arn:aws:iam::${account}:role/${RoleName}`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'reading' }));
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
  };
}

/** The local AWS reads the caller and the service out of the signature's scope, and verifies those of HTTP APIs only. */
async function iam(endpoint: string, Action: string, fields: Record<string, string>): Promise<void> {
  const scope = `${account}/20260101/${region}/iam/aws4_request`;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ Action, Version: '2010-05-08', ...fields }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
