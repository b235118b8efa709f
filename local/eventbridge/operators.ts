import { BlockList, isIP, isIPv6 } from 'node:net';
import { AwsError } from '../service.ts';

/** A value that patterns compare. */
export type Leaf = string | number | boolean | null;
type Test = (leaf: Leaf) => boolean;

export function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One element of a pattern's array: does a field with these values match it? None: the field is absent. */
export function leafTest(expected: unknown): (leaves: Leaf[]) => boolean {
  if (isObject(expected) && 'exists' in expected) {
    const { exists } = only(expected);
    if (typeof exists !== 'boolean') throw invalid('exists match pattern must be either true or false.');
    return (leaves) => leaves.length > 0 === exists;
  }
  const test = isObject(expected) ? operator(expected) : equals(expected);
  return (leaves) => leaves.some(test);
}

function equals(expected: unknown): Test {
  if (Array.isArray(expected)) throw invalid('Match value must be String, number, true, false, or null');
  return (leaf) => leaf === expected;
}

function only(expected: Record<string, unknown>): Record<string, unknown> {
  if (Object.keys(expected).length === 1) return expected;
  throw invalid('Only one key allowed in match expression');
}

const operators: Record<string, (operand: unknown) => Test> = {
  prefix: affix('prefix', (text, part) => text.startsWith(part)),
  suffix: affix('suffix', (text, part) => text.endsWith(part)),
  'equals-ignore-case': (operand) => {
    const wanted = text('equals-ignore-case', operand).toLowerCase();
    return onText((leaf) => leaf.toLowerCase() === wanted);
  },
  wildcard: (operand) => {
    const expression = wildcard(text('wildcard', operand));
    return onText((leaf) => expression.test(leaf));
  },
  numeric,
  cidr,
  'anything-but': anythingBut,
};

function operator(expected: Record<string, unknown>): Test {
  const [name = '', operand] = Object.entries(only(expected))[0] ?? [];
  const make = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (make === undefined) throw invalid(`Unrecognized match type ${name}`);
  return make(operand);
}

const onText =
  (test: (text: string) => boolean): Test =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

function text(name: string, operand: unknown): string {
  if (typeof operand === 'string') return operand;
  throw invalid(`${name} match pattern must be a string`);
}

/** `{ "prefix": "a" }` or `{ "prefix": { "equals-ignore-case": "a" } }` */
function affix(name: string, holds: (text: string, part: string) => boolean): (operand: unknown) => Test {
  return (operand) => {
    if (!isObject(operand)) {
      const part = text(name, operand);
      return onText((leaf) => holds(leaf, part));
    }
    const [how, inner] = Object.entries(only(operand))[0] ?? [];
    if (how !== 'equals-ignore-case') throw invalid(`Unsupported ${name} pattern: ${how}`);
    const part = text(name, inner).toLowerCase();
    return onText((leaf) => holds(leaf.toLowerCase(), part));
  };
}

/** `*` stands for any characters, `\*` for itself and `\\` for the backslash. */
function wildcard(pattern: string): RegExp {
  if (/(^|[^\\])\*\*/.test(pattern)) throw invalid('Consecutive wildcard characters are not allowed');
  const pieces = pattern.match(/\\.|[^\\]|\\$/gs) ?? [];
  const source = pieces.map((piece) => {
    if (piece === '*') return '.*';
    if (piece.startsWith('\\') && piece !== '\\\\' && piece !== '\\*') throw invalid('Invalid escape character');
    return (piece.length > 1 ? piece.slice(1) : piece).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `[">", 0, "<=", 5]` */
function numeric(operand: unknown): Test {
  if (!Array.isArray(operand)) throw invalid('Value of numeric must be an array.');
  if (operand.length === 0 || operand.length % 2 === 1 || operand.length > 4) throw invalid('Invalid numeric range');
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const [sign, bound] = [operand[index], operand[index + 1]];
    const holds = comparisons[String(sign)];
    if (holds === undefined) throw invalid(`Unrecognized numeric range operator: ${sign}`);
    if (typeof bound !== 'number') throw invalid(`Value of ${sign} must be numeric`);
    tests.push((value) => holds(value, bound));
  }
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

function cidr(operand: unknown): Test {
  const [address = '', bits, ...more] = text('cidr', operand).split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const width = Number(bits);
  const fits = isIP(address) && bits !== '' && width >= 0 && width <= (family === 'ipv6' ? 128 : 32);
  if (!fits || more.length > 0) throw invalid("Malformed CIDR, one '/' required");
  const network = new BlockList();
  network.addSubnet(address, width, family);
  return onText((leaf) => isIP(leaf) > 0 && network.check(leaf, isIPv6(leaf) ? 'ipv6' : 'ipv4'));
}

/** Values, a list of them, or what prefix, suffix, equals-ignore-case and wildcard would match. The field must be there. */
function anythingBut(operand: unknown): Test {
  if (isObject(operand)) {
    const [name = '', inner] = Object.entries(only(operand))[0] ?? [];
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) {
      throw invalid(`Unsupported anything-but pattern: ${name}`);
    }
    const tests = listed(inner).map((one) => operator({ [name]: one }));
    return (leaf) => !tests.some((test) => test(leaf));
  }
  const excluded = new Set<unknown>(listed(operand));
  for (const value of excluded) {
    if (!['string', 'number'].includes(typeof value))
      throw invalid('Inside anything but list, only strings and numbers');
  }
  return (leaf) => !excluded.has(leaf);
}

function listed(operand: unknown): unknown[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw invalid('Empty arrays are not allowed');
  return list;
}
