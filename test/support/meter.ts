import type { Call, Intercept } from '../../local/service.ts';

/** What AWS would charge for: units of the catalog, events, and calls by operation. */
export interface Metered {
  calls: number;
  byOperation: Record<string, number>;
  readUnits: number;
  writeUnits: number;
  events: number;
}

export const nothingMetered = (): Metered => ({ calls: 0, byOperation: {}, readUnits: 0, writeUnits: 0, events: 0 });

type Attributes = Record<string, unknown>;

interface Done {
  call: Call;
  answer?: unknown;
}

/** As DynamoDB counts it, near enough: names and values, 3 bytes around each list and map, 1 for an element of one. */
function bytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + bytesOf(one), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, one]) => {
    if (name === 'N') return sum + Math.ceil(String(one).length / 2) + 1;
    if (name === 'L' || name === 'M') return sum + 3 + bytesOf(one);
    return sum + (/^(S|B|BOOL|NULL|SS|NS|BS)$/.test(name) ? 0 : Buffer.byteLength(name) + 1) + bytesOf(one);
  }, 0);
}

const unitsOf = (bytes: number, perUnit: number): number => Math.max(1, Math.ceil(bytes / perUnit));

/**
 * Write units of one call to the catalog on demand: a kilobyte each, refused writes too, and one more for each entry of
 * the index `due` that goes or comes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
function writeUnitsOf({ call, answer }: Done): number {
  const {
    UpdateExpression = '',
    Item,
    ExpressionAttributeValues,
    Key,
  } = call.input as Record<string, Attributes> & {
    UpdateExpression?: string;
  };
  const written = ((answer as { Attributes?: Attributes } | undefined)?.Attributes ?? Item) as Attributes | undefined;
  const base = unitsOf(bytesOf(written ?? { ...Key, ...ExpressionAttributeValues }), 1024);
  if (answer === undefined) return base;
  const dueAt = /(#?dueAt)\b/;
  const [sets = '', removes = ''] = UpdateExpression.split(/\bREMOVE\b/);
  const index = dueAt.test(sets) ? 2 : dueAt.test(removes) || (Item !== undefined && 'dueAt' in Item) ? 1 : 0;
  return base + index;
}

/** Read units: 4 KB each when strongly consistent, 8 KB of the index. */
function readUnitsOf({ call, answer }: Done): number {
  const { IndexName, RequestItems } = call.input as { IndexName?: string; RequestItems?: Attributes };
  const found = answer as { Item?: unknown; Items?: unknown[]; Responses?: Record<string, unknown[]> } | undefined;
  if (RequestItems !== undefined) {
    const keys = Object.values(RequestItems).flatMap((wanted) => (wanted as { Keys: unknown[] }).Keys);
    const items = Object.values(found?.Responses ?? {}).flat();
    return items.reduce((sum: number, item) => sum + unitsOf(bytesOf(item), 4096), keys.length - items.length);
  }
  const units = unitsOf(bytesOf(found?.Items ?? found?.Item ?? ''), 4096);
  return IndexName === undefined ? units : units / 2;
}

/** Meters every call of that AWS from now on. */
export const metering =
  (metered: Metered | ((call: Call) => Metered)): Intercept =>
  async (call, perform) => {
    const into = typeof metered === 'function' ? metered(call) : metered;
    const count = (answer?: unknown) => {
      into.calls++;
      into.byOperation[call.operation] = (into.byOperation[call.operation] ?? 0) + 1;
      if (/^(Put|Update|Delete)Item$/.test(call.operation)) into.writeUnits += writeUnitsOf({ call, answer });
      if (/^(GetItem|BatchGetItem|Query)$/.test(call.operation)) into.readUnits += readUnitsOf({ call, answer });
      if (call.operation === 'PutEvents') into.events += (call.input.Entries as unknown[]).length;
    };
    try {
      const answer = await perform();
      count(answer ?? {});
      return answer;
    } catch (error) {
      count();
      throw error;
    }
  };
