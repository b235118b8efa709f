/** A word, number or sign of an expression; `at` counts characters from 1. */
export interface Token {
  kind: 'word' | 'name' | 'value' | 'number' | 'sign' | 'end';
  text: string;
  at: number;
}

/** What cannot be read, and where. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

const patterns: [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['name', /#\w+/y],
  ['value', /:\w+/y],
  ['word', /[a-zA-Z_]\w*/y],
  ['number', /\d+/y],
  ['sign', /<>|<=|>=|[=<>()[\],.]/y],
];

/** The tokens of an expression, with one for its end. Throws an ExpressionError for a character that begins none. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    const found = match(text, index);
    if (found === undefined) throw new ExpressionError(index + 1, `${JSON.stringify(text[index])} means nothing here`);
    if (found.kind !== 'space') tokens.push({ kind: found.kind, text: found.text, at: index + 1 });
    index += found.text.length;
  }
  return [...tokens, { kind: 'end', text: 'the end', at: text.length + 1 }];
}

function match(text: string, index: number): { kind: Token['kind'] | 'space'; text: string } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = index;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found };
  }
  return undefined;
}
