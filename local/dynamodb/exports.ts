import { AwsError, type Call } from '../service.ts';
import { perRegion } from '../state.ts';
import { invalid, noTable, subscriberLimit } from './errors.ts';
import { Turns } from './export-files.ts';
import { checkFilter } from './export-filter.ts';
import { type Export, run } from './export-life.ts';
import type { Exported } from './export-lines.ts';
import { type ExportInput, type Extent, extentOf, inputOf } from './export-request.ts';
import { Items } from './items.ts';
import { schemaOf, tableOf } from './lookup.ts';
import type { Operations, Table, World } from './state.ts';
import { reuse, type Tokens } from './tokens.ts';

const longestPage = 25;
const listedMs = 90 * 86_400_000;

/** The exports of one account and Region, by ARN. */
interface Exports {
  byArn: Map<string, Export>;
  tokens: Tokens<Export>;
  turns: Turns;
}

/** Exports to S3, whole tables or what changed in a window. */
export function exportOperations(world: World): Operations {
  const turns = new Turns();
  const exportsOf = perRegion((): Exports => ({ byArn: new Map(), tokens: new Map(), turns }));
  return {
    ExportTableToPointInTime: async (call) => ({
      ExportDescription: describe(await startExport(world, exportsOf(call), call)),
    }),
    DescribeExport: (call) => ({ ExportDescription: describe(exportOf(exportsOf(call), call)) }),
    ListExports: (call) => listExports(world, exportsOf(call), call),
  };
}

/** The bucket is not looked at: one that is missing or closed makes the export FAILED soon after, as seen at AWS. */
async function startExport(world: World, { byArn, tokens, turns }: Exports, call: Call): Promise<Export> {
  const { core, settings } = world;
  const input = inputOf(call);
  const named = () => tableOf(world, { ...call, input: { TableName: input.TableArn } }, () => noTable(input.TableArn));
  if (input.FilterSpecification) await checkFilter(schemaOf(named()), input.FilterSpecification, new Items());
  // From here on nothing is waited for, so that of two requests with one token the second finds the first.
  const known = reuse(tokens, String(call.input.ClientToken ?? ''), call, core.clock.now(), 'ExportConflictException');
  if (known !== undefined) return known;
  const table = named();
  const extent = extentOf(world, table, input);
  const running = [...byArn.values()].filter(({ status }) => status === 'IN_PROGRESS').length;
  const most = settings.simultaneousExports;
  if (running >= most) throw subscriberLimit(`Only ${most} exports can be in progress simultaneously`);

  const exported = exportedOf(table, input, extent);
  const made = newExport(world, table, { input, extent, bytes: bytesOf(exported) });
  byArn.set(made.arn, made);
  tokens.set(made.token, { answer: made, input: call.input, at: made.startedAt });
  const { account, region, caller } = call;
  const request = { account, region, tableName: table.name, bytes: made.billedSizeBytes };
  const lastsMs = settings.exportMs(request, core.random);
  run(world, { made, exported, to: { caller, region, input }, lastsMs, turns });
  return made;
}

/** The rows as of that time, held from now on: what happens to table and recovery later does not matter. */
function exportedOf(table: Table, input: ExportInput, extent: Extent): Exported {
  const log = (table.pointInTime as NonNullable<Table['pointInTime']>).log;
  const { FilterSpecification: filter, ExportFormat: format = 'DYNAMODB_JSON' } = input;
  const content: Exported['content'] =
    extent.kind === 'full'
      ? { kind: 'full', snapshot: log.contentAt(extent.at), ...(filter && { filter }) }
      : {
          kind: 'incremental',
          changes: log.changes(extent.from, extent.until),
          hasOld: extent.view === 'NEW_AND_OLD_IMAGES',
        };
  return { format, schema: structuredClone(schemaOf(table)), content };
}

/** Billed is the size of the table at that time, and of an increment what is in its images. */
function bytesOf({ content }: Exported): number {
  if (content.kind === 'full') return content.snapshot.bytes;
  return content.changes.reduce((sum, { before, after }) => sum + (before?.bytes ?? 0) + (after?.bytes ?? 0), 0);
}

