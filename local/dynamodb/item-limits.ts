import { invalid } from './errors.ts';

/*
 * What dynalite does not count (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html); the
 * sentences as a suite that runs against AWS, paritysuite/dynamodb-conformance, has them.
 */

/** Of an expression as it was sent, in bytes. */
const longestExpression = 4096;

/** The attribute itself is the first level. */
const deepestLevel = 32;

const tooDeep =
  'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit';

/** Refuses expressions that are too long and values that are too deep, in whatever part of a request on items. */
export function checkItemLimits(input: Record<string, unknown>): void {
  for (const part of partsOf(input)) {
    for (const [name, given] of Object.entries(part)) {
      if (name.endsWith('Expression') && typeof given === 'string') checkLength(name, given);
    }
    for (const value of [...valuesOf(part.Item), ...valuesOf(part.Key)]) if (isTooDeep(value)) throw invalid(tooDeep);
    for (const [name, value] of Object.entries(part.ExpressionAttributeValues ?? {})) {
      if (isTooDeep(value)) {
        throw invalid(`ExpressionAttributeValues contains invalid value: ${tooDeep} for key ${name}`);
      }
    }
  }
}

/** The request itself, the requests of a batch, the parts of a transaction. */
function partsOf(input: Record<string, unknown>): Record<string, unknown>[] {
  const batched = valuesOf(input.RequestItems).flatMap((table) => (Array.isArray(table) ? table : [table]));
  const inside = [...batched, ...valuesOf(input.TransactItems)].flatMap((request) => [request, ...valuesOf(request)]);
  return [input, ...inside].filter((part) => typeof part === 'object' && part !== null) as Record<string, unknown>[];
}

const valuesOf = (of: unknown): unknown[] => (typeof of === 'object' && of !== null ? Object.values(of) : []);

function checkLength(name: string, expression: string): void {
  const size = Buffer.byteLength(expression);
  if (size <= longestExpression) return;
  const said = name === 'UpdateExpression' ? '' : ` expression size: ${size}`;
  throw invalid(`Invalid ${name}: Expression size has exceeded the maximum allowed size;${said}`);
}

function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > deepestLevel) return true;
    level = level.flatMap((one) => {
      const { M, L } = (one ?? {}) as { M?: unknown; L?: unknown };
      return [...valuesOf(M), ...valuesOf(L)];
    });
  }
  return false;
}
