/** Values of the condition keys of one request; names in lower case, since AWS does not mind theirs. */
export type Context = Map<string, string[]>;

const special = /[.+^${}()|[\]\\/-]/g;
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
const glob = (text: string): string => text.replace(special, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');

const variable = /\$\{([^}]*)\}/g;
const escapes = new Set(['*', '?', '$']);

/** What `${key, 'default'}` stands for; undefined when the request has no such key, or several values of it. */
function valueIn(expression: string, context: Context): string | undefined {
  if (escapes.has(expression)) return expression;
  const [key = '', fallback] = expression.split(/\s*,\s*/, 2);
  const values = context.get(key.trim().toLowerCase());
  if (values?.length === 1) return values[0];
  return fallback?.replace(/^'(.*)'$/s, '$1');
}

function sourceOf(pattern: string, context: Context): string | undefined {
  let source = '';
  let end = 0;
  for (const { 0: whole, 1: expression = '', index } of pattern.matchAll(variable)) {
    const value = valueIn(expression, context);
    if (value === undefined) return undefined;
    source += glob(pattern.slice(end, index)) + literal(value);
    end = index + whole.length;
  }
  return source + glob(pattern.slice(end));
}

const compiled = new Map<string, RegExp>();

/** The expression of a pattern without variables; policies ask for the same few again and again. */
function expressionOf(pattern: string, flags: string): RegExp {
  const key = `${flags}:${pattern}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const expression = new RegExp(`^${glob(pattern)}$`, flags);
  compiled.set(key, expression);
  return expression;
}

/** Whether `text` fits the pattern: `*` any characters, `?` one, `${key}` the request's value of it, taken literally. */
export function matches(pattern: string, text: string, context: Context): boolean {
  if (!pattern.includes('${')) return pattern === '*' || expressionOf(pattern, 's').test(text);
  const source = sourceOf(pattern, context);
  return source !== undefined && new RegExp(`^${source}$`, 's').test(text);
}

/** Actions are compared without regard to case. */
export const matchesAction = (pattern: string, action: string): boolean =>
  pattern === '*' || expressionOf(pattern, 'is').test(action);

/** The text that a pattern without wildcards stands for; undefined when a variable of it has no value. */
export function substituted(pattern: string, context: Context): string | undefined {
  let missing = false;
  const text = pattern.replace(variable, (_, expression: string) => {
    const value = valueIn(expression, context);
    if (value === undefined) missing = true;
    return value ?? '';
  });
  return missing ? undefined : text;
}

/** The six parts of an ARN; the last keeps its colons. */
const partsOf = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/** As ArnLike and ArnEquals compare: each of the six parts for itself. */
export function matchesArn(pattern: string, arn: string, context: Context): boolean {
  const text = pattern.includes('${') ? substituted(pattern, context) : pattern;
  if (text === undefined) return false;
  if (text === '*') return true;
  const actual = partsOf(arn);
  return partsOf(text).every((part, index) => matches(part, actual[index] ?? '', context));
}
