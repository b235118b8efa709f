import type { Item, Schema, Value } from './dynalite.ts';

export interface CsvOptions {
  Delimiter?: string;
  HeaderList?: string[];
}

/** Reads one line after the other of a file; undefined for a line that is no item but says how others are read. */
export type LineReader = (line: string) => Item | undefined;

/** One `{"Item":{…}}` a line, as exports write it. Throws for anything else. */
export const jsonReader = (): LineReader => (line) => {
  const { Item } = JSON.parse(line) as { Item?: unknown };
  if (typeof Item !== 'object' || Item === null) throw new Error('The line has no Item.');
  return Item as Item;
};

/**
 * Lines of values; the first one names them unless a list does. Keys have their types, all else is a string
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html). That an empty value is
 * left out is inferred.
 */
export function csvReader({ Delimiter = ',', HeaderList }: CsvOptions, schema: Schema): LineReader {
  let names = HeaderList;
  const types = new Map(schema.AttributeDefinitions.map((one) => [one.AttributeName, one.AttributeType]));
  return (line) => {
    const values = fields(line.replace(/\r$/, ''), Delimiter);
    if (names === undefined) {
      names = values;
      return undefined;
    }
    if (values.length > names.length) throw new Error('The line has more values than there are names.');
    const named = values.map((value, index): [string, Value] => {
      const name = (names as string[])[index] as string;
      return [name, { [types.get(name) ?? 'S']: value }];
    });
    return Object.fromEntries(named.filter((_, index) => values[index] !== ''));
  };
}

/** Values may be in quotes, in which two quotes are one. */
function fields(line: string, delimiter: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
      if (quoted === null) throw new Error('A quote is not closed.');
      found.push((quoted[1] as string).replaceAll('""', '"'));
      at += quoted[0].length + 1;
    } else {
      const end = line.indexOf(delimiter, at);
      found.push(line.slice(at, end === -1 ? undefined : end));
      at = end === -1 ? line.length + 1 : end + 1;
    }
  }
  return found;
}
