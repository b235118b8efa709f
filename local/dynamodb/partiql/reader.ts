import type { Value } from '../dynalite.ts';
import { malformed, type Token, tokensOf } from './tokens.ts';

/** A condition of a WHERE, as an expression of DynamoDB's other API; with the attribute that it is about when it is simple. */
export interface Condition {
  expression: string;
  attribute?: string;
  operator?: string;
  /** The placeholder of what it is compared with. */
  value?: string;
}

const deepest = 100;

/** Reads a statement from its beginning; names and values become placeholders. */
export class Reader {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, Value> = {};
  #tokens: Token[];
  #parameters: Value[];
  #at = 0;
  #depth = 0;

  constructor(statement: string, parameters: Value[]) {
    this.#tokens = tokensOf(statement);
    this.#parameters = [...parameters];
  }

  /** Whether these words come next; if so, they are taken. */
  take(...words: string[]): boolean {
    const isNext = words.every((word, offset) => isWord(this.#tokens[this.#at + offset], word));
    if (isNext) this.#at += words.length;
    return isNext;
  }

  /** The one of these words that comes next. */
  either(...words: string[]): string {
    const word = words.find((one) => this.take(one));
    if (word === undefined) throw malformed(`Expected ${words.join(' or ')} instead of ${this.#next.value}`);
    return word;
  }

  expect(...words: string[]): void {
    if (!this.take(...words)) throw malformed(`Expected ${words.join(' ')} instead of ${this.#next.value}`);
  }

  end(): void {
    if (this.#next.kind !== 'end') throw malformed(`Unexpected ${this.#next.value}`);
    if (this.#parameters.length > 0) throw malformed('There are more parameters than question marks');
  }

  name(): string {
    const token = this.#next;
    if (token.kind !== 'name' && token.kind !== 'quoted') throw malformed(`Expected a name instead of ${token.value}`);
    this.#at++;
    return token.value;
  }

  /** A list between marks, which may be empty. */
  list<One>(read: () => One, close: string): One[] {
    const found: One[] = [];
    if (this.take(close)) return found;
    do found.push(read());
    while (this.take(','));
    this.expect(close);
    return found;
  }

  /** A path in an item, as an expression. */
  path(): string {
    let path = this.placeholder(this.name());
    for (;;) {
      if (this.take('.')) path += `.${this.placeholder(this.name())}`;
      else if (this.take('[')) {
        path += `[${this.#number()}]`;
        this.expect(']');
      } else return path;
    }
  }

  placeholder(name: string): string {
    const known = Object.entries(this.names).find(([, one]) => one === name)?.[0];
    const placeholder = known ?? `#n${Object.keys(this.names).length}`;
    this.names[placeholder] = name;
    return placeholder;
  }

  hold(value: Value): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  value(): Value {
    return this.#deeper(() => this.#value());
  }

  #value(): Value {
    const { kind, value } = this.#next;
    if (this.take('?')) {
      const parameter = this.#parameters.shift();
      if (parameter === undefined) throw malformed('There are fewer parameters than question marks');
      return parameter;
    }
    if (kind === 'text') return { S: this.#text() };
    if (this.take('-')) return { N: `-${this.#number()}` };
    if (kind === 'number') return { N: this.#number() };
    if (this.take('true')) return { BOOL: true };
    if (this.take('false')) return { BOOL: false };
    if (this.take('null')) return { NULL: true };
    if (this.take('[')) return { L: this.list(() => this.value(), ']') };
    if (this.take('{')) return { M: Object.fromEntries(this.list(() => this.#member(), '}')) };
    if (this.take('<<')) return setOf(this.list(() => this.value(), '>>'));
    throw malformed(`Expected a value instead of ${value}`);
  }

  /** Conditions that hold together. */
  where(): Condition[] {
    const all = [this.#negated()];
    while (this.take('and')) all.push(this.#negated());
    if (!this.take('or')) return all;
    const rest = this.where();
    return [{ expression: `(${joined(all)}) OR (${joined(rest)})` }];
  }

  /** What an attribute is set to: a value, a path, a sum or a function of these. */
  operand(): string {
    const first = this.#term();
    for (const sign of ['+', '-']) if (this.take(sign)) return `${first} ${sign} ${this.#term()}`;
    return first;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #text(): string {
    return (this.#tokens[this.#at++] as Token).value;
  }

  #number(): string {
    if (this.#next.kind !== 'number') throw malformed(`Expected a number instead of ${this.#next.value}`);
    return this.#text();
  }

  #member(): [string, Value] {
    const name = this.#next.kind === 'text' ? this.#text() : this.name();
    this.expect(':');
    return [name, this.value()];
  }

  #isCall(): boolean {
    return this.#next.kind === 'name' && this.#tokens[this.#at + 1]?.value === '(';
  }

  #term(): string {
    if (this.#isCall()) {
      const name = this.name().toLowerCase();
      this.expect('(');
      return `${name}(${this.list(() => this.#term(), ')').join(', ')})`;
    }
    const isName =
      this.#next.kind === 'quoted' || (this.#next.kind === 'name' && !constants.has(this.#next.value.toLowerCase()));
    return isName ? this.path() : this.hold(this.value());
  }

  /** Refuses what is nested so deep that nobody wrote it. */
  #deeper<One>(read: () => One): One {
    this.#depth++;
    if (this.#depth > deepest) throw malformed('It is nested too deep');
    const found = read();
    this.#depth--;
    return found;
  }

  #negated(): Condition {
    return this.#deeper(() => this.#condition());
  }

  #condition(): Condition {
    if (this.take('not')) return { expression: `NOT (${this.#negated().expression})` };
    if (!this.take('(')) return this.#comparison();
    const inner = this.where();
    this.expect(')');
    return inner.length === 1 ? (inner[0] as Condition) : { expression: `(${joined(inner)})` };
  }

  #comparison(): Condition {
    if (this.#isCall()) return this.#function();
    const attribute = this.#next.value;
    const path = this.path();
    const isPlain = path === this.placeholder(attribute);
    const about = (operator: string, value: string, expression: string): Condition =>
      isPlain ? { expression, attribute, operator, value } : { expression };
    if (this.take('is')) return this.#is(path);
    if (this.take('between')) {
      const low = this.hold(this.value());
      this.expect('and');
      const expression = `${path} BETWEEN ${low} AND ${this.hold(this.value())}`;
      return about('BETWEEN', low, expression);
    }
    if (this.take('in')) {
      const close = this.either('(', '[') === '(' ? ')' : ']';
      return { expression: `${path} IN (${this.list(() => this.hold(this.value()), close).join(', ')})` };
    }
    const operator = this.#operator();
    const value = this.#term();
    return about(operator, value, `${path} ${operator} ${value}`);
  }

  #function(): Condition {
    const attribute = this.#tokens[this.#at + 2]?.value ?? '';
    const call = this.#term();
    if (call.startsWith('size(')) return { expression: `${call} ${this.#operator()} ${this.#term()}` };
    const [, name, value] = /^(begins_with)\([^.[]+, (:v\d+)\)$/.exec(call) ?? [];
    if (name === undefined || value === undefined) return { expression: call };
    return { expression: call, attribute, operator: name, value };
  }

  #is(path: string): Condition {
    const isNot = this.take('not');
    if (this.take('missing')) return { expression: `attribute_${isNot ? '' : 'not_'}exists(${path})` };
    this.expect('null');
    return { expression: `${isNot ? 'NOT ' : ''}attribute_type(${path}, ${this.hold({ S: 'NULL' })})` };
  }

  #operator(): string {
    for (const operator of ['=', '<>', '!=', '<=', '>=', '<', '>']) {
      if (this.take(operator)) return operator === '!=' ? '<>' : operator;
    }
    throw malformed(`Expected a comparison instead of ${this.#next.value}`);
  }
}

const constants = new Set(['true', 'false', 'null']);

const isWord = (token: Token | undefined, word: string): boolean =>
  (token?.kind === 'name' || token?.kind === 'mark') && token.value.toLowerCase() === word;

export const joined = (conditions: Condition[]): string =>
  conditions.map(({ expression }) => (/ OR /.test(expression) ? `(${expression})` : expression)).join(' AND ');

/** A set has values of one type, which the values say. */
function setOf(values: Value[]): Value {
  const type = Object.keys(values[0] ?? {})[0] ?? '';
  if (!['S', 'N', 'B'].includes(type) || values.some((value) => value[type] === undefined)) {
    throw malformed('A set has texts, numbers or bytes, and of one kind only');
  }
  return { [`${type}S`]: values.map((value) => value[type]) };
}