function newExport(
  { core }: World,
  table: Table,
  { input, extent, bytes }: { input: ExportInput; extent: Extent; bytes: number },
): Export {
  const startedAt = core.clock.now();
  const id = `0${startedAt}-${core.random.hex(8)}`;
  return {
    arn: `${table.arn}/export/${id}`,
    id,
    tableArn: table.arn,
    tableId: table.id,
    input,
    token: input.ClientToken ?? core.random.uuid(),
    extent,
    startedAt,
    status: 'IN_PROGRESS',
    billedSizeBytes: bytes,
  };
}

function exportOf({ byArn }: Exports, call: Call): Export {
  const arn = String(call.input.ExportArn);
  const [prefix, partition, service, region, account, resource = ''] = arn.split(':');
  if (prefix !== 'arn') throw invalid('Invalid Export ARN');
  if (partition !== 'aws' || service !== 'dynamodb' || region !== call.region || account !== call.account) {
    throw new AwsError('AccessDeniedException', 'Access is denied');
  }
  if (!/^table\/[^/]+\/export\/[^/]+$/.test(resource)) throw invalid('Invalid Export ARN');
  const found = byArn.get(arn);
  if (found === undefined) throw new AwsError('ExportNotFoundException', `Export not found: ${arn}`);
  return found;
}

/** In reverse order of their ARNs, as documented; those of the last 90 days. */
function listExports({ core }: World, { byArn }: Exports, { input }: Call) {
  const { TableArn, MaxResults, NextToken } = input;
  const limit = Number(MaxResults ?? longestPage);
  const before = NextToken == null ? undefined : Buffer.from(String(NextToken), 'base64').toString();
  if (before !== undefined && !before.startsWith('arn:')) throw invalid('Invalid NextToken');
  const since = core.clock.now() - listedMs;
  const listed = [...byArn.values()]
    .filter((one) => (TableArn == null || one.tableArn === TableArn) && one.startedAt >= since)
    .filter(({ arn }) => before === undefined || arn < before)
    .sort((a, b) => (a.arn < b.arn ? 1 : -1));
  const page = listed.slice(0, limit);
  return {
    ExportSummaries: page.map(({ arn, status, extent }) => ({
      ExportArn: arn,
      ExportStatus: status,
      ExportType: extent.kind === 'full' ? 'FULL_EXPORT' : 'INCREMENTAL_EXPORT',
    })),
    ...(listed.length > limit && { NextToken: Buffer.from(page.at(-1)?.arn ?? '').toString('base64') }),
  };
}

/** ExportType is there only when it was asked for, and a token always, as seen at AWS. */
function describe(made: Export) {
  const { input, extent, failure } = made;
  const isDone = made.status === 'COMPLETED';
  return {
    ExportArn: made.arn,
    ExportStatus: made.status,
    StartTime: made.startedAt / 1000,
    EndTime: made.endedAt === undefined ? undefined : made.endedAt / 1000,
    ExportManifest: made.manifest,
    TableArn: made.tableArn,
    TableId: made.tableId,
    ExportTime: extent.kind === 'full' ? extent.at / 1000 : undefined,
    ClientToken: made.token,
    S3Bucket: input.S3Bucket,
    S3BucketOwner: input.S3BucketOwner,
    S3Prefix: input.S3Prefix,
    S3SseAlgorithm: input.S3SseAlgorithm ?? 'AES256',
    S3SseKmsKeyId: input.S3SseKmsKeyId,
    FailureCode: failure?.code,
    FailureMessage: failure?.message,
    ExportFormat: input.ExportFormat ?? 'DYNAMODB_JSON',
    BilledSizeBytes: isDone ? made.billedSizeBytes : undefined,
    ItemCount: made.itemCount,
    ExportType: input.ExportType,
    IncrementalExportSpecification:
      extent.kind === 'full'
        ? undefined
        : { ExportFromTime: extent.from / 1000, ExportToTime: extent.until / 1000, ExportViewType: extent.view },
    FilterSpecification: input.FilterSpecification,
  };
}
