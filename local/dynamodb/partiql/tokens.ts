import { invalid } from '../errors.ts';

/** A piece of a statement. Names are bare or in double quotes, texts in single ones. */
export interface Token {
  kind: 'name' | 'quoted' | 'text' | 'number' | 'mark' | 'end';
  value: string;
}

const piece =
  /\s+|--[^\n]*|([A-Za-z_][\w-]*)|"((?:[^"]|"")+)"|'((?:[^']|'')*)'|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(<<|>>|<=|>=|<>|!=|[=<>?(),.[\]{}:*+-])/y;

/** What AWS says of a statement that it cannot read; the reason is ours. */
export const malformed = (reason: string): Error =>
  invalid(`Statement wasn't well formed, can't be processed: ${reason}`);

export function tokensOf(statement: string): Token[] {
  const tokens: Token[] = [];
  piece.lastIndex = 0;
  while (piece.lastIndex < statement.length) {
    const at = piece.lastIndex;
    const found = piece.exec(statement);
    if (found === null) throw malformed(`Unexpected character ${statement.charAt(at)}`);
    const [, name, quoted, text, number, mark] = found;
    if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', value: quoted.replaceAll('""', '"') });
    else if (text !== undefined) tokens.push({ kind: 'text', value: text.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', value: number });
    else if (mark !== undefined) tokens.push({ kind: 'mark', value: mark });
  }
  return [...tokens, { kind: 'end', value: 'the end' }];
}
