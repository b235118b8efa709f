import { createRequire } from 'node:module';
import { AwsError } from '../service.ts';
import type { Items } from './items.ts';

/*
 * The one door to dynalite (https://github.com/architect/dynalite, Apache-2.0): its validations and its actions on
 * items, called without its server, on a store of our own. It has no types, so they are said here.
 */

export type Value = Record<string, unknown>;
export type Item = Record<string, Value>;

export interface KeySchemaElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

/** What dynalite reads of a table. */
export interface Schema {
  TableName: string;
  KeySchema: KeySchemaElement[];
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
  LocalSecondaryIndexes?: object[];
  GlobalSecondaryIndexes?: object[];
}

type Done<T> = (error: unknown, result?: T) => void;

/** What is asked of an index. */
export type IndexRows = Pick<Items, 'put' | 'del' | 'createValueStream' | 'unitsToWrite'>;

/** What is asked of a table's items. */
export type ItemRows = Pick<Items, 'get' | 'put' | 'del' | 'lock' | 'createValueStream'>;

/** What dynalite's actions and validations are given instead of its database. */
export interface Store {
  options: { maxItemSize: number };
  getTable(name: string, checkStatus: boolean | Done<Schema>, done?: Done<Schema>): void;
  getItemDb(table: string): ItemRows;
  getIndexDb(type: string, table: string, index: string): IndexRows;
}

interface Validation {
  types: object;
  custom(data: object, store?: Store): string | undefined;
}

interface Actions {
  puts: { index: string; key: string; item: Item }[];
}

const load = createRequire(import.meta.url);
const database = load('dynalite/db') as {
  itemSize(item: Item): number;
  createKey(item: Item, table: Schema): string;
  getIndexActions(indexes: object[], existing: undefined, item: Item, table: Schema): Actions;
};
const validations = load('dynalite/validations') as {
  checkTypes(data: object, types: object): object;
  checkValidations(data: object, types: object, custom: Validation['custom'], store: Store): void;
};

/** In bytes, as DynamoDB counts an item against its limit of 400 KB. */
export const itemSize = database.itemSize;
export const keyOf = database.createKey;
export const maxItemSize = 400 * 1024;

/** The row of an index that an item has, if it has one. */
export const indexRow = (index: object, item: Item, table: Schema): { key: string; item: Item } | undefined =>
  database.getIndexActions([index], undefined, item, table).puts[0];

const fileOf = (operation: string): string => operation.charAt(0).toLowerCase() + operation.slice(1);

/** Refuses a request in DynamoDB's words; answers it in the form that the action takes. */
export function checked(operation: string, input: Record<string, unknown>, store: Store): Record<string, unknown> {
  const { types, custom } = load(`dynalite/validations/${fileOf(operation)}`) as Validation;
  try {
    const data = validations.checkTypes({ ...input }, types);
    validations.checkValidations(data, types, custom, store);
    return data as Record<string, unknown>;
  } catch (error) {
    throw translated(error);
  }
}

/** The rules of a request that its shape cannot say, e.g. which attributes of a new table must be defined. */
export function ruleBroken(operation: 'CreateTable', input: Record<string, unknown>): string | undefined {
  return (load(`dynalite/validations/${fileOf(operation)}`) as Validation).custom(input);
}

/** Runs an action on a request that was checked. Get, Put, Update and DeleteItem are done before this returns. */
export function perform(operation: string, data: object, store: Store): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    actionOf(operation)(store, data, (error, result = {}) => (error ? reject(translated(error)) : resolve(result)));
  });
}

/** The same for Get, Put, Update and DeleteItem, where nothing else may run before the answer is there. */
export function performAtOnce(operation: string, data: object, store: Store): Record<string, unknown> {
  const outcomes: { error: unknown; result: Record<string, unknown> }[] = [];
  actionOf(operation)(store, data, (error, result = {}) => outcomes.push({ error, result }));
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error(`${operation} is not done at once.`);
  if (outcome.error) throw translated(outcome.error);
  return outcome.result;
}

type Action = (store: Store, data: object, done: Done<Record<string, unknown>>) => void;

const actionOf = (operation: string): Action => load(`dynalite/actions/${fileOf(operation)}`) as Action;

/** AWS begins this sentence in one way, dynalite in two. */
const emptyKey = 'The AttributeValue for a key attribute';

/** dynalite's errors carry the body of an answer; whatever else is thrown is a defect and passes. */
function translated(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: Record<string, unknown> };
  if (statusCode === undefined || body === undefined) return error;
  const code = String(body.__type).split('#').pop() ?? '';
  const message = String(body.message ?? body.Message ?? '');
  return new AwsError(code, message.replace(`were invalid: ${emptyKey}`, `are not valid. ${emptyKey}`), statusCode);
}
