import type { Item, Value } from './dynalite.ts';

/*
 * Items in Amazon Ion text, as exports have them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html, "Amazon Ion";
 * https://amazon-ion.github.io/ion-docs/docs/spec.html).
 */

/** A structure of attributes: `{Id:103.,Title:"Book 103 Title"}`. */
export const ionItem = (item: Item): string =>
  `{${Object.entries(item)
    .map(([name, value]) => `${symbol(name)}:${ionValue(value)}`)
    .join(',')}}`;

const writers: Record<string, (content: never) => string> = {
  S: (content: string) => quoted(content),
  N: (content: string) => ionDecimal(content),
  B: (content: string) => `{{${content}}}`,
  BOOL: (content: boolean) => String(content),
  NULL: () => 'null',
  L: (content: Value[]) => `[${content.map(ionValue).join(',')}]`,
  M: (content: Item) => ionItem(content),
  SS: (content: string[]) => `$dynamodb_SS::[${content.map(quoted).join(',')}]`,
  NS: (content: string[]) => `$dynamodb_NS::[${content.map(ionDecimal).join(',')}]`,
  BS: (content: string[]) => `$dynamodb_BS::[${content.map((one) => `{{${one}}}`).join(',')}]`,
};

function ionValue(value: Value): string {
  const [type = '', content] = Object.entries(value)[0] ?? [];
  const write = writers[type];
  if (write === undefined) throw new Error(`An attribute of the type ${type} cannot be written as Ion.`);
  return write(content as never);
}

/** After a decimal point; smaller numbers get an exponent. */
const mostZeros = 6;

/** Ion's decimals: `103.`, `8.5`, and zeros at the end as an exponent, `6d2`. */
export function ionDecimal(number: string): string {
  const parts = /^(-?)0*(\d*?)(?:\.(\d+?)0*)?(?:[eE]([+-]?\d+))?$/.exec(number);
  if (parts === null) throw new Error(`${number} is no number.`);
  const [, sign = '', whole = '', written = '', exponent = '0'] = parts;
  const fraction = written === '0' ? '' : written;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0.';
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  if (power === 0) return `${sign}${significant}.`;
  if (power < 0 && -power <= significant.length + mostZeros) {
    const padded = significant.padStart(1 - power, '0');
    return `${sign}${padded.slice(0, power)}.${padded.slice(power)}`;
  }
  return `${sign}${significant}d${power}`;
}

/** Words that mean something else when they are not quoted. */
const reserved = new Set(['null', 'true', 'false', 'nan']);

const symbol = (name: string): string =>
  /^[A-Za-z_][\w$]*$/.test(name) && !reserved.has(name) ? name : `'${escaped(name, "'")}'`;

const quoted = (text: string): string => `"${escaped(text, '"')}"`;

const shortEscapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Line ends too: an item is a line. */
const escaped = (text: string, quote: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that have to be escaped.
  text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029\\"']/g, (character) => {
    if (character === '"' || character === "'") return character === quote ? `\\${quote}` : character;
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return shortEscapes[character] ?? `\\u${code}`;
  });
