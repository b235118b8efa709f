import { ExpressionError, type Token, tokensOf } from './tokens.ts';

/** What an expression uses of the names and values beside it. */
export interface Used {
  names: string[];
  values: string[];
}

/** Functions of a condition, and how many arguments they have. */
const functions = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
]);

/**
 * Reads an expression for its grammar alone, which AWS refuses without saying where:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html.
 * Whether it fits the keys, and which words are reserved, AWS says.
 * @throws ExpressionError with the position of what cannot be read.
 */
export function readExpression(text: string, kind: 'key' | 'condition' | 'projection'): Used {
  const tokens = tokensOf(text);
  if (kind === 'key') checkKeyCondition(tokens);
  const reader = new Reader(tokens);
  if (kind === 'projection') reader.projection();
  else reader.condition();
  reader.end();
  return reader.used;
}

/**
 * A key condition has less than a filter:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html.
 */
function checkKeyCondition(tokens: Token[]): void {
  for (const [index, { text, at }] of tokens.entries()) {
    const isCall =
      tokens[index + 1]?.text === '(' && (functions.has(text) || text === 'size') && text !== 'begins_with';
    if (isCall || ['OR', 'NOT', 'IN', '<>'].includes(text.toUpperCase())) {
      throw new ExpressionError(at, `a key condition has no ${text}`);
    }
  }
}

class Reader {
  readonly used: Used = { names: [], values: [] };
  readonly #tokens: Token[];
  #index = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  condition(): void {
    do this.#conjunction();
    while (this.#takes('OR'));
  }

  projection(): void {
    do this.#path();
    while (this.#takes(','));
  }

  end(): void {
    if (this.#next.kind !== 'end') this.#fail('nothing may follow, or AND or OR is missing');
  }

  #conjunction(): void {
    do this.#negation();
    while (this.#takes('AND'));
  }

  #negation(): void {
    while (this.#takes('NOT'));
    if (this.#takes('(')) {
      this.condition();
      this.#need(')');
      return;
    }
    const count = functions.get(this.#next.text);
    if (count !== undefined && this.#after.text === '(') this.#call(count);
    else this.#comparison();
  }

  /** What is asked of an attribute needs one; other functions take any operand, as in `contains(:ids, id)`. */
  #call(count: number): void {
    const isOfPath = this.#next.text.startsWith('attribute_');
    this.#index++;
    this.#need('(');
    if (isOfPath) this.#path();
    else this.#operand();
    for (let argument = 1; argument < count; argument++) {
      this.#need(',');
      this.#operand();
    }
    this.#need(')');
  }

  #comparison(): void {
    this.#operand();
    if (this.#takes('BETWEEN')) {
      this.#operand();
      this.#need('AND');
      this.#operand();
    } else if (this.#takes('IN')) {
      this.#need('(');
      do this.#operand();
      while (this.#takes(','));
      this.#need(')');
    } else if (!['=', '<>', '<', '<=', '>', '>='].some((sign) => this.#takes(sign))) {
      this.#fail('a comparison (= <> < <= > >=, BETWEEN or IN) is missing');
    } else this.#operand();
  }

  #operand(): void {
    const { kind, text } = this.#next;
    if (kind === 'value') {
      this.used.values.push(text);
      this.#index++;
    } else if (text === 'size' && this.#after.text === '(') this.#call(1);
    else this.#path();
  }

  #path(): void {
    this.#attribute();
    for (;;) {
      if (this.#takes('.')) this.#attribute();
      else if (this.#takes('[')) {
        if (this.#next.kind !== 'number') this.#fail('the number of an element is missing');
        this.#index++;
        this.#need(']');
      } else return;
    }
  }

  #attribute(): void {
    const { kind, text } = this.#next;
    const isKeyword = ['AND', 'OR', 'NOT', 'BETWEEN', 'IN'].includes(text.toUpperCase());
    if ((kind !== 'word' || isKeyword) && kind !== 'name') this.#fail('an attribute is missing');
    if (kind === 'name') this.used.names.push(text);
    this.#index++;
  }

  get #next(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: 'the end', at: 1 };
  }

  get #after(): Token {
    return this.#tokens[this.#index + 1] ?? this.#next;
  }

  /** Words are taken in whatever case. */
  #takes(text: string): boolean {
    if (this.#next.kind === 'end' || this.#next.text.toUpperCase() !== text) return false;
    this.#index++;
    return true;
  }

  #need(text: string): void {
    if (!this.#takes(text)) this.#fail(`${text} is missing`);
  }

  #fail(problem: string): never {
    const { kind, text, at } = this.#next;
    throw new ExpressionError(at, `${problem} before ${kind === 'end' ? text : `"${text}"`}`);
  }
}
