import { AwsError } from '../service.ts';
import source from './model.json' with { type: 'json' };

/** A type of DynamoDB's API, as the model of make-model.ts writes it. */
interface Shape {
  type: string;
  required?: string[];
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
}

interface Model {
  operations: Record<string, { input?: string; output?: string; errors?: string[] }>;
  shapes: Record<string, Shape>;
}

const model = source as unknown as Model;

/** Every error that some operation declares. */
export const modelledErrors = new Set(Object.values(model.operations).flatMap(({ errors }) => errors ?? []));

/** AWS stops counting there (as dynalite observed). */
const mostViolations = 10;

/**
 * Refuses what the API model forbids: SerializationException for a wrong JSON type, else one ValidationException that
 * counts all violations, in AWS's wording. Unknown members are ignored and null is absent, as at AWS.
 */
export function validate(operation: string, input: Record<string, unknown>): void {
  const shape = shapeOf(model.operations[operation]?.input);
  checkType(shape, '', input, false);
  checkTableName(operation, input.TableName);
  const violations: string[] = [];
  checkValue('', shape, input, violations);
  if (violations.length === 0) return;
  const counted = violations.slice(0, mostViolations);
  const noun = counted.length === 1 ? 'validation error' : 'validation errors';
  throw new AwsError('ValidationException', `${counted.length} ${noun} detected: ${counted.join('; ')}`);
}

/** One violation in AWS's words. */
export const violation = (value: unknown, path: string, rule: string): string =>
  `Value ${value == null ? 'null' : `'${print(value)}'`} at '${path}' failed to satisfy constraint: ${rule}`;

/** The names of the members that an operation's answer may have, for tests of this model's truth. */
export function outputMembers(operation: string): string[] {
  return Object.keys(shapeOf(model.operations[operation]?.output).members ?? {});
}

const shapeOf = (name = ''): Shape => model.shapes[name] ?? { type: 'structure', members: {} };
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** These say in words of their own that a table's name is missing, too short or too long (as dynalite observed). */
const ownWords = [
  'CreateTable',
  'DescribeTable',
  'UpdateTable',
  'DeleteTable',
  'DescribeTimeToLive',
  'UpdateTimeToLive',
];

function checkTableName(operation: string, name: unknown): void {
  if (!ownWords.includes(operation)) return;
  if (name == null) {
    const message = "The parameter 'TableName' is required but was not present in the request";
    throw new AwsError('ValidationException', message);
  }
  if (typeof name !== 'string' || name.startsWith('arn:') || (name.length >= 3 && name.length <= 255)) return;
  // Newer observations (paritysuite/dynamodb-conformance, 2026) have the framework's words here.
  if (operation === 'CreateTable') return;
  const message = 'TableName must be at least 3 characters long and at most 255 characters long';
  throw new AwsError('ValidationException', message);
}

/** A table's name may be its ARN, of which the model says little; what is none has to be a name. */
const shapeFor = (name: string, value: unknown): Shape =>
  shapeOf(name === 'TableArn' && !String(value).startsWith('arn:') ? 'TableName' : name);

const javaNames: Record<string, string> = {
  integer: 'Integer',
  long: 'Long',
  double: 'Double',
  boolean: 'Boolean',
  string: 'String',
  timestamp: 'Date',
};
const tokens = { string: 'STRING_VALUE', boolean: 'TRUE_VALUE', number: 'NUMBER_VALUE' };

function checkType(shape: Shape, name: string, value: unknown, isElement: boolean): void {
  if (value == null) return;
  if (shape.type === 'structure' || shape.type === 'map') {
    if (typeof value !== 'object')
      throw wrongType(isElement ? 'Unexpected value type in payload' : 'Unexpected field type');
    if (Array.isArray(value))
      throw wrongType(`Unrecognized collection type class com.amazonaws.dynamodb.v20120810.${name}`);
    for (const [key, part] of Object.entries(value)) {
      const inner = shape.type === 'map' ? shape.value?.shape : shape.members?.[key]?.shape;
      if (inner !== undefined) checkType(shapeOf(inner), inner, part, shape.type === 'map');
    }
    return;
  }
  if (shape.type === 'list') {
    if (typeof value !== 'object') throw wrongType('Unexpected field type');
    if (!Array.isArray(value)) throw wrongType('Start of structure or map found where not expected');
    for (const element of value) checkType(shapeOf(shape.member?.shape), shape.member?.shape ?? '', element, true);
    return;
  }
  checkScalar(shape.type, value);
}

