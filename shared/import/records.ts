import type { Item, Write } from './calls.ts';
import { readIon } from './ion.ts';
import type { Part } from './parts.ts';
import type { AttributeValue } from './values.ts';

/** A line of a data file: what to write, and what the line says of before. */
export interface ImportRecord {
  write: Write;
  /** Of the item: the same for two records of one item. */
  key: string;
  /** Items more by it: 1, 0 or -1. Means nothing where the window has no old images. */
  net: number;
}

/**
 * Reads a line: of a full export `{"Item": …}`, of a window what an item came to, with its keys; without a new image it
 * was deleted (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html).
 * Throws for what is none.
 */
export function readRecord(
  line: string,
  { kind, format }: Pick<Part, 'kind' | 'format'>,
  keys: string[],
): ImportRecord {
  const said = format === 'ION' ? readIon(line) : (JSON.parse(line) as Record<string, unknown>);
  if (kind === 'full') {
    const item = itemIn(said, 'Item');
    if (item === undefined) throw new Error('There is no Item.');
    return { write: { put: item }, key: keyOf(item, keys), net: 1 };
  }
  const [key, image, old] = [itemIn(said, 'Keys'), itemIn(said, 'NewImage'), itemIn(said, 'OldImage')];
  if (key === undefined) throw new Error('There are no Keys.');
  const net = (image === undefined ? 0 : 1) - (old === undefined ? 0 : 1);
  return { write: image === undefined ? { delete: key } : { put: image }, key: keyOf(key, keys), net };
}

function itemIn(said: Record<string, unknown>, name: string): Item | undefined {
  const item = said[name];
  if (item === undefined) return undefined;
  if (typeof item !== 'object' || item === null) throw new Error(`${name} is no item.`);
  return item as Item;
}

function keyOf(item: Item, keys: string[]): string {
  const values = keys.map((name): AttributeValue | undefined => item[name]);
  if (values.includes(undefined)) throw new Error(`There is no ${keys.join(' and ')}.`);
  return JSON.stringify(values);
}
