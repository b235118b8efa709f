import { invalid, isObject, type Leaf, leafTest } from './operators.ts';

type Json = unknown;
type Matcher = (event: Record<string, Json>) => boolean;

/**
 * An event pattern as a function, with the operators and the meaning of
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html.
 * Throws InvalidEventPatternException with the reason.
 */
export function compilePattern(text: string): Matcher {
  let pattern: Json;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalid('Filter is not valid JSON');
  }
  if (!isObject(pattern)) throw invalid('Filter is not an object');
  return compileObject(pattern);
}

/** All of its fields match; of `$or` one alternative does. */
function compileObject(pattern: Record<string, Json>): Matcher {
  if (Object.keys(pattern).length === 0) throw invalid('Empty objects are not allowed');
  const tests = Object.entries(pattern).map(([field, inner]) =>
    field === '$or' && Array.isArray(inner) && inner.every(isObject) ? compileOr(inner) : compileField(field, inner),
  );
  return (event) => tests.every((test) => test(event));
}

function compileOr(alternatives: Record<string, Json>[]): Matcher {
  if (alternatives.length < 2) throw invalid('There must be at least 2 items in the $or relationship');
  const tests = alternatives.map(compileObject);
  return (event) => tests.some((test) => test(event));
}

function compileField(field: string, inner: Json): Matcher {
  if (isObject(inner)) {
    const matches = compileObject(inner);
    const matchesNothing = matches({});
    return (event) => {
      const found = objectsIn(event[field]);
      // What asks for absence only also matches where the whole branch is absent.
      return found.length === 0 ? matchesNothing : found.some(matches);
    };
  }
  if (!Array.isArray(inner)) throw invalid(`"${field}" must be an object or an array`);
  if (inner.length === 0) throw invalid('Empty arrays are not allowed');
  const tests = inner.map(leafTest);
  return (event) => {
    const leaves = leavesIn(event[field]);
    return tests.some((test) => test(leaves));
  };
}

/** The objects that a field holds; arrays, also nested ones, are looked into, so that one element must match the whole. */
function objectsIn(value: Json): Record<string, Json>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isObject(value) ? [value] : [];
}

/** The strings, numbers, booleans and nulls that a field holds, itself or in an array. */
function leavesIn(value: Json): Leaf[] {
  if (Array.isArray(value)) return value.flatMap(leavesIn);
  return value === undefined || isObject(value) ? [] : [value as Leaf];
}
