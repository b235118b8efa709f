import type { Item, Value } from './dynalite.ts';

/*
 * Reads the Ion text that imports take: what ion.ts writes, and what other writers make of such items
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html). Timestamps, symbols as
 * values, clobs and S-expressions have no attribute type and are refused.
 */

const token =
  /\s*(?:("(?:[^"\\]|\\[\s\S])*")|('(?:[^'\\]|\\[\s\S])*')|(\{\{[\s\S]*?\}\})|(::|[{}[\],:])|([^\s{}[\],:'"]+))/y;

type Kind = 'string' | 'quoted' | 'blob' | 'mark' | 'word' | 'end';

/** The words of a line, one after the other. */
class Words {
  kind: Kind = 'end';
  text = '';
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.next();
  }

  next(): void {
    token.lastIndex = this.#at;
    const found = token.exec(this.#source);
    if (found === null) {
      if (this.#source.slice(this.#at).trim() !== '')
        throw new Error(`This is no Ion: ${this.#source.slice(this.#at)}`);
      Object.assign(this, { kind: 'end', text: '' });
      return;
    }
    this.#at = token.lastIndex;
    const index = found.findIndex((part, at) => at > 0 && part !== undefined);
    this.kind = (['string', 'quoted', 'blob', 'mark', 'word'] as const)[index - 1] as Kind;
    this.text = found[index] as string;
  }

  /** Goes on if this is the mark. */
  takes(mark: string): boolean {
    const is = this.kind === 'mark' && this.text === mark;
    if (is) this.next();
    return is;
  }

  needs(mark: string): void {
    if (!this.takes(mark)) throw new Error(`Ion has ${this.text || 'ended'} where ${mark} was to be.`);
  }
}

/** The `Item` of a line, which may begin with Ion's version. Throws for what is none. */
export function readIonLine(line: string): Item {
  const words = new Words(line);
  if (words.kind === 'word' && words.text === '$ion_1_0') words.next();
  const { Item } = structOf(words);
  if (words.kind !== 'end' || Item === undefined || !('M' in Item)) throw new Error('The line has no Item.');
  return Item.M as Item;
}

function structOf(words: Words): Item {
  words.needs('{');
  const struct: Item = {};
  while (!words.takes('}')) {
    const name = words.kind === 'word' ? words.text : unescaped(words);
    words.next();
    words.needs(':');
    struct[name] = attributeOf(words);
    if (!words.takes(',')) {
      words.needs('}');
      break;
    }
  }
  return struct;
}

function listOf(words: Words): Value[] {
  words.needs('[');
  const list: Value[] = [];
  while (!words.takes(']')) {
    list.push(attributeOf(words));
    if (!words.takes(',')) {
      words.needs(']');
      break;
    }
  }
  return list;
}

const sets: Record<string, [type: string, of: string]> = {
  $dynamodb_SS: ['SS', 'S'],
  $dynamodb_NS: ['NS', 'N'],
  $dynamodb_BS: ['BS', 'B'],
};

function attributeOf(words: Words): Value {
  const { kind, text } = words;
  if (kind === 'mark' && text === '{') return { M: structOf(words) };
  if (kind === 'mark' && text === '[') return { L: listOf(words) };
  if (kind !== 'string' && kind !== 'blob' && kind !== 'word')
    throw new Error(`Ion has ${text} where a value was to be.`);
  const value =
    kind === 'string' ? { S: unescaped(words) } : kind === 'blob' ? { B: text.slice(2, -2).trim() } : undefined;
  words.next();
  if (value !== undefined) return value;
  const set = sets[text];
  if (set !== undefined && words.takes('::')) return setOf(words, set);
  return wordOf(text);
}

function setOf(words: Words, [type, of]: [type: string, of: string]): Value {
  const members = listOf(words).map((member) => member[of]);
  if (members.includes(undefined)) throw new Error(`A set of ${of} has something else in it.`);
  return { [type]: members };
}

function wordOf(text: string): Value {
  if (text === 'true' || text === 'false') return { BOOL: text === 'true' };
  if (/^null(\.\w+)?$/.test(text)) return { NULL: true };
  const number = text.replaceAll('_', '');
  if (/^-?\d+(\.\d*)?([dDeE][+-]?\d+)?$/.test(number))
    return { N: number.replace(/[dD]/, 'e').replace(/\.(?!\d)/, '') };
  throw new Error(`${text} is of no type that an attribute has.`);
}

const shortEscapes: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  v: '\v',
  0: '\0',
};

function unescaped({ kind, text }: Words): string {
  if (kind !== 'string' && kind !== 'quoted') throw new Error(`Ion has ${text || 'ended'} where a name was to be.`);
  return text
    .slice(1, -1)
    .replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(\n)|([\s\S]))/g, (_, x, u, U, end, one) => {
      const hex = x ?? u ?? U;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return end === undefined ? (shortEscapes[one] ?? one) : '';
    });
}
