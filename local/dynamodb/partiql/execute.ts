import { AwsError, type Call, type Permission } from '../../service.ts';
import { dataOperations } from '../data.ts';
import type { Item, Value } from '../dynalite.ts';
import { invalid } from '../errors.ts';
import type { Operations, Region, Table, World } from '../state.ts';
import { type Condition, joined } from './reader.ts';
import { readStatement, type Statement } from './statement.ts';

type Input = Record<string, unknown>;
type Answer = Record<string, unknown>;
type Run = (operation: string, input: Input) => Promise<Answer>;

/**
 * PartiQL: one statement, or up to 25, as the operations that do the same
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html).
 */
export function partiqlOperations(world: World): Operations {
  const operations = dataOperations(world);
  const execute = (call: Call, input: Input): Promise<Answer> => {
    const run: Run = async (operation, asked) =>
      (await operations[operation]?.({ ...call, operation, input: asked })) as Answer;
    return perform(world.region(call), run, input);
  };
  return {
    ExecuteStatement: (call) => execute(call, call.input),
    BatchExecuteStatement: async (call) => {
      const Responses: Answer[] = [];
      for (const statement of call.input.Statements as Input[]) {
        Responses.push(await oneOfMany(statement, () => execute(call, statement)));
      }
      return { Responses };
    },
  };
}

const statementOf = ({ Statement, Parameters }: Input): Statement =>
  readStatement(String(Statement), (Parameters ?? []) as Value[]);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html */
export function partiqlPermissions({ input }: Call, region: Region): Permission[] {
  const asked = Array.isArray(input.Statements) ? (input.Statements as Input[]) : [input];
  return asked.map(statementOf).map(({ kind, table, index }) => ({
    action: `dynamodb:PartiQL${kind}`,
    resource: region.arn(`table/${table}${index === undefined ? '' : `/index/${index}`}`),
  }));
}

