import { AwsError, type Call, type Permission, type PolicyDocument, type Service } from '../service.ts';
import type { LocalIam } from './iam.ts';
import type { Role } from './roles.ts';

type Input = Record<string, string | undefined>;

const conflict = (code: string, message: string): AwsError => new AwsError(code, message, 409);

function documentIn(text: string | undefined): PolicyDocument {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
}

function roleIn(iam: LocalIam, { input, account }: Call): Role {
  const { RoleName = '' } = input as Input;
  const role = iam.roleNamed(account, RoleName);
  if (role !== undefined) return role;
  throw new AwsError('NoSuchEntity', `The role with name ${RoleName} cannot be found.`, 404);
}

const described = (role: Role) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
  MaxSessionDuration: role.maxSessionSeconds,
});

function create(iam: LocalIam, { input, account }: Call) {
  const { RoleName = '', Path = '/', AssumeRolePolicyDocument, MaxSessionDuration = '3600' } = input as Input;
  if (!/^[\w+=,.@-]{1,64}$/.test(RoleName)) throw new AwsError('ValidationError', `${RoleName} is no name of a role.`);
  if (iam.roleNamed(account, RoleName) !== undefined) {
    throw conflict('EntityAlreadyExists', `Role with name ${RoleName} already exists.`);
  }
  const trust = documentIn(AssumeRolePolicyDocument);
  const maxSessionSeconds = Number(MaxSessionDuration);
  return { Role: described(iam.putRole({ account, name: RoleName, path: Path, trust, maxSessionSeconds })) };
}

/** Refused while the role has policies, as at AWS. */
function remove(iam: LocalIam, call: Call): void {
  const role = roleIn(iam, call);
  if (role.managedPolicies.length > 0) {
    throw conflict('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
  }
  if (Object.keys(role.policies).length > 0) {
    throw conflict('DeleteConflict', 'Cannot delete entity, must delete policies first.');
  }
  iam.deleteRole(role.arn);
}

function permissions({ operation, input, account }: Call): Permission[] {
  const name = String(input.RoleName ?? '');
  return [{ action: `iam:${operation}`, resource: `arn:aws:iam::${account}:role${input.Path ?? '/'}${name}` }];
}

/** IAM's own API on roles, so that somebody can give himself one at the local AWS's door and be it by STS. */
export function createIamApi(iam: LocalIam): Service {
  return {
    name: 'iam',
    protocol: 'query',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    permissions,
    operations: {
      CreateRole: (call) => create(iam, call),
      GetRole: (call) => ({ Role: described(roleIn(iam, call)) }),
      DeleteRole: (call) => remove(iam, call),
      AttachRolePolicy: (call) => iam.attachPolicy(roleIn(iam, call).arn, String(call.input.PolicyArn)),
      DetachRolePolicy: (call) => iam.detachPolicy(roleIn(iam, call).arn, String(call.input.PolicyArn)),
      ListAttachedRolePolicies: (call) => ({
        AttachedPolicies: roleIn(iam, call).managedPolicies.map((PolicyArn) => ({
          PolicyName: PolicyArn.split('/').at(-1),
          PolicyArn,
        })),
        IsTruncated: false,
      }),
      PutRolePolicy(call) {
        const { PolicyName = '', PolicyDocument } = call.input as Input;
        iam.putRolePolicy(roleIn(iam, call).arn, PolicyName, documentIn(PolicyDocument));
      },
      DeleteRolePolicy: (call) => iam.putRolePolicy(roleIn(iam, call).arn, String(call.input.PolicyName), undefined),
    },
  };
}
