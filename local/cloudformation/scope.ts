import { noValue, resolve, type Scope } from './intrinsics.ts';
import type { Made } from './kind.ts';
import type { Template, TemplateParameter } from './template.ts';

/** Where a stack is, for the pseudo parameters. */
export interface Where {
  account: string;
  region: string;
  stackName: string;
  stackId: string;
}

const pseudo: Record<string, (where: Where) => unknown> = {
  'AWS::AccountId': ({ account }) => account,
  'AWS::Region': ({ region }) => region,
  'AWS::StackName': ({ stackName }) => stackName,
  'AWS::StackId': ({ stackId }) => stackId,
  'AWS::Partition': () => 'aws',
  'AWS::URLSuffix': () => 'amazonaws.com',
  'AWS::NotificationARNs': () => [],
  'AWS::NoValue': () => noValue,
};

function checked(name: string, declared: TemplateParameter, value: string): string {
  const { AllowedPattern: pattern, AllowedValues: allowed } = declared;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    const said = declared.ConstraintDescription ?? `must match pattern ${pattern}`;
    throw new Error(`Parameter '${name}' ${said}`);
  }
  if (allowed !== undefined && !allowed.map(String).includes(value)) {
    throw new Error(`Parameter '${name}' must be one of AllowedValues`);
  }
  return value;
}

/** The values of a template's parameters: given, or by default. Throws for one that has neither or is not allowed. */
export function parametersOf(template: Template, given: Record<string, string>): Record<string, string> {
  const declared = template.Parameters ?? {};
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0) throw new Error(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing = Object.keys(declared).filter(
    (name) => given[name] === undefined && declared[name]?.Default === undefined,
  );
  if (missing.length > 0) throw new Error(`Parameters: [${missing.join(', ')}] must have values`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, one]) => [name, checked(name, one, String(given[name] ?? one.Default))]),
  );
}

/** What a template's intrinsic functions find: parameters, pseudo parameters, conditions, mappings, and what was made. */
export function scopeOf(
  template: Template,
  where: Where,
  parameters: Record<string, string>,
  made: (logicalId: string) => Made | undefined,
): Scope {
  const existing = (id: string): Made => {
    const found = made(id);
    if (found !== undefined) return found;
    throw new Error(`Template error: instance of a reference to undefined or uncreated resource ${id}`);
  };
  const scope: Scope = {
    ref(name) {
      const builtIn = pseudo[name];
      if (builtIn !== undefined) return builtIn(where);
      const parameter = parameters[name];
      if (parameter === undefined) return existing(name).physicalId;
      const isList = /^(List<|CommaDelimitedList)/.test(template.Parameters?.[name]?.Type ?? '');
      return isList ? parameter.split(',').map((one) => one.trim()) : parameter;
    },
    attribute(id, name) {
      const value = existing(id).attributes[name];
      if (value !== undefined) return value;
      throw new Error(
        `Requested attribute ${name} does not exist in schema for ${template.Resources[id]?.Type} (${id})`,
      );
    },
    isTrue(name) {
      const condition = template.Conditions?.[name];
      if (condition === undefined) throw new Error(`Template error: unresolved condition dependency ${name}`);
      return resolve(condition, scope) === true;
    },
    mapped(map, first, second) {
      const value = template.Mappings?.[map]?.[first]?.[second];
      if (value !== undefined) return value;
      throw new Error(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
    },
  };
  return scope;
}
