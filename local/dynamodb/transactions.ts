import { AwsError, type Call } from '../service.ts';
import { perRegion } from '../state.ts';
import { IndexWrites } from './capacity.ts';
import { storeOf } from './data.ts';
import { checked, type Item, itemSize, performAtOnce } from './dynalite.ts';
import { invalid } from './errors.ts';
import { tableName } from './lookup.ts';
import { Staged } from './staged.ts';
import type { Operations, Region, World } from './state.ts';
import { reuse, type Tokens } from './tokens.ts';

/** "A client request token is valid for 10 minutes after the first request that uses it is completed." */
const tokenMs = 10 * 60_000;

/** What all items together may have; only those that are put are counted here. The sentence is ours. */
const mostBytes = 4 * 2 ** 20;

/** What each write is as an operation of its own: a check is a deletion that is never done. */
const operations = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem',
  Get: 'GetItem',
};

type Kind = keyof typeof operations;
type Answer = Record<string, unknown>;

/** A part of a transaction, in the form that its operation takes. */
interface Part {
  kind: Kind;
  table: string;
  data: Record<string, unknown>;
}

/**
 * Several items at once, all or none of them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html). Nothing runs between the
 * first check and the last write: no transaction is ever in conflict with another.
 */
export function transactionOperations(world: World): Operations {
  const tokensOf = perRegion((): Tokens<Answer> => new Map());
  return {
    TransactWriteItems(call) {
      const tokens = tokensOf(call);
      const now = world.core.clock.now();
      for (const [token, { at }] of tokens) if (now >= at + tokenMs) tokens.delete(token);
      const token = String(call.input.ClientRequestToken ?? '');
      const known = reuse(tokens, token, call, now, 'IdempotentParameterMismatchException');
      if (known !== undefined) return known;
      const answer = write(world.region(call), call);
      if (token !== '') tokens.set(token, { answer, input: call.input, at: now });
      return answer;
    },
    TransactGetItems(call) {
      const store = storeOf(world.region(call));
      const parts = partsOf(call, world.region(call), ['Get'], 'TransactItems can only contain Get');
      const answers = allOrNone(parts, ({ data }) => performAtOnce('GetItem', data, store));
      const Responses = answers.map(({ Item }) => (Item === undefined ? {} : { Item }));
      return { ...capacity(answers, 'ReadCapacityUnits'), Responses };
    },
  };
}

function write(region: Region, call: Call): Answer {
  const rule = 'TransactItems can only contain one of Check, Put, Update or Delete';
  const parts = partsOf(call, region, ['ConditionCheck', 'Put', 'Update', 'Delete'], rule);
  const named = new Set(parts.map((part) => `${part.table}/${keyIn(region, part)}`));
  if (named.size < parts.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  const bytes = parts.reduce((sum, { data }) => sum + (data.Item == null ? 0 : itemSize(data.Item as Item)), 0);
  if (bytes > mostBytes) throw invalid('The aggregate size of the items in the transaction exceeds 4 MB');
  const staged = new Staged(storeOf(region));
  const answers = allOrNone(
    parts,
    ({ kind, data }) => {
      if (kind === 'ConditionCheck') return performAtOnce('DeleteItem', data, new Staged(storeOf(region)).store);
      const indexes = new IndexWrites(data.ReturnConsumedCapacity);
      return indexes.addTo(performAtOnce(operations[kind], data, indexes.watch(staged.store)));
    },
    (part) => (part.data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? itemOf(region, part) : undefined),
  );
  staged.commit();
  return capacity(answers, 'WriteCapacityUnits');
}

function partsOf(call: Call, region: Region, kinds: Kind[], rule: string): Part[] {
  const { TransactItems, ReturnConsumedCapacity = 'NONE' } = call.input;
  return (TransactItems as Partial<Record<Kind, Record<string, unknown>>>[]).map((item) => {
    const [kind, another] = kinds.filter((one) => item[one] != null);
    const given = kind && item[kind];
    if (kind === undefined || given == null || another !== undefined) throw invalid(rule);
    const table = tableName(call, given.TableName);
    const asked = {
      ...given,
      TableName: table,
      ReturnConsumedCapacity,
      ...(kind === 'Get' && { ConsistentRead: true }),
    };
    return { kind, table, data: { ...given, ...checked(operations[kind], asked, storeOf(region)) } };
  });
}

/** What each part answers; when one may not be done, the reasons of all. */
function allOrNone(parts: Part[], act: (part: Part) => Answer, seen?: (part: Part) => Item | undefined): Answer[] {
  const answers: Answer[] = [];
  const reasons = parts.map((part) => {
    try {
      answers.push(act(part));
      return { Code: 'None' };
    } catch (error) {
      const code = error instanceof AwsError ? reasonCodes[error.code] : undefined;
      if (code === undefined || isOfTheRequest(error)) throw error;
      const item = code === 'ConditionalCheckFailed' ? seen?.(part) : undefined;
      return { Code: code, Message: (error as AwsError).message, ...(item !== undefined && { Item: item }) };
    }
  });
  if (answers.length === parts.length) return answers;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
}

/** Any other error is that of the whole request. */
const reasonCodes: Record<string, string> = {
  ConditionalCheckFailedException: 'ConditionalCheckFailed',
  ValidationException: 'ValidationError',
};

/** As seen at AWS (paritysuite/dynamodb-conformance): a key that is empty is refused before anything is begun. */
const isOfTheRequest = (error: unknown): boolean => String(error).includes('parameter values are not valid');

/** The values of the key's attributes, whatever they are. */
function keyIn(region: Region, { table, data }: Part): string {
  const keyed = (data.Key ?? data.Item) as Item;
  const names = region.tables.get(table)?.keys.map(({ AttributeName }) => AttributeName) ?? Object.keys(keyed).sort();
  return JSON.stringify(names.map((name) => keyed[name]));
}

function itemOf(region: Region, { table, data }: Part): Item | undefined {
  const request = {
    TableName: table,
    Key: data.Key ?? keyOnly(region, table, data.Item as Item),
    ConsistentRead: true,
  };
  return performAtOnce('GetItem', request, storeOf(region)).Item as Item | undefined;
}

function keyOnly(region: Region, table: string, item: Item): object {
  const names = region.tables.get(table)?.keys.map(({ AttributeName }) => AttributeName) ?? [];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

interface Consumed {
  TableName: string;
  CapacityUnits: number;
}

/** Twice that of the operations by themselves, for each table. */
function capacity(answers: Answer[], units: 'ReadCapacityUnits' | 'WriteCapacityUnits'): Answer {
  const byTable = new Map<string, number>();
  for (const { ConsumedCapacity } of answers) {
    if (ConsumedCapacity === undefined) continue;
    const { TableName, CapacityUnits } = ConsumedCapacity as Consumed;
    byTable.set(TableName, (byTable.get(TableName) ?? 0) + 2 * CapacityUnits);
  }
  if (byTable.size === 0) return {};
  const of = ([TableName, CapacityUnits]: [string, number]) => ({ TableName, CapacityUnits, [units]: CapacityUnits });
  return { ConsumedCapacity: [...byTable].map(of) };
}
