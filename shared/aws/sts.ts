import type { ClientOptions, Credentials } from './client.ts';
import { textService } from './other-service.ts';

/** A role in another account and what its trust asks for. */
export interface RoleToAssume {
  roleArn: string;
  externalId: string;
  /** Stands in the other account's CloudTrail. */
  sessionName: string;
}

/**
 * Credentials of that role, an hour long, which is the most that role chaining allows. The SDK keeps them and asks
 * again shortly before they expire. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumedRole(options: ClientOptions, region: string, role: RoleToAssume): () => Promise<Credentials> {
  const send = textService(options, region, { host: 'sts', signingName: 'sts' }, (text, statusCode) =>
    credentialsIn(text, statusCode, role.roleArn),
  );
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role.roleArn,
    ExternalId: role.externalId,
    RoleSessionName: role.sessionName,
    DurationSeconds: '3600',
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return () => send({ method: 'POST', path: '/', headers, body });
}

/** From XML of a few elements, none of which has anything to escape. */
function credentialsIn(text: string, statusCode: number, roleArn: string): Credentials {
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  if (statusCode >= 300) {
    const message = element('Message') || `STS answered ${statusCode} for ${roleArn}.`;
    throw Object.assign(new Error(message), {
      name: element('Code') || 'STSError',
      $metadata: { httpStatusCode: statusCode },
    });
  }
  const accessKeyId = element('AccessKeyId');
  const secretAccessKey = element('SecretAccessKey');
  const sessionToken = element('SessionToken');
  const expiration = new Date(element('Expiration'));
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiration.getTime())) {
    throw new Error(`STS gave no credentials for ${roleArn}.`);
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration };
}
