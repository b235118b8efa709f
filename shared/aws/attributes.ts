import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Attributes = Record<string, AttributeValue>;

/**
 * Plain JavaScript as DynamoDB writes it: text, numbers, booleans, null, bytes, lists, maps and sets of text, which is
 * all that the catalog holds. What is undefined is left out. Throws on anything else.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export function toAttributes(item: object): Attributes {
  const given = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name.replace(protoName, '_$&'), toAttribute(value)]));
}

/** The SDK assigns names of maps, and so would lose one called __proto__: the catalog has it with one `_` more. */
const protoName = /^_*__proto__$/;

function toAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return { N: String(value) };
  if (value instanceof Uint8Array) return { B: value };
  if (Array.isArray(value)) return { L: value.filter((one) => one !== undefined).map(toAttribute) };
  if (value instanceof Set && value.size > 0 && [...value].every((one) => typeof one === 'string')) {
    return { SS: [...value] };
  }
  if (isPlain(value)) return { M: toAttributes(value) };
  throw new TypeError(`The catalog cannot hold ${String(value)}.`);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The other way round. A set comes back as a `Set`. */
export const fromAttributes = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      protoName.test(name) ? name.slice(1) : name,
      fromAttribute(value),
    ]),
  );

function fromAttribute({ S, N, BOOL, NULL, B, L, M, SS }: AttributeValue): unknown {
  if (NULL) return null;
  if (N !== undefined) return Number(N);
  if (L) return L.map(fromAttribute);
  if (M) return fromAttributes(M);
  return S ?? BOOL ?? B ?? (SS && new Set(SS));
}
