import type { Item, Schema } from './dynalite.ts';
import { type FilterSpecification, filtered } from './export-filter.ts';
import { ionItem } from './ion.ts';
import type { Row, Snapshot } from './items.ts';
import type { Change } from './write-log.ts';

/** A line of a data file, and the partition whose file it belongs in. */
export interface Line {
  partition: number;
  text: string;
}

/** What is to be written, and how. */
export interface Exported {
  format: 'DYNAMODB_JSON' | 'ION';
  schema: Schema;
  content:
    | { kind: 'full'; snapshot: Snapshot; filter?: FilterSpecification }
    | { kind: 'incremental'; changes: Change[]; hasOld: boolean };
}

/** As many as a new on-demand table was seen to have; each gives a file, if an empty one. */
export const partitions = 4;

/** Keys begin with a hexadecimal digit of their partition key's hash. */
const partitionOf = (key: string): number => Number.parseInt(key.charAt(0), 16) >> 2;

/** All lines, in the order of their partitions, as they are asked for. */
export async function* linesOf({ format, schema, content }: Exported): AsyncGenerator<Line> {
  const isIon = format === 'ION';
  if (content.kind === 'incremental') {
    for (const change of content.changes) {
      const text = isIon ? ionChange(change, schema, content.hasOld) : jsonChange(change, schema, content.hasOld);
      yield { partition: partitionOf(change.key), text };
    }
  } else if (content.filter !== undefined) {
    for await (const item of filtered(schema, content.filter, content.snapshot)) {
      yield { partition: 0, text: isIon ? ionLine(ionItem(item)) : jsonLine(JSON.stringify(item)) };
    }
  } else {
    for (const [key, row] of content.snapshot.entries()) {
      yield { partition: partitionOf(key), text: isIon ? ionLine(ionItem(parse(row))) : jsonLine(row.json) };
    }
  }
}

const parse = (row: Row): Item => JSON.parse(row.json) as Item;
const jsonLine = (item: string): string => `{"Item":${item}}\n`;
const ionLine = (item: string): string => `$ion_1_0 {Item:${item}}\n`;

function keysOf({ before, after }: Change, { KeySchema }: Schema): Item {
  const item = parse((after ?? before) as Row);
  return Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name] ?? {}]));
}

/** Microseconds, of which the last five digits are always 0 here. */
const micros = ({ writtenAt }: Change): string => `${writtenAt}000`;

/** An insert has no old image and a deletion no new one. */
function jsonChange(change: Change, schema: Schema, hasOld: boolean): string {
  const images = [
    change.after && `"NewImage":${change.after.json}`,
    hasOld && change.before && `"OldImage":${change.before.json}`,
  ].filter(Boolean);
  const metadata = `"Metadata":{"WriteTimestampMicros":{"N":"${micros(change)}"}}`;
  return `{${[metadata, `"Keys":${JSON.stringify(keysOf(change, schema))}`, ...images].join(',')}}\n`;
}

function ionChange(change: Change, schema: Schema, hasOld: boolean): string {
  const images = [
    change.after && `NewImage:${ionItem(parse(change.after))}`,
    hasOld && change.before && `OldImage:${ionItem(parse(change.before))}`,
  ].filter(Boolean);
  const metadata = `Metadata:{WriteTimestampMicros:${micros(change)}.}`;
  return `$ion_1_0 {${[metadata, `Keys:${ionItem(keysOf(change, schema))}`, ...images].join(',')}}\n`;
}
