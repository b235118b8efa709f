import type { AttributeValue } from './values.ts';

/*
 * Text Ion as far as DynamoDB's exports use it: structures, lists, strings, decimals, blobs, booleans, null, and sets by
 * annotations (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html, "Amazon Ion";
 * https://amazon-ion.github.io/ion-docs/docs/spec.html). ImportTable reads Ion itself; this is for windows.
 */

type Ion = Record<string, AttributeValue>;

/** A place in a line. */
class Reader {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  /** The next text that fits the pattern here, white space left out; undefined when there is none. */
  take(pattern: RegExp): string | undefined {
    space.lastIndex = this.#at;
    space.test(this.#line);
    const from = space.lastIndex;
    pattern.lastIndex = from;
    const found = pattern.exec(this.#line)?.[0];
    if (found === undefined) return undefined;
    this.#at = from + found.length;
    return found;
  }

  need(pattern: RegExp, what: string): string {
    const found = this.take(pattern);
    if (found === undefined) throw new Error(`There is no ${what} at position ${this.#at + 1} of the Ion line.`);
    return found;
  }
}

const space = /\s*/y;
const open = /\{(?!\{)/y;
const close = /\}/y;
const comma = /,/y;
const colon = /:(?!:)/y;
const openList = /\[/y;
const closeList = /\]/y;
const text = /"(?:[^"\\]|\\[\s\S])*"/y;
const quotedName = /'(?:[^'\\]|\\[\s\S])*'/y;
const name = /[A-Za-z_$][\w$]*/y;
const blob = /\{\{[^}"]*\}\}/y;
const set = /\$dynamodb_(?:SS|NS|BS)\s*::/y;
const word = /(?:true|false|null(?:\.\w+)?)(?![\w$])/y;
const number = /-?\d[\d_]*(?:\.[\d_]*)?(?:[dDeE][+-]?\d+)?/y;
const version = /\$ion_1_0(?![\w$])/y;

/** The structure of a line as DynamoDB's JSON has it: each member is an item. Throws for what is none. */
export function readIon(line: string): Record<string, Ion> {
  const reader = new Reader(line);
  reader.take(version);
  const members = structureIn(reader);
  reader.need(/$/y, 'end');
  return Object.fromEntries(
    Object.entries(members).map(([member, value]) => {
      if (!('M' in value)) throw new Error(`${member} is no structure.`);
      return [member, value.M];
    }),
  );
}

function structureIn(reader: Reader): Ion {
  reader.need(open, '{');
  const members: [string, AttributeValue][] = [];
  while (reader.take(close) === undefined) {
    const member = nameIn(reader);
    reader.need(colon, 'colon');
    members.push([member, valueIn(reader)]);
    if (reader.take(comma) !== undefined) continue;
    reader.need(close, '}');
    break;
  }
  return Object.fromEntries(members);
}

function nameIn(reader: Reader): string {
  const quoted = reader.take(quotedName) ?? reader.take(text);
  return quoted === undefined ? reader.need(name, 'name') : unescaped(quoted);
}

function valueIn(reader: Reader): AttributeValue {
  const annotation = reader.take(set);
  if (annotation !== undefined) return setIn(reader, annotation);
  const string = reader.take(text);
  if (string !== undefined) return { S: unescaped(string) };
  const bytes = reader.take(blob);
  if (bytes !== undefined) return { B: bytes.slice(2, -2).replaceAll(/\s/g, '') };
  if (reader.take(openList) !== undefined) return { L: listIn(reader) };
  const said = reader.take(word);
  if (said !== undefined) return said.startsWith('null') ? { NULL: true } : { BOOL: said === 'true' };
  const digits = reader.take(number);
  if (digits !== undefined) return { N: numberOf(digits) };
  return { M: structureIn(reader) };
}

function listIn(reader: Reader): AttributeValue[] {
  const list: AttributeValue[] = [];
  while (reader.take(closeList) === undefined) {
    list.push(valueIn(reader));
    if (reader.take(comma) !== undefined) continue;
    reader.need(closeList, ']');
    break;
  }
  return list;
}

function setIn(reader: Reader, annotation: string): AttributeValue {
  reader.need(openList, '[');
  const members = listIn(reader);
  const type = annotation.slice('$dynamodb_'.length, '$dynamodb_'.length + 2) as 'SS' | 'NS' | 'BS';
  const of = type.charAt(0) as 'S' | 'N' | 'B';
  const values = members.map((member) => (member as Record<string, string | undefined>)[of]);
  if (values.includes(undefined)) throw new Error(`A set of ${of} has something else in it.`);
  return { [type]: values } as AttributeValue;
}

/** `103.` is 103, `6d2` is 6e2. */
const numberOf = (digits: string): string =>
  digits
    .replaceAll('_', '')
    .replace(/[dD]/, 'e')
    .replace(/\.(?!\d)/, '');

const shortEscapes: Record<string, string> = {
  ...{ a: '\u0007', b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', v: '\v' },
  '0': '\0',
};
const escapes = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g;

const unescaped = (quoted: string): string =>
  quoted.slice(1, -1).replaceAll(escapes, (_, x?: string, u?: string, long?: string, one = '') => {
    const hex = x ?? u ?? long;
    return hex === undefined ? (shortEscapes[one] ?? one) : String.fromCodePoint(Number.parseInt(hex, 16));
  });
