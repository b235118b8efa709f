import type { LocalIam } from './iam/iam.ts';
import { AwsError, type Call, type Service } from './service.ts';

type Form = Record<string, string | undefined>;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const rules: [member: string, isRequired: boolean, pattern: RegExp, said: string][] = [
  ['RoleArn', true, /^[\s\S]{20,2048}$/, 'Member must have length greater than or equal to 20'],
  ['RoleSessionName', true, /^[\w+=,.@-]{2,64}$/, 'Member must satisfy regular expression pattern: [\\w+=,.@-]*'],
  ['ExternalId', false, /^[\w+=,.@:/-]{2,1224}$/, 'Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*'],
  ['DurationSeconds', false, /^(9\d\d|\d{4,5})$/, 'Member must have value greater than or equal to 900'],
];

function validate(operation: string, input: Form): void {
  if (operation !== 'AssumeRole') return;
  const faults = rules.flatMap(([member, isRequired, pattern, said]) => {
    const value = input[member];
    const name = `'${member.charAt(0).toLowerCase()}${member.slice(1)}'`;
    if (value === undefined) {
      return isRequired ? [`Value null at ${name} failed to satisfy constraint: Member must not be null`] : [];
    }
    return pattern.test(value) ? [] : [`Value '${value}' at ${name} failed to satisfy constraint: ${said}`];
  });
  if (faults.length === 0) return;
  const count = faults.length === 1 ? '1 validation error' : `${faults.length} validation errors`;
  throw new AwsError('ValidationError', `${count} detected: ${faults.join('; ')}`);
}

function assumeRole(iam: LocalIam, { caller, input }: Call): unknown {
  const { RoleArn = '', RoleSessionName = '', ExternalId, DurationSeconds } = input as Form;
  const session = iam.assumeRole(caller, {
    roleArn: RoleArn,
    sessionName: RoleSessionName,
    ...(ExternalId !== undefined && { externalId: ExternalId }),
    ...(DurationSeconds !== undefined && { durationSeconds: Number(DurationSeconds) }),
  });
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: session.assumedRoleId, Arn: session.arn },
  };
}

function callerIdentity(iam: LocalIam, { caller }: Call): unknown {
  const role = iam.role(caller.principalArn);
  const sessionName = caller.arn.split('/').at(-1);
  return { UserId: role ? `${role.id}:${sessionName}` : caller.account, Account: caller.account, Arn: caller.arn };
}

/** STS: who am I, and may I be somebody else. Trust policies are asked where the role is found, in `iam`. */
export function createSts(iam: LocalIam): Service {
  return {
    name: 'sts',
    protocol: 'query',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    validate: (operation, input) => validate(operation, input as Form),
    permissions: () => [],
    operations: {
      AssumeRole: (call) => assumeRole(iam, call),
      GetCallerIdentity: (call) => callerIdentity(iam, call),
    },
  };
}
