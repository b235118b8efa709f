import type { Random } from '../random.ts';
import { AwsError } from '../service.ts';
import { dataFiles, type Turns } from './export-files.ts';
import { type Exported, linesOf } from './export-lines.ts';
import type { ExportInput, Extent } from './export-request.ts';
import { type Destination, writerTo } from './export-writer.ts';
import type { World } from './state.ts';

/** An export, running or ended. Instants are epoch ms. */
export interface Export {
  arn: string;
  /** `0<epoch ms>-<8 hex>` */
  id: string;
  tableArn: string;
  tableId: string;
  input: ExportInput;
  token: string;
  extent: Extent;
  startedAt: number;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  endedAt?: number;
  failure?: { code: string; message: string };
  manifest?: string;
  itemCount?: number;
  billedSizeBytes: number;
}

/** What is needed to do an export, and let go of when it has ended. */
export interface Task {
  made: Export;
  exported: Exported;
  to: Destination;
  lastsMs: number;
  turns: Turns;
}

/**
 * An export's life: `_started` first, which fails at once when the bucket cannot be written; the data and the manifests in
 * the end, the summary last.
 */
export function run({ core }: World, { made, exported, to, lastsMs, turns }: Task): void {
  const writer = writerTo(core, to);
  const folder = `${prefixOf(made.input)}AWSDynamoDB/`;
  const fail = (error: unknown): void => {
    Object.assign(made, { status: 'FAILED', endedAt: core.clock.now(), failure: failureOf(error) });
  };
  const begin = async () => {
    await writer.put(`${folder}${made.id}/_started`, '');
    core.clock.at(made.startedAt + lastsMs, () => void finish().catch(fail));
  };
  const finish = async () => {
    const lines: string[] = [];
    let itemCount = 0;
    for await (const file of dataFiles(core, turns, linesOf(exported))) {
      const key = dataKey(core.random, folder, made);
      const etag = await writer.putDataFile(key, file);
      lines.push(JSON.stringify({ itemCount: file.itemCount, md5Checksum: file.md5, etag, dataFileS3Key: key }));
      itemCount += file.itemCount;
    }
    const filesKey = `${folder}${made.id}/manifest-files.json`;
    await writer.putWithSum(filesKey, lines.map((line) => `${line}\n`).join(''));
    const manifest = `${folder}${made.id}/manifest-summary.json`;
    const ended = { endedAt: core.clock.now(), itemCount, manifest };
    await writer.putWithSum(manifest, JSON.stringify(summary({ ...made, ...ended }, filesKey)));
    Object.assign(made, { status: 'COMPLETED', ...ended });
  };
  core.clock.at(made.startedAt + lastsMs / 10, () => void begin().catch(fail));
}

/** That a slash at the end of the prefix is not doubled is inferred. */
const prefixOf = ({ S3Prefix }: ExportInput): string => (S3Prefix ? `${S3Prefix.replace(/\/$/, '')}/` : '');

/** Incremental exports share a folder for their data, outside of their own. */
function dataKey(random: Random, folder: string, { id, input, extent }: Export): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const name = Array.from({ length: 26 }, () => alphabet.charAt(Math.floor(random.number() * 32))).join('');
  const where = extent.kind === 'full' ? `${folder}${id}/data/` : `${folder}data/`;
  return `${where}${name}.${input.ExportFormat === 'ION' ? 'ion' : 'json'}.gz`;
}

/** `S3NoSuchBucket` was seen at AWS, and so other errors of S3 are named here. */
function failureOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof AwsError)) return { code: 'UNKNOWN', message: String(error) };
  return { code: error.code.startsWith('KMS') ? error.code : `S3${error.code}`, message: error.message };
}

const iso = (at: number): string => new Date(at).toISOString();

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html */
function summary(made: Export, manifestFilesS3Key: string) {
  const { input, extent } = made;
  const isFull = extent.kind === 'full';
  return {
    version: isFull ? '2020-06-30' : '2023-08-01',
    exportArn: made.arn,
    startTime: iso(made.startedAt),
    endTime: iso(made.endedAt ?? made.startedAt),
    tableArn: made.tableArn,
    tableId: made.tableId,
    ...(isFull
      ? { exportTime: iso(extent.at) }
      : { exportFromTime: iso(extent.from), exportToTime: iso(extent.until) }),
    s3Bucket: input.S3Bucket,
    s3Prefix: input.S3Prefix ?? null,
    s3SseAlgorithm: input.S3SseAlgorithm ?? 'AES256',
    s3SseKmsKeyId: input.S3SseKmsKeyId ?? null,
    manifestFilesS3Key,
    billedSizeBytes: made.billedSizeBytes,
    itemCount: made.itemCount,
    outputFormat: input.ExportFormat ?? 'DYNAMODB_JSON',
    ...(!isFull && { outputView: extent.view }),
    exportType: isFull ? 'FULL_EXPORT' : 'INCREMENTAL_EXPORT',
  };
}
