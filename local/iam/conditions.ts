import { AwsError } from '../service.ts';
import { type Context, matches, matchesArn, substituted } from './match.ts';

/** `{ StringEquals: { 'aws:SourceAccount': ['123456789012'] } }`, values always as lists of strings. */
export type Conditions = Record<string, Record<string, string[]>>;

type Compare = (wanted: string, actual: string, context: Context) => boolean;

const numbers =
  (compare: (actual: number, wanted: number) => boolean): Compare =>
  (wanted, actual) =>
    compare(Number(actual), Number(wanted));

/** ISO 8601, or seconds since 1970. */
const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const dates =
  (compare: (actual: number, wanted: number) => boolean): Compare =>
  (wanted, actual) =>
    compare(instant(actual), instant(wanted));

const equals: Compare = (wanted, actual, context) => substituted(wanted, context) === actual;
const equalsIgnoreCase: Compare = (wanted, actual, context) =>
  substituted(wanted, context)?.toLowerCase() === actual.toLowerCase();

const same = (a: number, b: number): boolean => a === b;
const less = (a: number, b: number): boolean => a < b;
const lessOrSame = (a: number, b: number): boolean => a <= b;
const more = (a: number, b: number): boolean => a > b;
const moreOrSame = (a: number, b: number): boolean => a >= b;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Record<string, Compare> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoreCase,
  StringLike: (wanted, actual, context) => matches(wanted, actual, context),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  NumericEquals: numbers(same),
  NumericLessThan: numbers(less),
  NumericLessThanEquals: numbers(lessOrSame),
  NumericGreaterThan: numbers(more),
  NumericGreaterThanEquals: numbers(moreOrSame),
  DateEquals: dates(same),
  DateLessThan: dates(less),
  DateLessThanEquals: dates(lessOrSame),
  DateGreaterThan: dates(more),
  DateGreaterThanEquals: dates(moreOrSame),
  Bool: equalsIgnoreCase,
};

const negated: Record<string, string> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

interface Operator {
  compare: Compare;
  isNegated: boolean;
  isIfExists: boolean;
  set: 'ForAllValues' | 'ForAnyValue' | undefined;
}

const parsed = new Map<string, Operator | 'Null'>();

function operatorOf(name: string): Operator | 'Null' {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const compare = operators[negated[base] ?? base];
  if (base !== 'Null' && compare === undefined) {
    throw new AwsError('MalformedPolicyDocument', `The local AWS does not know the condition operator ${name}.`);
  }
  const operator =
    compare === undefined
      ? 'Null'
      : { compare, isNegated: base in negated, isIfExists: ifExists !== undefined, set: set as Operator['set'] };
  parsed.set(name, operator);
  return operator;
}

function holds(operator: Operator, wanted: string[], actual: string[] | undefined, context: Context): boolean {
  if (actual === undefined || actual.length === 0) {
    if (operator.set === 'ForAllValues') return true;
    if (operator.set === 'ForAnyValue') return operator.isIfExists;
    return operator.isIfExists || operator.isNegated;
  }
  const fits = (value: string) =>
    wanted.some((other) => operator.compare(other, value, context)) !== operator.isNegated;
  const needsAll = operator.set === 'ForAllValues' || (operator.set === undefined && operator.isNegated);
  return needsAll ? actual.every(fits) : actual.some(fits);
}

/** Whether every condition of a statement holds: AND over operators and keys, OR over the values of a key. */
export function allHold(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([name, keys]) => {
    const operator = operatorOf(name);
    return Object.entries(keys).every(([key, wanted]) => {
      const actual = context.get(key.toLowerCase());
      if (operator === 'Null')
        return wanted.some((value) => (value.toLowerCase() === 'true') === (actual === undefined));
      return holds(operator, wanted, actual, context);
    });
  });
}

/** Refuses operators that this evaluator does not know, when a policy is put and not only when it is asked. */
export function checkOperators(conditions: Conditions): void {
  for (const name of Object.keys(conditions)) operatorOf(name);
}
