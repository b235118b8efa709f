import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type ClientOptions, type Credentials, clientConfig } from './client.ts';

/** A role in another account and what its trust asks for. */
export interface RoleToAssume {
  roleArn: string;
  externalId: string;
  /** Stands in the other account's CloudTrail. */
  sessionName: string;
}

/**
 * Credentials of that role, an hour long, which is the most that role chaining allows. The SDK keeps them and asks
 * again shortly before they expire.
 */
export function assumedRole(options: ClientOptions, region: string, role: RoleToAssume): () => Promise<Credentials> {
  const client = new STSClient(clientConfig(options, region, 3));
  return async () => {
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        ExternalId: role.externalId,
        RoleSessionName: role.sessionName,
        DurationSeconds: 3600,
      }),
    );
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
      throw new Error(`STS gave no credentials for ${role.roleArn}.`);
    }
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiration: given.Expiration,
    };
  };
}
