import type { Random } from '../random.ts';
import { AwsError, type PolicyDocument } from '../service.ts';
import { statementsOf } from './document.ts';

/** A role as a deployment gives it. */
export interface RoleDefinition {
  account: string;
  name: string;
  /** Begins and ends with a slash; `/` unless given. */
  path?: string;
  trust: PolicyDocument;
  /** Inline policies by name. */
  policies?: Record<string, PolicyDocument>;
  /** ARNs of managed policies. */
  managedPolicies?: string[];
  maxSessionSeconds?: number;
}

/** A role as IAM keeps it. */
export interface Role extends Required<RoleDefinition> {
  arn: string;
  /** `AROA…`, new for each role of that name. */
  id: string;
}

/** The roles and managed policies of all accounts. */
export interface Roles {
  /** Makes the role, or replaces what it may do. */
  putRole(definition: RoleDefinition): Role;
  role(arn: string): Role | undefined;
  /** Names are unique in an account, whatever the path. */
  roleNamed(account: string, name: string): Role | undefined;
  deleteRole(arn: string): void;
  /** An inline policy; without a document it is taken away. */
  putRolePolicy(roleArn: string, name: string, document: PolicyDocument | undefined): void;
  /** A managed policy; without a document it is taken away. */
  putManagedPolicy(arn: string, document: PolicyDocument | undefined): void;
  attachPolicy(roleArn: string, policyArn: string): void;
  /** Throws `AwsError` NoSuchEntity for a policy that the role does not have. */
  detachPolicy(roleArn: string, policyArn: string): void;
  policiesOf(roleArn: string): PolicyDocument[];
}

/** The managed policies of AWS that functions are commonly given: writing logs. */
const awsManaged: [string, PolicyDocument][] = [
  [
    'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    },
  ],
];

const quota = (message: string): AwsError => new AwsError('LimitExceeded', message, 409);
const sizeOf = (document: PolicyDocument): number => JSON.stringify(document).length;

/** IAM's sizes, blanks not counted: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
function checkSizes(name: string, policies: Record<string, PolicyDocument>, trust: PolicyDocument): void {
  const inline = Object.values(policies).reduce((sum, document) => sum + sizeOf(document), 0);
  if (inline > 10_240) throw quota(`Maximum policy size of 10240 bytes exceeded for role ${name}`);
  if (sizeOf(trust) > 2048) throw quota('Cannot exceed quota for ACLSizePerRole: 2048');
}

/** An empty registry, but for AWS's own managed policies. */
export function createRoles(random: Random): Roles {
  const roles = new Map<string, Role>();
  const managed = new Map<string, PolicyDocument>(awsManaged);

  const existing = (arn: string): Role => {
    const role = roles.get(arn);
    if (role === undefined) throw new AwsError('NoSuchEntity', `The role ${arn} cannot be found.`, 404);
    return role;
  };
  const checkManaged = (arn: string) => {
    if (!managed.has(arn)) {
      throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
    }
  };

  return {
    putRole(definition) {
      const { account, name, path = '/', trust, policies = {}, managedPolicies = [] } = definition;
      const arn = `arn:aws:iam::${account}:role${path}${name}`;
      for (const document of [trust, ...Object.values(policies)]) statementsOf(document);
      checkSizes(name, policies, trust);
      managedPolicies.forEach(checkManaged);
      const id = roles.get(arn)?.id ?? `AROA${random.hex(16).toUpperCase()}`;
      const { maxSessionSeconds = 3600 } = definition;
      const role = { account, name, path, trust, policies, managedPolicies, maxSessionSeconds, arn, id };
      roles.set(arn, role);
      return role;
    },
    role: (arn) => roles.get(arn),
    roleNamed: (account, name) => [...roles.values()].find((role) => role.account === account && role.name === name),
    deleteRole: (arn) => void roles.delete(arn),
    putRolePolicy(roleArn, name, document) {
      const role = existing(roleArn);
      const { [name]: _, ...others } = role.policies;
      const policies = document === undefined ? others : { ...others, [name]: document };
      if (document !== undefined) statementsOf(document);
      checkSizes(role.name, policies, role.trust);
      role.policies = policies;
    },
    putManagedPolicy(arn, document) {
      if (document === undefined) return void managed.delete(arn);
      statementsOf(document);
      if (sizeOf(document) > 6144) throw quota('Cannot exceed quota for PolicySize: 6144');
      managed.set(arn, document);
    },
    attachPolicy(roleArn, policyArn) {
      checkManaged(policyArn);
      const role = existing(roleArn);
      role.managedPolicies = [...new Set([...role.managedPolicies, policyArn])];
    },
    detachPolicy(roleArn, policyArn) {
      const role = existing(roleArn);
      if (!role.managedPolicies.includes(policyArn)) {
        throw new AwsError('NoSuchEntity', `Policy ${policyArn} was not found.`, 404);
      }
      role.managedPolicies = role.managedPolicies.filter((arn) => arn !== policyArn);
    },
    policiesOf(roleArn) {
      const role = roles.get(roleArn);
      if (role === undefined) return [];
      const attached = role.managedPolicies.map((arn) => managed.get(arn)).filter((document) => document !== undefined);
      return [...Object.values(role.policies), ...attached];
    },
  };
}
