import { AwsError, type Call } from '../service.ts';
import { IndexWrites } from './capacity.ts';
import { checked, type Item, itemSize, keyOf, maxItemSize, perform, type Store } from './dynalite.ts';
import { invalid, noResource } from './errors.ts';
import { schemaOf, tableName } from './lookup.ts';
import { violation } from './model.ts';
import type { Operations, Region, Table, World } from './state.ts';

/** Sixteen megabytes, the most that one BatchGetItem answers. */
const largestBatchBytes = 16 * 1024 * 1024;

/** Reading and writing of items: dynalite's expressions and actions on our rows, with what dynalite does not know. */
export function dataOperations(world: World): Operations {
  return {
    GetItem: (call) => single(world, call),
    PutItem: (call) => single(world, call),
    UpdateItem: (call) => single(world, call),
    DeleteItem: (call) => single(world, call),
    Query: (call) => search(world, call),
    Scan: (call) => search(world, call),
    BatchWriteItem: (call) => {
      const store = storeOf(world.region(call));
      const data = checked(call.operation, { ...call.input, RequestItems: byName(call) }, store);
      return write(call.operation, data, store);
    },
    BatchGetItem: (call) => batchGet(world, call),
  };
}

/** A region's tables in the shape that dynalite's actions expect. */
export function storeOf({ tables }: Region): Store {
  return {
    options: { maxItemSize },
    getTable(name, check, done = check as Exclude<typeof check, boolean>) {
      const table = tables.get(name);
      // A table that is being deleted still takes reads and writes; one that is being created does not.
      if (table !== undefined && table.status !== 'CREATING') return done(null, schemaOf(table));
      const body = { __type: '#ResourceNotFoundException', message: 'Requested resource not found' };
      done({ statusCode: 400, body });
    },
    getItemDb: (name) => existing(tables, name).items,
    getIndexDb(_type, name, index) {
      const rows = existing(tables, name).indexRows.get(index);
      if (rows === undefined) throw invalid(`The table does not have the specified index: ${index}`);
      return rows;
    },
  };
}

function existing(tables: Map<string, Table>, name: string): Table {
  const table = tables.get(name);
  if (table === undefined) throw noResource(name);
  return table;
}

const returnsOnFailure = ['ALL_OLD', 'NONE'];

/** One item. A failed condition may answer with the item it saw: nothing runs between the failure and the reading. */
function single(world: World, call: Call): Promise<unknown> {
  const region = world.region(call);
  const store = storeOf(region);
  const name = nameOf(call);
  const data = checked(call.operation, { ...call.input, ...(name !== undefined && { TableName: name }) }, store);
  const wanted = call.input.ReturnValuesOnConditionCheckFailure ?? 'NONE';
  if (!returnsOnFailure.includes(String(wanted))) {
    const rule = `Member must satisfy enum value set: [${returnsOnFailure.join(', ')}]`;
    throw invalid(`1 validation error detected: ${violation(wanted, 'returnValuesOnConditionCheckFailure', rule)}`);
  }
  const answer = write(call.operation, data, store);
  if (wanted === 'NONE') return answer;
  const item = currentItem(region.tables.get(name ?? ''), (data.Key ?? data.Item) as Item);
  return answer.catch((error: unknown) => {
    if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    throw new AwsError(error.code, error.message, error.status, item && { Item: item });
  });
}

/** Runs the action; counts what it writes into indexes when the caller wants to know. */
async function write(operation: string, data: Record<string, unknown>, store: Store): Promise<Record<string, unknown>> {
  if (data.ReturnConsumedCapacity === undefined || data.ReturnConsumedCapacity === 'NONE') {
    return perform(operation, data, store);
  }
  const writes = new IndexWrites(data.ReturnConsumedCapacity);
  return writes.addTo(await perform(operation, data, writes.watch(store)));
}

function currentItem(table: Table | undefined, keyed: Item): Item | undefined {
  if (table === undefined || table.keys.some(({ AttributeName }) => keyed[AttributeName] === undefined)) return;
  return table.items.read(keyOf(keyed, schemaOf(table)));
}

function nameOf(call: Call): string | undefined {
  return typeof call.input.TableName === 'string' ? tableName(call) : undefined;
}

function search(world: World, call: Call): Promise<unknown> {
  const region = world.region(call);
  const store = storeOf(region);
  const name = nameOf(call);
  const data = checked(call.operation, { ...call.input, ...(name !== undefined && { TableName: name }) }, store);
  const index = region.tables.get(name ?? '')?.globalIndexes.find(({ IndexName }) => IndexName === data.IndexName);
  if (index?.status === 'CREATING') {
    throw invalid(`Cannot read from backfilling global secondary index: ${index.IndexName}`);
  }
  return world.core.during(perform(call.operation, data, store));
}

/** The members of `RequestItems` under their tables' names, which may be given as ARNs. */
function byName(call: Call): unknown {
  const { RequestItems } = call.input;
  if (typeof RequestItems !== 'object' || RequestItems === null || Array.isArray(RequestItems)) return RequestItems;
  return Object.fromEntries(Object.entries(RequestItems).map(([given, part]) => [tableName(call, given), part]));
}

interface Keys {
  Keys: Item[];
}

interface Got {
  Item?: Item;
  ConsumedCapacity?: { CapacityUnits: number };
}

/** In the order asked for (dynalite shuffles, which no seed repeats); what goes beyond 16 MB stays unprocessed. */
async function batchGet(world: World, call: Call): Promise<unknown> {
  const store = storeOf(world.region(call));
  const data = checked(call.operation, { ...call.input, RequestItems: byName(call) }, store);
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, Keys> = {};
  const consumed: object[] = [];
  let bytes = 0;
  for (const [table, { Keys, ...how }] of Object.entries(data.RequestItems as Record<string, Keys>)) {
    const found: Item[] = [];
    let units = 0;
    for (const Key of Keys) {
      const { ReturnConsumedCapacity } = data;
      const request = {
        TableName: table,
        Key,
        ...how,
        ...(ReturnConsumedCapacity !== undefined && { ReturnConsumedCapacity }),
      };
      const got = (await perform('GetItem', request, store)) as Got;
      units += got.ConsumedCapacity?.CapacityUnits ?? 0;
      bytes += got.Item ? itemSize(got.Item) : 0;
      if (bytes > largestBatchBytes) unprocessed[table] = { ...how, Keys: [...(unprocessed[table]?.Keys ?? []), Key] };
      else if (got.Item) found.push(got.Item);
    }
    responses[table] = found;
    consumed.push({ TableName: table, CapacityUnits: units });
  }
  const isCounted = ['TOTAL', 'INDEXES'].includes(String(data.ReturnConsumedCapacity));
  return { Responses: responses, UnprocessedKeys: unprocessed, ...(isCounted && { ConsumedCapacity: consumed }) };
}