function checkScalar(type: string, value: unknown): void {
  const wanted = { string: 'string', blob: 'string', boolean: 'boolean' }[type] ?? 'number';
  if (typeof value === wanted) return;
  const javaName = javaNames[type] ?? type;
  if (Array.isArray(value)) throw wrongType(`Unrecognized collection type class java.lang.${javaName}`);
  if (typeof value === 'object') throw wrongType('Start of structure or map found where not expected');
  if (type === 'boolean' && typeof value === 'string') throw wrongType('Unexpected token received from parser');
  const token = value === false ? 'FALSE_VALUE' : tokens[typeof value as keyof typeof tokens];
  throw wrongType(`${token} cannot be converted to ${javaName}`);
}

const wrongType = (message: string): AwsError => new AwsError('SerializationException', message);

/** AWS lists these otherwise than its model (seen in 2026). */
const orders: Record<string, string[]> = { 'S,N,B': ['B', 'N', 'S'] };

function checkValue(path: string, shape: Shape, value: unknown, violations: string[]): void {
  const add = (rule: string) => violations.push(violation(value, path, rule));
  if (shape.enum && !shape.enum.includes(String(value)))
    add(`Member must satisfy enum value set: [${(orders[shape.enum.join()] ?? shape.enum).join(', ')}]`);
  if (shape.pattern && !fits(shape.pattern, String(value)))
    add(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  checkSize(shape, value, add);
  if (shape.type === 'list') {
    for (const [index, element] of (value as unknown[]).entries()) {
      checkValue(`${path}.${index + 1}.member`, shapeOf(shape.member?.shape), element, violations);
    }
  } else if (shape.type === 'map') {
    for (const [key, part] of Object.entries(value as object)) {
      checkValue(`${path}.${key}.member`, shapeOf(shape.value?.shape), part, violations);
    }
  } else if (shape.type === 'structure') {
    checkMembers(path, shape, value as Record<string, unknown>, violations);
  }
}

function checkMembers(path: string, shape: Shape, value: Record<string, unknown>, violations: string[]): void {
  for (const [name, { shape: inner }] of Object.entries(shape.members ?? {})) {
    const innerPath = `${path === '' ? '' : `${path}.`}${lowerFirst(name)}`;
    if (value[name] != null) checkValue(innerPath, shapeFor(inner, value[name]), value[name], violations);
    else if (shape.required?.includes(name)) violations.push(violation(null, innerPath, 'Member must not be null'));
  }
}

function checkSize({ type, min, max }: Shape, value: unknown, add: (rule: string) => void): void {
  const isNumber = typeof value === 'number';
  const size = isNumber
    ? value
    : type === 'map'
      ? Object.keys(value as object).length
      : (value as string | unknown[]).length;
  const noun = isNumber ? 'value' : 'length';
  if (min !== undefined && size < min) add(`Member must have ${noun} greater than or equal to ${min}`);
  if (max !== undefined && size > max) add(`Member must have ${noun} less than or equal to ${max}`);
}

const patterns = new Map<string, RegExp>();

/** Java's patterns match the whole value. */
function fits(pattern: string, value: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern.replace('\\p{Print}', '[\\x20-\\x7E]')})$`);
    patterns.set(pattern, compiled);
  }
  return compiled.test(value);
}

/** As Java prints it: `[a, b]`, `{name=value}`. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${lowerFirst(name)}=${print(part)}`)
    .join(', ')}}`;
}
