import { AwsError, type PolicyDocument } from '../service.ts';
import { type Conditions, checkOperators } from './conditions.ts';

/** `*` stands for everybody; else the kinds `AWS`, `Service`, `Federated` with their names. */
export type Principals = '*' | Record<string, string[]>;

/** A list that must contain, or must not contain, what is asked for. */
export interface OneOf<T> {
  isNot: boolean;
  values: T;
}

/** A statement of a policy with one spelling for what JSON may write in several ways. */
export interface Statement {
  effect: 'Allow' | 'Deny';
  actions: OneOf<string[]>;
  /** Absent in trust policies, which mean the role itself. */
  resources?: OneOf<string[]>;
  principals?: OneOf<Principals>;
  conditions: Conditions;
}

type Json = Record<string, unknown>;

const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message);

function listOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry === 'object' || entry === undefined) throw malformed('Syntax errors in policy.');
    return String(entry);
  });
}

function oneOf<T>(statement: Json, name: string, read: (value: unknown) => T): OneOf<T> | undefined {
  const positive = statement[name];
  const negative = statement[`Not${name}`];
  if (positive !== undefined && negative !== undefined) throw malformed(`Statement has both ${name} and Not${name}.`);
  if (positive !== undefined) return { isNot: false, values: read(positive) };
  return negative === undefined ? undefined : { isNot: true, values: read(negative) };
}

function principalsOf(value: unknown): Principals {
  if (value === '*') return '*';
  if (typeof value !== 'object' || value === null) throw malformed('Invalid principal in policy.');
  return Object.fromEntries(Object.entries(value).map(([kind, names]) => [kind, listOf(names)]));
}

function conditionsOf(value: unknown): Conditions {
  const conditions = Object.fromEntries(
    Object.entries((value ?? {}) as Record<string, Json>).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, listOf(values)])),
    ]),
  );
  checkOperators(conditions);
  return conditions;
}

function statementOf(statement: Json): Statement {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw malformed('Statement needs an Effect.');
  const actions = oneOf(statement, 'Action', listOf);
  if (actions === undefined) throw malformed('Policy statement must contain actions.');
  const resources = oneOf(statement, 'Resource', listOf);
  const principals = oneOf(statement, 'Principal', principalsOf);
  return {
    effect: statement.Effect,
    actions,
    ...(resources && { resources }),
    ...(principals && { principals }),
    conditions: conditionsOf(statement.Condition),
  };
}

const known = new WeakMap<PolicyDocument, Statement[]>();

/** The statements of a policy document; each document is read once. Throws `AwsError` MalformedPolicyDocument. */
export function statementsOf(document: PolicyDocument): Statement[] {
  const before = known.get(document);
  if (before !== undefined) return before;
  if (document.Statement === undefined) throw malformed('Syntax errors in policy.');
  const list = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const statements = list.map((statement) => statementOf(statement as Json));
  known.set(document, statements);
  return statements;
}
