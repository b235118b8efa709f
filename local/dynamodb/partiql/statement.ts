import type { Item, Value } from '../dynalite.ts';
import { type Condition, Reader } from './reader.ts';
import { malformed } from './tokens.ts';

/** A statement, with its names and values as placeholders of expressions. */
export interface Statement {
  kind: 'Select' | 'Insert' | 'Update' | 'Delete';
  table: string;
  index?: string;
  /** Of a Select; all when there are none. */
  columns: string[];
  /** Of an Insert. */
  item?: Item;
  /** Of an Update. */
  update?: string;
  where: Condition[];
  isDescending: boolean;
  returns?: string;
  names: Record<string, string>;
  values: Record<string, Value>;
}

/** Reads SELECT, INSERT, UPDATE and DELETE (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html). */
export function readStatement(text: string, parameters: Value[] = []): Statement {
  const reader = new Reader(text, parameters);
  const { names, values } = reader;
  const common = { columns: [], where: [], isDescending: false, names, values };
  const statement: Statement = { ...common, ...readKind(reader) };
  if (reader.take('where')) statement.where = reader.where();
  if (reader.take('order', 'by')) {
    reader.name();
    statement.isDescending = reader.take('desc');
    reader.take('asc');
  }
  if (reader.take('returning')) statement.returns = returning(reader);
  reader.end();
  return statement;
}

type Kind = Pick<Statement, 'kind' | 'table'> & Partial<Statement>;

function readKind(reader: Reader): Kind {
  if (reader.take('select')) return select(reader);
  if (reader.take('insert', 'into')) {
    const table = reader.name();
    reader.expect('value');
    const { M } = reader.value() as { M?: Item };
    if (M === undefined) throw malformed('INSERT takes one item, as a map');
    return { kind: 'Insert', table, item: M };
  }
  if (reader.take('delete', 'from')) return { kind: 'Delete', table: reader.name() };
  reader.expect('update');
  return update(reader);
}

function select(reader: Reader): Kind {
  const columns: string[] = [];
  if (!reader.take('*')) {
    do columns.push(reader.path());
    while (reader.take(','));
  }
  reader.expect('from');
  const table = reader.name();
  return { kind: 'Select', columns, table, ...(reader.take('.') && { index: reader.name() }) };
}

function update(reader: Reader): Kind {
  const table = reader.name();
  const sets: string[] = [];
  const removes: string[] = [];
  for (;;) {
    if (reader.take('set')) {
      do {
        const path = reader.path();
        reader.expect('=');
        sets.push(`${path} = ${reader.operand()}`);
      } while (reader.take(','));
    } else if (reader.take('remove')) removes.push(reader.path());
    else break;
  }
  if (sets.length + removes.length === 0) throw malformed('UPDATE sets or removes something');
  const parts = [sets.length > 0 && `SET ${sets.join(', ')}`, removes.length > 0 && `REMOVE ${removes.join(', ')}`];
  return { kind: 'Update', table, update: parts.filter(Boolean).join(' ') };
}

function returning(reader: Reader): string {
  const which = reader.either('all', 'modified') === 'all' ? 'ALL' : 'UPDATED';
  const when = reader.either('old', 'new').toUpperCase();
  reader.expect('*');
  return `${which}_${when}`;
}
