import { Decimal, type IonType, IonTypes, makeReader, makeTextWriter, type Reader, type Writer } from 'ion-js';
import type { Item, Value } from './dynalite.ts';

/*
 * Items in Amazon Ion text, as exports have them and imports take them, by Amazon's own library
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html, "Amazon Ion";
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html).
 */

/** A structure of attributes: `{Id:103.,Title:"Book 103 Title"}`, in one line. */
export function ionItem(item: Item): string {
  const writer = makeTextWriter();
  writeStruct(writer, item);
  writer.close();
  return Buffer.from(writer.getBytes()).toString();
}

function writeStruct(writer: Writer, item: Item): void {
  writer.stepIn(IonTypes.STRUCT);
  for (const [name, value] of Object.entries(item)) {
    writer.writeFieldName(name);
    writeValue(writer, value);
  }
  writer.stepOut();
}

const writers: Record<string, (writer: Writer, content: never) => void> = {
  S: (writer, content: string) => writer.writeString(content),
  N: (writer, content: string) => writer.writeDecimal(decimalOf(content)),
  B: (writer, content: string) => writer.writeBlob(Buffer.from(content, 'base64')),
  BOOL: (writer, content: boolean) => writer.writeBoolean(content),
  NULL: (writer) => writer.writeNull(IonTypes.NULL),
  L: (writer, content: Value[]) => writeList(writer, content),
  M: (writer, content: Item) => writeStruct(writer, content),
  SS: (writer, content: string[]) => writeSet(writer, 'SS', 'S', content),
  NS: (writer, content: string[]) => writeSet(writer, 'NS', 'N', content),
  BS: (writer, content: string[]) => writeSet(writer, 'BS', 'B', content),
};

function writeValue(writer: Writer, value: Value): void {
  const [type = '', content] = Object.entries(value)[0] ?? [];
  const write = writers[type];
  if (write === undefined) throw new Error(`An attribute of the type ${type} cannot be written as Ion.`);
  write(writer, content as never);
}

function writeList(writer: Writer, values: Value[]): void {
  writer.stepIn(IonTypes.LIST);
  for (const value of values) writeValue(writer, value);
  writer.stepOut();
}

function writeSet(writer: Writer, set: string, type: string, members: string[]): void {
  writer.setAnnotations([`$dynamodb_${set}`]);
  writeList(
    writer,
    members.map((member) => ({ [type]: member })),
  );
}

/** Without zeros at the end, which are an exponent: `600` is `6d2`, as AWS shows it. */
function decimalOf(number: string): Decimal {
  const parts = /^(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(number);
  if (parts === null) throw new Error(`${number} is no number.`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return new Decimal('0d0');
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return new Decimal(`${sign}${significant}d${power}`);
}

/** The `Item` of a line, which may begin with Ion's version. Throws for what is none. */
export function readIonLine(line: string): Item {
  const reader = makeReader(line);
  if (reader.next() !== IonTypes.STRUCT) throw new Error('The line is no structure.');
  const { Item } = readStruct(reader);
  if (reader.next() !== null || Item === undefined || !('M' in Item)) throw new Error('The line has no Item.');
  return Item.M as Item;
}

function readStruct(reader: Reader): Item {
  const struct: Item = {};
  reader.stepIn();
  for (let type = reader.next(); type !== null; type = reader.next()) {
    struct[reader.fieldName() ?? ''] = readValue(reader, type);
  }
  reader.stepOut();
  return struct;
}

const sets: Record<string, [type: string, of: string]> = {
  $dynamodb_SS: ['SS', 'S'],
  $dynamodb_NS: ['NS', 'N'],
  $dynamodb_BS: ['BS', 'B'],
};

const readers = new Map<IonType, (reader: Reader) => Value>([
  [IonTypes.STRING, (reader) => ({ S: reader.stringValue() ?? '' })],
  [IonTypes.INT, (reader) => ({ N: String(reader.bigIntValue()) })],
  [IonTypes.FLOAT, (reader) => ({ N: String(reader.numberValue()) })],
  [IonTypes.DECIMAL, (reader) => ({ N: String(reader.decimalValue()).replace('E', 'e') })],
  [IonTypes.BLOB, (reader) => ({ B: Buffer.from(reader.uInt8ArrayValue() ?? []).toString('base64') })],
  [IonTypes.BOOL, (reader) => ({ BOOL: reader.booleanValue() === true })],
  [IonTypes.STRUCT, (reader) => ({ M: readStruct(reader) })],
  [IonTypes.LIST, readList],
]);

function readValue(reader: Reader, type: IonType): Value {
  if (reader.isNull()) return { NULL: true };
  const read = readers.get(type);
  if (read === undefined) throw new Error(`An Ion ${type.name} is of no type that an attribute has.`);
  return read(reader);
}

function readList(reader: Reader): Value {
  const [annotation = ''] = reader.annotations();
  const members: Value[] = [];
  reader.stepIn();
  for (let type = reader.next(); type !== null; type = reader.next()) members.push(readValue(reader, type));
  reader.stepOut();
  const set = sets[annotation];
  if (set === undefined) return { L: members };
  const [type, of] = set;
  if (members.some((member) => !(of in member))) throw new Error(`A set of ${of} has something else in it.`);
  return { [type]: members.map((member) => member[of]) };
}
