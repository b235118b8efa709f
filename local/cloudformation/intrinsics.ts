/** What intrinsic functions look things up in. Each throws for a name that is not there. */
export interface Scope {
  ref(name: string): unknown;
  attribute(resource: string, name: string): unknown;
  isTrue(condition: string): boolean;
  mapped(map: string, first: string, second: string): unknown;
}

/** What `AWS::NoValue` stands for: the property or list entry is left out. */
export const noValue = Symbol('AWS::NoValue');

type Evaluate = (argument: unknown, scope: Scope) => unknown;

function listOf(value: unknown, said: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${said} needs a list, not ${JSON.stringify(value)}.`);
}

const partsOf = (argument: unknown, scope: Scope, said: string): unknown[] => listOf(resolve(argument, scope), said);

function getAtt(argument: unknown, scope: Scope): unknown {
  const [resource, name] = typeof argument === 'string' ? argument.split(/\.(.*)/s) : listOf(argument, 'Fn::GetAtt');
  return scope.attribute(String(resource), String(resolve(name, scope)));
}

function sub(argument: unknown, scope: Scope): string {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = resolve(own, scope) as Record<string, unknown>;
  return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, isLiteral: string, expression: string) => {
    const name = expression.trim();
    if (isLiteral) return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return String(variables[name]);
    return String(name.includes('.') ? getAtt(name, scope) : scope.ref(name));
  });
}

function choose(argument: unknown, scope: Scope): unknown {
  const [condition, yes, no] = listOf(argument, 'Fn::If');
  return resolve(scope.isTrue(String(condition)) ? yes : no, scope);
}

const conditions = (argument: unknown, scope: Scope): boolean[] =>
  listOf(argument, 'A condition').map((one) => resolve(one, scope) === true);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const intrinsics: Record<string, Evaluate> = {
  Ref: (name, scope) => scope.ref(String(name)),
  Condition: (name, scope) => scope.isTrue(String(name)),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::If': choose,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = partsOf(argument, scope, 'Fn::Join');
    return listOf(parts, 'Fn::Join').map(String).join(String(separator));
  },
  'Fn::Select': (argument, scope) => {
    const [index, parts] = partsOf(argument, scope, 'Fn::Select');
    const list = listOf(parts, 'Fn::Select');
    if (Number(index) in list) return list[Number(index)];
    throw new Error(`Fn::Select cannot select nonexistent value at index ${index}.`);
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = partsOf(argument, scope, 'Fn::Split');
    return String(text).split(String(separator));
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = partsOf(argument, scope, 'Fn::FindInMap').map(String);
    return scope.mapped(map ?? '', first ?? '', second ?? '');
  },
  'Fn::Base64': (argument, scope) => Buffer.from(String(resolve(argument, scope))).toString('base64'),
  'Fn::Equals': (argument, scope) => {
    const [one, other] = partsOf(argument, scope, 'Fn::Equals');
    return String(one) === String(other);
  },
  'Fn::And': (argument, scope) => conditions(argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => conditions(argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => conditions(argument, scope)[0] === false,
};

/** The intrinsic function that an object of one key is, if it is one. */
function intrinsicOf(value: object): [string, unknown] | undefined {
  const [only, ...others] = Object.entries(value);
  if (only === undefined || others.length > 0) return undefined;
  const [name, argument] = only;
  // In a policy, `Condition` is a member like any other, and an object.
  if (name === 'Condition' && typeof argument !== 'string') return undefined;
  if (!Object.hasOwn(intrinsics, name) && !name.startsWith('Fn::')) return undefined;
  return only;
}

/** The value with all intrinsic functions worked out, and without what is `AWS::NoValue`. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(one, scope)).filter((one) => one !== noValue);
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) {
    const [name, argument] = intrinsic;
    const evaluate = intrinsics[name];
    if (evaluate === undefined) throw new Error(`The local AWS does not know the intrinsic function ${name}.`);
    return evaluate(argument, scope);
  }
  const entries = Object.entries(value).map(([name, one]) => [name, resolve(one, scope)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== noValue));
}
