import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A CloudFormation template, as far as the checks look at it; intrinsic functions in their long form. */
export interface Template {
  Resources: Record<string, Resource>;
}

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** The resources of a type, by logical id. */
export function resourcesOf({ Resources }: Template, type: string): [id: string, properties: Resource['Properties']][] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties]);
}

/** A value, or several, as a list. */
export function list<Value>(value: Value | Value[] | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Everything that a role's own policies say, with every condition of the template true. */
export function statementsOf(role: Resource['Properties']): Statement[] {
  const policies = (role.Policies ?? []) as { PolicyDocument: { Statement: Conditional | Conditional[] } }[];
  return policies
    .flatMap(({ PolicyDocument }) => list(PolicyDocument.Statement))
    .map((statement) => ('Fn::If' in statement ? statement['Fn::If'][1] : statement));
}

type Conditional = Statement | { 'Fn::If': [condition: string, statement: Statement, otherwise: unknown] };

/** Who may take on a role, and when. */
export function trustOf(role: Resource['Properties']): Statement[] {
  return list((role.AssumeRolePolicyDocument as { Statement: Statement | Statement[] }).Statement);
}

/** Whether two values of a template say the same, as two `!GetAtt` of one resource do. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The logical id that a `!GetAtt` or `!Ref` points to. */
export function targetOf(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.[0];
}

/** A template written in YAML with the short forms of intrinsic functions. */
export function readYamlTemplate(address: URL): Template {
  const functions = ['Sub', 'If', 'Equals', 'Not', 'Join', 'Select', 'Split'];
  return parse(readFileSync(address, 'utf8'), {
    logLevel: 'error',
    customTags: [
      { tag: '!Ref', resolve: (name: string) => ({ Ref: name }) },
      { tag: '!GetAtt', resolve: (path: string) => ({ 'Fn::GetAtt': path.split('.') }) },
      ...functions.flatMap((name) => [
        { tag: `!${name}`, resolve: (text: string) => ({ [`Fn::${name}`]: text }) },
        {
          tag: `!${name}`,
          collection: 'seq' as const,
          resolve: (items: { toJSON(): unknown }) => ({ [`Fn::${name}`]: items.toJSON() }),
        },
      ]),
    ],
  }) as Template;
}
