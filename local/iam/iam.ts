import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { AwsError, type Caller, type Iam, type Permission, type PolicyDocument } from '../service.ts';
import { decide } from './evaluate.ts';
import { keysOf } from './keys.ts';
import { refusal } from './refusal.ts';
import { createRoles, type Role, type Roles } from './roles.ts';
import { type Credentials, createSessions } from './sessions.ts';

/** AWS itself, acting for a resource: what the trust policy of a role, or a queue's policy, may ask about. */
export interface OnBehalf {
  /** e.g. `scheduler.amazonaws.com` */
  service: string;
  sourceArn?: string;
  sourceAccount?: string;
}

/** What `sts:AssumeRole` is asked for. */
export interface RoleRequest {
  roleArn: string;
  sessionName: string;
  externalId?: string;
  durationSeconds?: number;
}

/** One action that a role's policies were asked for and allowed. */
export interface Use {
  roleArn: string;
  action: string;
  resource: string;
}

/** Principals and their rights, with the registry that deployments write and STS reads. */
export interface LocalIam extends Iam, Roles {
  /** Accounts of one organisation; `aws:PrincipalOrgID` and `aws:ResourceOrgID` tell. */
  setOrganisation(account: string, organisation: string): void;
  organisationOf(account: string): string | undefined;
  /** What signs with this key must use: a session's secret and token; a key that is nobody's session is its own secret. */
  signingKeys(accessKey: string): { secretAccessKey: string; sessionToken?: string };
  /** Credentials of a role's session, if its trust policy and the caller's own policies allow. */
  assumeRole(caller: Caller, request: RoleRequest): Credentials;
  /** AWS takes on a role for one call, if the role's trust policy lets it. Throws `AwsError` AccessDenied. */
  assumeFor(by: OnBehalf, roleArn: string): Caller;
  /** What a Lambda environment gets: a session for which nobody is asked. */
  openSession(roleArn: string, sessionName: string, durationSeconds: number): Credentials;
  /** What roles were allowed so far, each once, in order of first use. */
  used(): Use[];
}

/** The right that an administrator has in place of policies. */
const everything: PolicyDocument[] = [
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
];

/** Keys and trust policies must themselves let a caller in: rights from elsewhere are not enough. */
const closed = /^(kms:|sts:AssumeRole$)/;

const rootOf = (account: string): string => `arn:aws:iam::${account}:root`;
const isRole = ({ principalArn }: Caller): boolean => principalArn.includes(':role/');

/** A role that takes on a role gets an hour at most; everybody else what the role allows. */
function checkDuration(caller: Caller, role: Role, seconds: number): void {
  if (isRole(caller) && seconds > 3600) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

/** IAM and the sessions of STS: roles per account, who signs with which key, and what AWS would answer them. */
export function createIam(options: { clock: Clock; random: Random; account: string }): LocalIam {
  const { clock, random } = options;
  const roles = createRoles(random);
  const sessions = createSessions(clock, random);
  const organisations = new Map<string, string>();
  const uses = new Map<string, Use>();

  const policiesOf = (caller: Caller): PolicyDocument[] => {
    if (caller.service !== undefined) return [];
    return caller.principalArn === rootOf(caller.account) ? everything : roles.policiesOf(caller.principalArn);
  };

  const authorize: Iam['authorize'] = (caller, permission, resourcePolicy) => {
    const { action, resource } = permission;
    const decision = decide({
      caller,
      action,
      resource,
      owner: permission.owner,
      context: keysOf(caller, permission, organisations, clock.now()),
      identityPolicies: policiesOf(caller),
      resourcePolicy,
      needsResourcePolicy: resourcePolicy !== undefined && closed.test(action),
    });
    if (decision !== 'allowed') throw refusal(caller, permission, decision);
    const roleArn = caller.principalArn;
    if (isRole(caller)) uses.set(`${roleArn} ${action} ${resource}`, { roleArn, action, resource });
  };

  /** The role, if its trust policy lets the caller in; one that is not there is refused in the same words. */
  const trusting = (caller: Caller, roleArn: string, context: Permission['context'] = {}): Role => {
    const role = roles.role(roleArn);
    const permission = { action: 'sts:AssumeRole', resource: roleArn, context };
    if (role === undefined) throw refusal(caller, permission, 'no resource allows');
    authorize(caller, permission, role.trust);
    return role;
  };

  return {
    ...roles,
    authorize,
    caller(accessKey) {
      const session = sessions.find(accessKey);
      if (session !== undefined) return session;
      const account = /^\d{12}$/.test(accessKey) ? accessKey : options.account;
      return { account, principalArn: rootOf(account), arn: rootOf(account), accessKey };
    },
    setOrganisation: (account, organisation) => void organisations.set(account, organisation),
    organisationOf: (account) => organisations.get(account),
    signingKeys: (accessKey) => sessions.keys(accessKey) ?? { secretAccessKey: accessKey },
    assumeRole(caller, { roleArn, sessionName, externalId, durationSeconds = 3600 }) {
      const role = trusting(caller, roleArn, {
        'sts:RoleSessionName': sessionName,
        ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
      });
      checkDuration(caller, role, durationSeconds);
      return sessions.open(role, sessionName, durationSeconds);
    },
    assumeFor(by, roleArn) {
      const account = by.sourceAccount ?? options.account;
      const role = trusting({ account, principalArn: by.service, arn: by.service, ...by }, roleArn);
      const sessionName = by.service.split('.')[0] ?? by.service;
      return { account: role.account, principalArn: role.arn, arn: sessions.arnOf(role, sessionName) };
    },
    openSession(roleArn, sessionName, durationSeconds) {
      const role = roles.role(roleArn);
      if (role === undefined) throw new AwsError('NoSuchEntity', `The role ${roleArn} cannot be found.`, 404);
      return sessions.open(role, sessionName, durationSeconds);
    },
    used: () => [...uses.values()],
  };
}
