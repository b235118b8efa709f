import { AwsError, type Call } from '../service.ts';
import { perRegion } from '../state.ts';
import { subscriberLimit } from './errors.ts';
import { type Import, type ImportInput, run } from './import-life.ts';
import { newTable } from './new-table.ts';
import type { Operations, World } from './state.ts';
import { checkIndexed, checkSimultaneous } from './tables.ts';
import { reuse, type Tokens } from './tokens.ts';

const longestPage = 25;
const listedMs = 90 * 86_400_000;

/** The imports of one account and Region, by ARN. */
interface Imports {
  byArn: Map<string, Import>;
  tokens: Tokens<Import>;
}

/** Imports from S3, always to a new table. */
export function importOperations(world: World): Operations {
  const importsOf = perRegion((): Imports => ({ byArn: new Map(), tokens: new Map() }));
  return {
    ImportTable: (call) => ({ ImportTableDescription: describe(startImport(world, importsOf(call), call)) }),
    DescribeImport: (call) => ({ ImportTableDescription: describe(importOf(importsOf(call), call)) }),
    ListImports: (call) => listImports(world, importsOf(call), call),
  };
}

function startImport(world: World, { byArn, tokens }: Imports, call: Call): Import {
  const { core, settings } = world;
  const input = call.input as unknown as ImportInput;
  const known = reuse(tokens, String(call.input.ClientToken ?? ''), call, core.clock.now(), 'ImportConflictException');
  if (known !== undefined) return known;
  const region = world.region(call);
  const table = newTable(world, { ...call, input: input.TableCreationParameters });
  if (region.tables.has(table.name)) {
    throw new AwsError('ResourceInUseException', `Table already exists: ${table.name}`);
  }
  const running = [...byArn.values()].filter(({ status }) => status === 'IN_PROGRESS').length;
  const most = settings.simultaneousImports;
  if (running >= most) throw subscriberLimit(`Only ${most} imports can be in progress simultaneously`);
  checkSimultaneous(region, world);
  checkIndexed(region, table, settings.simultaneousIndexedTables);

  const startedAt = core.clock.now();
  const made: Import = {
    arn: `${table.arn}/import/0${startedAt}-${core.random.hex(8)}`,
    tableArn: table.arn,
    tableId: table.id,
    input,
    token: input.ClientToken ?? core.random.uuid(),
    startedAt,
    status: 'IN_PROGRESS',
    processedBytes: 0,
    processed: 0,
    imported: 0,
    errors: 0,
  };
  byArn.set(made.arn, made);
  tokens.set(made.token, { answer: made, input: call.input, at: startedAt });
  const { account, caller } = call;
  const lastsMs = settings.importMs({ account, region: call.region, tableName: table.name, bytes: 0 }, core.random);
  table.backupsFrom = startedAt + lastsMs + settings.continuousBackupsMs;
  region.tables.set(table.name, table);
  const { S3BucketSource: source, InputCompressionType: compression = 'NONE' } = input;
  run(world, { made, table, region, from: { caller, region: call.region, source, compression }, lastsMs });
  return made;
}

function importOf({ byArn }: Imports, { input }: Call): Import {
  const found = byArn.get(String(input.ImportArn));
  if (found === undefined) throw new AwsError('ImportNotFoundException', `Import not found: ${input.ImportArn}`);
  return found;
}

/** The model wants hexadecimal digits, 112 at least, in groups of 16. */
const tokenOf = (arn: string): string =>
  Buffer.from(arn.padEnd(Math.max(56, Math.ceil(arn.length / 8) * 8))).toString('hex');

/** Newest first, those of the last 90 days. */
function listImports({ core }: World, { byArn }: Imports, { input }: Call) {
  const { TableArn, PageSize, NextToken } = input;
  const limit = Number(PageSize ?? longestPage);
  const since = core.clock.now() - listedMs;
  const listed = [...byArn.values()]
    .filter((one) => (TableArn == null || one.tableArn === TableArn) && one.startedAt >= since)
    .reverse();
  const last = NextToken == null ? undefined : Buffer.from(String(NextToken), 'hex').toString().trimEnd();
  const start = last === undefined ? 0 : listed.findIndex(({ arn }) => arn === last) + 1;
  const page = listed.slice(start, start + limit);
  const next = listed.length > start + limit ? page.at(-1)?.arn : undefined;
  return {
    ImportSummaryList: page.map(brief),
    ...(next !== undefined && { NextToken: tokenOf(next) }),
  };
}

const brief = (made: Import) => ({
  ImportArn: made.arn,
  ImportStatus: made.status,
  TableArn: made.tableArn,
  S3BucketSource: made.input.S3BucketSource,
  InputFormat: made.input.InputFormat,
  StartTime: made.startedAt / 1000,
  EndTime: made.endedAt === undefined ? undefined : made.endedAt / 1000,
});

function describe(made: Import) {
  const { input, failure } = made;
  return {
    ...brief(made),
    TableId: made.tableId,
    ClientToken: made.token,
    ErrorCount: made.errors,
    InputFormatOptions: input.InputFormatOptions,
    InputCompressionType: input.InputCompressionType ?? 'NONE',
    TableCreationParameters: input.TableCreationParameters,
    ProcessedSizeBytes: made.processedBytes,
    ProcessedItemCount: made.processed,
    ImportedItemCount: made.imported,
    FailureCode: failure?.code,
    FailureMessage: failure?.message,
  };
}
