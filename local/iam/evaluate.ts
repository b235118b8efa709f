import type { Caller, PolicyDocument } from '../service.ts';
import { allHold } from './conditions.ts';
import { type Principals, type Statement, statementsOf } from './document.ts';
import { type Context, matches, matchesAction } from './match.ts';

/** Everything that a decision depends on. */
export interface Question {
  caller: Pick<Caller, 'account' | 'principalArn' | 'arn' | 'service'>;
  action: string;
  resource: string;
  /** The account that the resource belongs to, where its ARN does not say. */
  owner?: string | undefined;
  context: Context;
  identityPolicies: PolicyDocument[];
  resourcePolicy?: PolicyDocument | undefined;
  /** Trust policies and key policies: what they do not allow is refused, whatever the caller's own policies say. */
  needsResourcePolicy?: boolean;
}

/** Allowed, or who refuses, for the sentence that AWS writes. */
export type Decision =
  | 'allowed'
  | 'denied by identity'
  | 'denied by resource'
  | 'no identity allows'
  | 'no resource allows';

const accountOf = (name: string): string | undefined => /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];

/** How a list of principals covers a caller: by name, or only by its account, which leaves the choice to the account. */
function covers(principals: Principals, caller: Question['caller']): 'name' | 'account' | undefined {
  if (principals === '*') return 'name';
  if (caller.service !== undefined) return principals.Service?.includes(caller.service) ? 'name' : undefined;
  const names = principals.AWS ?? [];
  if (names.some((name) => name === '*' || name === caller.principalArn || name === caller.arn)) return 'name';
  return names.some((name) => accountOf(name) === caller.account) ? 'account' : undefined;
}

/**
 * NotPrincipal in a Deny spares a caller only if its account, its role and its session are all named
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
 */
function isSpared(principals: Principals, caller: Question['caller']): boolean {
  if (principals === '*' || caller.service !== undefined) return covers(principals, caller) !== undefined;
  const names = principals.AWS ?? [];
  const hasAccount = names.some((name) => accountOf(name) === caller.account);
  const isRoot = accountOf(caller.principalArn) !== undefined;
  return hasAccount && (isRoot || [caller.principalArn, caller.arn].every((name) => names.includes(name)));
}

function appliesTo({ effect, principals }: Statement, caller: Question['caller']): 'name' | 'account' | undefined {
  if (principals === undefined) return 'name';
  if (!principals.isNot) return covers(principals.values, caller);
  const isExempt =
    effect === 'Deny' ? isSpared(principals.values, caller) : covers(principals.values, caller) !== undefined;
  return isExempt ? undefined : 'name';
}

function isAbout(statement: Statement, { action, resource, context }: Question): boolean {
  const { actions, resources } = statement;
  if (actions.values.some((pattern) => matchesAction(pattern, action)) === actions.isNot) return false;
  if (
    resources !== undefined &&
    resources.values.some((pattern) => matches(pattern, resource, context)) === resources.isNot
  ) {
    return false;
  }
  return allHold(statement.conditions, context);
}

const resourceAccount = (arn: string): string | undefined => /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];

/**
 * AWS's evaluation of policies: an explicit Deny first; within an account the caller's policies or the resource's own
 * suffice, between accounts both are needed, and a resource's policy that names only the account delegates to it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export function decide(question: Question): Decision {
  const { caller, resource } = question;
  const identity = question.identityPolicies.flatMap(statementsOf).filter((statement) => isAbout(statement, question));
  const own = question.resourcePolicy === undefined ? [] : statementsOf(question.resourcePolicy);
  const grants = own
    .filter((statement) => isAbout(statement, question))
    .map((statement) => ({ effect: statement.effect, by: appliesTo(statement, caller) }))
    .filter(({ by }) => by !== undefined);

  if (identity.some(({ effect }) => effect === 'Deny')) return 'denied by identity';
  if (grants.some(({ effect }) => effect === 'Deny')) return 'denied by resource';

  const identityAllows = identity.some(({ effect }) => effect === 'Allow');
  const resourceAllows = grants.some(({ effect }) => effect === 'Allow');
  const namesCaller = grants.some(({ effect, by }) => effect === 'Allow' && by === 'name');
  if (caller.service !== undefined) return resourceAllows ? 'allowed' : 'no resource allows';

  const isForeign = (question.owner ?? resourceAccount(resource) ?? caller.account) !== caller.account;
  if ((isForeign || question.needsResourcePolicy === true) && !resourceAllows) return 'no resource allows';
  if (identityAllows || (namesCaller && !isForeign)) return 'allowed';
  return 'no identity allows';
}
