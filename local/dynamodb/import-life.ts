import { AwsError } from '../service.ts';
import { checked, type Item, maxItemSize, perform, type Store } from './dynalite.ts';
import { type Origin, type S3Source, sourceOf } from './import-files.ts';
import { type CsvOptions, csvReader, jsonReader, type LineReader } from './import-items.ts';
import { readIonLine } from './ion.ts';
import { schemaOf } from './lookup.ts';
import type { Region, Table, World } from './state.ts';

/** The members of an ImportTable, as the model has checked them. */
export interface ImportInput {
  ClientToken?: string;
  S3BucketSource: S3Source;
  InputFormat: 'DYNAMODB_JSON' | 'ION' | 'CSV';
  InputFormatOptions?: { Csv?: CsvOptions };
  InputCompressionType?: 'NONE' | 'GZIP' | 'ZSTD';
  TableCreationParameters: Record<string, unknown>;
}

/** An import, running or ended. Instants are epoch ms. */
export interface Import {
  arn: string;
  tableArn: string;
  tableId: string;
  input: ImportInput;
  token: string;
  startedAt: number;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  endedAt?: number;
  failure?: { code: string; message: string };
  processedBytes: number;
  processed: number;
  imported: number;
  errors: number;
}

/** What is needed to do an import. */
export interface Task {
  made: Import;
  table: Table;
  region: Region;
  from: Origin;
  lastsMs: number;
}

/**
 * An import's life: the bucket is looked at soon, and without it there is no table (inferred); the items are there in the
 * end, also when some could not be imported.
 */
export function run({ core }: World, { made, table, region, from, lastsMs }: Task): void {
  const source = sourceOf(core, from);
  const end = (failure?: Import['failure']): void => {
    const status = failure === undefined ? 'COMPLETED' : 'FAILED';
    Object.assign(made, { status, endedAt: core.clock.now(), ...(failure && { failure }) });
  };
  const begin = async () => {
    try {
      await source.check();
    } catch (error) {
      region.tables.delete(table.name);
      return end(failureOf(error));
    }
    core.clock.at(made.startedAt + lastsMs, () => void finish());
  };
  const finish = async () => {
    let failure: Import['failure'];
    try {
      for await (const { bytes, lines } of source.files()) {
        await readInto(made, table, lines);
        made.processedBytes += bytes;
      }
      failure = made.errors > 0 ? itemFailure : undefined;
    } catch (error) {
      failure = failureOf(error);
    }
    table.status = 'ACTIVE';
    for (const index of table.globalIndexes) index.status = 'ACTIVE';
    end(failure);
  };
  core.clock.at(made.startedAt + lastsMs / 10, () => void begin());
}

/** As seen at AWS. */
const itemFailure = {
  code: 'ItemValidationError',
  message: 'Some of the items failed validation checks. Please check CloudWatch error logs for more details.',
};

/** Each line that is no item, or none for this table, is an error and nothing else. */
async function readInto(made: Import, table: Table, lines: AsyncIterable<string>): Promise<void> {
  const { InputFormat, InputFormatOptions } = made.input;
  const readers: Record<ImportInput['InputFormat'], () => LineReader> = {
    CSV: () => csvReader(InputFormatOptions?.Csv ?? {}, schemaOf(table)),
    DYNAMODB_JSON: jsonReader,
    ION: () => readIonLine,
  };
  const read = readers[InputFormat]();
  const store = storeOf(table);
  for await (const line of lines) {
    let item: Item | undefined;
    try {
      item = read(line);
      if (item === undefined) continue;
      const put = checked('PutItem', { TableName: table.name, Item: item }, store);
      await perform('PutItem', put, store);
      made.imported++;
    } catch {
      made.errors++;
    }
    made.processed++;
  }
}

function storeOf(table: Table): Store {
  const schema = schemaOf(table);
  return {
    options: { maxItemSize },
    getTable(_name, check, done = check as Exclude<typeof check, boolean>) {
      done(null, schema);
    },
    getItemDb: () => table.items,
    getIndexDb: (_type, _table, index) => table.indexRows.get(index) as Table['items'],
  };
}

/** `S3NoSuchBucket` was seen at AWS, and so other errors of S3 are named here. */
function failureOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof AwsError)) return { code: 'UNKNOWN', message: String(error) };
  return { code: `S3${error.code}`, message: error.message };
}
