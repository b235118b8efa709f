import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { AwsError, type Caller, type Iam, type Permission, type PolicyDocument } from '../service.ts';
import { type Decision, decide } from './evaluate.ts';
import type { Context } from './match.ts';
import { createRoles, type Roles } from './roles.ts';
import { type Credentials, createSessions, type Sessions } from './sessions.ts';

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
  /** Credentials of a role's session, if its trust policy and the caller's own policies allow. */
  assumeRole(caller: Caller, request: RoleRequest): Credentials;
  /** AWS takes on a role for one call, if the role's trust policy lets it. Throws `AwsError` AccessDenied. */
  assumeFor(by: OnBehalf, roleArn: string): Caller;
  /** What a Lambda environment gets: a session of twelve hours that nobody has to renew. */
  openSession(roleArn: string, sessionName: string, durationSeconds: number): Credentials;
  /** What roles were allowed so far, each once, in order of first use. */
  used(): Use[];
}

/** The right that an administrator has in place of policies. */
const everything: PolicyDocument[] = [
  { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
];

/** Services whose errors are XML call it AccessDenied; REST-JSON answers 403, the other JSON ones 400. */
const xmlServices = new Set(['sts', 'sns', 'iam', 'cloudformation']);
const restServices = new Set(['lambda', 'scheduler']);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function reasonOf(decision: Decision, action: string): string {
  if (decision === 'denied by identity') return ' with an explicit deny in an identity-based policy';
  if (decision === 'denied by resource') return ' with an explicit deny in a resource-based policy';
  const kind = decision === 'no identity allows' ? 'identity-based' : 'resource-based';
  return ` because no ${kind} policy allows the ${action} action`;
}

function refusal(caller: Caller, { action, resource }: Permission, decision: Decision): AwsError {
  const service = action.split(':')[0] ?? '';
  const isXml = xmlServices.has(service);
  const reason = action === 'sts:AssumeRole' ? '' : reasonOf(decision, action);
  return new AwsError(
    isXml ? 'AccessDenied' : 'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}${reason}`,
    isXml || restServices.has(service) ? 403 : 400,
  );
}

/** Keys and trust policies must themselves let a caller in: rights from elsewhere are not enough. */
const closed = /^(kms:|sts:AssumeRole$)/;

class LocalAccounts implements Iam {
  readonly #clock: Clock;
  readonly #account: string;
  readonly #roles: Roles;
  readonly #sessions: Sessions;
  readonly #organisations = new Map<string, string>();
  readonly #used = new Map<string, Use>();

  constructor(clock: Clock, account: string, roles: Roles, sessions: Sessions) {
    this.#clock = clock;
    this.#account = account;
    this.#roles = roles;
    this.#sessions = sessions;
  }

  caller(accessKey: string): Caller {
    const session = this.#sessions.find(accessKey);
    if (session !== undefined) return session;
    const account = /^\d{12}$/.test(accessKey) ? accessKey : this.#account;
    const root = `arn:aws:iam::${account}:root`;
    return { account, principalArn: root, arn: root, accessKey };
  }

  authorize(caller: Caller, permission: Permission, resourcePolicy?: PolicyDocument): void {
    const { action, resource } = permission;
    const decision = decide({
      caller,
      action,
      resource,
      context: this.#contextOf(caller, permission),
      identityPolicies: this.#policiesOf(caller),
      resourcePolicy,
      needsResourcePolicy: resourcePolicy !== undefined && closed.test(action),
    });
    if (decision !== 'allowed') throw refusal(caller, permission, decision);
    const roleArn = caller.principalArn;
    if (roleArn.includes(':role/')) this.#used.set(`${roleArn} ${action} ${resource}`, { roleArn, action, resource });
  }

  setOrganisation(account: string, organisation: string): void {
    this.#organisations.set(account, organisation);
  }

  assumeRole(caller: Caller, request: RoleRequest): Credentials {
    const { roleArn, sessionName, externalId } = request;
    const role = this.#roles.role(roleArn);
    const permission = { action: 'sts:AssumeRole', resource: roleArn };
    if (role === undefined) throw refusal(caller, permission, 'no resource allows');
    const context = {
      ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
      'sts:RoleSessionName': sessionName,
    };
    this.authorize(caller, { ...permission, context }, role.trust);
    const limit = caller.principalArn.includes(':role/') ? 3600 : role.maxSessionSeconds;
    const seconds = request.durationSeconds ?? 3600;
    if (seconds > limit) {
      throw new AwsError(
        'ValidationError',
        limit === 3600 && limit !== role.maxSessionSeconds
          ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining'
          : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    }
    return this.#sessions.open(role, sessionName, seconds);
  }

  assumeFor(by: OnBehalf, roleArn: string): Caller {
    const role = this.#roles.role(roleArn);
    const account = by.sourceAccount ?? role?.account ?? this.#account;
    const caller: Caller = { account, principalArn: by.service, arn: by.service, ...by };
    const permission = { action: 'sts:AssumeRole', resource: roleArn };
    if (role === undefined) throw refusal(caller, permission, 'no resource allows');
    this.authorize(caller, permission, role.trust);
    const session = by.service.split('.')[0] ?? by.service;
    return { account: role.account, principalArn: role.arn, arn: this.#sessions.arnOf(role, session) };
  }

  used(): Use[] {
    return [...this.#used.values()];
  }

  #policiesOf(caller: Caller): PolicyDocument[] {
    if (caller.service !== undefined) return [];
    if (caller.principalArn === `arn:aws:iam::${caller.account}:root`) return everything;
    return this.#roles.policiesOf(caller.principalArn);
  }

  #contextOf(caller: Caller, { resource, context = {} }: Permission): Context {
    const keys: Context = new Map();
    const put = (key: string, value: string | string[] | undefined) => {
      if (value !== undefined) keys.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
    };
    const owner = resource.split(':')[4] || caller.account;
    put('aws:PrincipalIsAWSService', String(caller.service !== undefined));
    put('aws:PrincipalServiceName', caller.service);
    put('aws:SourceArn', caller.sourceArn);
    put('aws:SourceAccount', caller.sourceAccount);
    put('aws:SourceOrgID', this.#organisations.get(caller.sourceAccount ?? ''));
    if (caller.service === undefined) {
      put('aws:PrincipalArn', caller.principalArn);
      put('aws:PrincipalAccount', caller.account);
      put('aws:PrincipalOrgID', this.#organisations.get(caller.account));
    }
    put('aws:ResourceAccount', owner);
    put('aws:ResourceOrgID', this.#organisations.get(owner));
    put('aws:SecureTransport', 'true');
    put('aws:CurrentTime', new Date(this.#clock.now()).toISOString());
    put('aws:EpochTime', String(Math.floor(this.#clock.now() / 1000)));
    for (const [key, value] of Object.entries(context)) put(key, value);
    return keys;
  }
}

/** IAM and the sessions of STS: roles per account, who signs with which key, and what AWS would answer them. */
export function createIam(options: { clock: Clock; random: Random; account: string }): LocalIam {
  const roles = createRoles(options.random);
  const sessions = createSessions(options.clock, options.random);
  const accounts = new LocalAccounts(options.clock, options.account, roles, sessions);
  return {
    ...roles,
    caller: (accessKey) => accounts.caller(accessKey),
    authorize: (caller, permission, policy) => accounts.authorize(caller, permission, policy),
    setOrganisation: (account, organisation) => accounts.setOrganisation(account, organisation),
    assumeRole: (caller, request) => accounts.assumeRole(caller, request),
    assumeFor: (by, roleArn) => accounts.assumeFor(by, roleArn),
    openSession(roleArn, sessionName, durationSeconds) {
      const role = roles.role(roleArn);
      if (role === undefined) throw new AwsError('NoSuchEntity', `The role ${roleArn} cannot be found.`, 404);
      return sessions.open(role, sessionName, durationSeconds);
    },
    used: () => accounts.used(),
  };
}