async function oneOfMany(input: Input, execute: () => Promise<Answer>): Promise<Answer> {
  const { table: TableName } = statementOf(input);
  try {
    const { Items } = await execute();
    const [Item] = (Items ?? []) as Item[];
    return { TableName, ...(Item && { Item }) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const Code = error.code === 'ValidationException' ? 'ValidationError' : error.code.replace(/Exception$/, '');
    return { TableName, Error: { Code, Message: error.message } };
  }
}

function perform(region: Region, run: Run, input: Input): Promise<Answer> {
  const statement = statementOf(input);
  const table = region.tables.get(statement.table);
  if (table === undefined) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
  return { Select: select, Insert: insert, Update: change, Delete: change }[statement.kind](
    statement,
    table,
    run,
    input,
  );
}

/** A Query where the partition key is given, else a Scan. */
async function select(statement: Statement, table: Table, run: Run, input: Input): Promise<Answer> {
  const { index, where, columns, isDescending } = statement;
  const [hash = '', sort = ''] = keysOf(table, index);
  const isOn = ({ attribute, value }: Condition, key: string) => attribute === key && value?.startsWith(':') === true;
  const onHash = where.find((condition) => isOn(condition, hash) && condition.operator === '=');
  const onSort = where.find((condition) => isOn(condition, sort) && condition.operator !== '<>');
  const keyed = [onHash, onSort].filter((condition) => condition !== undefined);
  const rest = where.filter((condition) => !keyed.includes(condition));
  const keyNames = [hash, sort].map((name) => placeholderOf(statement, name));
  const isQuery =
    onHash !== undefined && !rest.some(({ expression }) => keyNames.some((name) => mentions(expression, name)));
  const expressions = {
    ...(isQuery && { KeyConditionExpression: joined(keyed) }),
    ...filterOf(isQuery ? rest : where),
    ...(columns.length > 0 && { ProjectionExpression: columns.join(', ') }),
  };
  const { Limit, ConsistentRead, NextToken, ReturnConsumedCapacity } = input;
  const found = await run(isQuery ? 'Query' : 'Scan', {
    TableName: statement.table,
    ...(index !== undefined && { IndexName: index }),
    ...expressions,
    ...placeholders(statement, expressions),
    ...given({ Limit, ConsistentRead, ReturnConsumedCapacity }),
    ...(NextToken != null && { ExclusiveStartKey: keyIn(String(NextToken)) }),
    ...(isQuery && { ScanIndexForward: !isDescending }),
  });
  const { Items, LastEvaluatedKey, ConsumedCapacity } = found;
  const NextPage = LastEvaluatedKey && Buffer.from(JSON.stringify(LastEvaluatedKey)).toString('base64');
  return given({ Items, LastEvaluatedKey, NextToken: NextPage, ConsumedCapacity });
}

async function insert(statement: Statement, table: Table, run: Run, input: Input): Promise<Answer> {
  const [hash = ''] = keysOf(table);
  const asked = {
    TableName: statement.table,
    Item: statement.item,
    ConditionExpression: 'attribute_not_exists(#hash)',
    ExpressionAttributeNames: { '#hash': hash },
    ...given({ ReturnConsumedCapacity: input.ReturnConsumedCapacity }),
  };
  const done = run('PutItem', asked).catch((error: unknown) => {
    if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
    throw new AwsError('DuplicateItemException', 'Duplicate primary key exists in table');
  });
  return given({ Items: [], ConsumedCapacity: (await done).ConsumedCapacity });
}

/** An item that is there is updated, one is deleted, when the other conditions hold, too. */
async function change(statement: Statement, table: Table, run: Run, input: Input): Promise<Answer> {
  const { where, update, returns } = statement;
  const keys = keysOf(table).map((name) =>
    where.find(({ attribute, operator, value }) => attribute === name && operator === '=' && value?.startsWith(':')),
  );
  if (keys.includes(undefined)) {
    throw invalid('Where clause does not contain a mandatory equality on all key attributes');
  }
  const Key = Object.fromEntries(
    keys.map((condition) => [condition?.attribute, statement.values[condition?.value ?? '']]),
  );
  const rest = where.filter((condition) => !keys.includes(condition));
  const hash = placeholderOf(statement, keys[0]?.attribute ?? '');
  const exists: Condition[] = update === undefined ? [] : [{ expression: `attribute_exists(${hash})` }];
  const conditions = [...exists, ...rest];
  const expressions = {
    ...(update !== undefined && { UpdateExpression: update }),
    ...(conditions.length > 0 && { ConditionExpression: joined(conditions) }),
  };
  const { ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure } = input;
  const done = await run(update === undefined ? 'DeleteItem' : 'UpdateItem', {
    TableName: statement.table,
    Key,
    ...expressions,
    ...placeholders(statement, expressions),
    ...given({ ReturnValues: returns, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure }),
  });
  return given({ Items: done.Attributes ? [done.Attributes] : [], ConsumedCapacity: done.ConsumedCapacity });
}

function keysOf({ keys, localIndexes, globalIndexes }: Table, index?: string): string[] {
  const found = [...localIndexes, ...globalIndexes].find(({ IndexName }) => IndexName === index);
  if (index !== undefined && found === undefined) {
    throw invalid(`The table does not have the specified index: ${index}`);
  }
  return (found?.KeySchema ?? keys).map(({ AttributeName }) => AttributeName);
}

const filterOf = (conditions: Condition[]) => (conditions.length > 0 ? { FilterExpression: joined(conditions) } : {});

const placeholderOf = ({ names }: Statement, name: string): string =>
  Object.keys(names).find((placeholder) => names[placeholder] === name) ?? '';

const mentions = (expression: string, placeholder: string): boolean =>
  placeholder !== '' && new RegExp(`${placeholder}(?!\\d)`).test(expression);

/** Those that the expressions mention: others are refused. */
function placeholders({ names, values }: Statement, expressions: Record<string, string>): Input {
  const text = Object.values(expressions).join(' ');
  const used = <One>(all: Record<string, One>) => Object.entries(all).filter(([name]) => mentions(text, name));
  const [usedNames, usedValues] = [used(names), used(values)];
  return {
    ...(usedNames.length > 0 && { ExpressionAttributeNames: Object.fromEntries(usedNames) }),
    ...(usedValues.length > 0 && { ExpressionAttributeValues: Object.fromEntries(usedValues) }),
  };
}

/** What is there. */
const given = (members: Input): Input =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));

function keyIn(token: string): Item {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Item;
  } catch {
    throw invalid('Invalid NextToken');
  }
}
