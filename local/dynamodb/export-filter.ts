import { checked, type Item, maxItemSize, perform, type Schema, type Store } from './dynalite.ts';
import type { Items, Snapshot } from './items.ts';

export interface FilterSpecification {
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}

/** A filter is a Query when it has a key condition, else a Scan: the model says that it has their syntax and rules. */
function searchOf(schema: Schema, filter: FilterSpecification, from?: Item) {
  const given = Object.entries({ ...filter, ExclusiveStartKey: from }).filter(([, part]) => part != null);
  return {
    operation: filter.KeyConditionExpression == null ? 'Scan' : 'Query',
    request: { TableName: schema.TableName, ...Object.fromEntries(given) },
  };
}

const storeOf = (schema: Schema, items: Items): Store => ({
  options: { maxItemSize },
  getTable(_name, check, done = check as Exclude<typeof check, boolean>) {
    done(null, schema);
  },
  getItemDb: () => items,
  getIndexDb() {
    throw new Error('A filter does not read indexes.');
  },
});

/** Refuses, in DynamoDB's words, an expression that cannot be read or does not fit the table's keys. */
export async function checkFilter(schema: Schema, filter: FilterSpecification, none: Items): Promise<void> {
  const { operation, request } = searchOf(schema, filter);
  const store = storeOf(schema, none);
  await perform(operation, checked(operation, request, store), store);
}

/** The items that fit, as projected, a page in memory at a time. */
export async function* filtered(schema: Schema, filter: FilterSpecification, snapshot: Snapshot): AsyncGenerator<Item> {
  const store = storeOf(schema, snapshot.copy());
  let from: Item | undefined;
  do {
    const { operation, request } = searchOf(schema, filter, from);
    const page = await perform(operation, checked(operation, request, store), store);
    yield* page.Items as Item[];
    from = page.LastEvaluatedKey as Item | undefined;
  } while (from !== undefined);
}
