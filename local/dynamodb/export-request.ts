import { AwsError, type Call } from '../service.ts';
import { windowOf } from './continuous-backups.ts';
import { invalid } from './errors.ts';
import type { FilterSpecification } from './export-filter.ts';
import type { Table, World } from './state.ts';

export type ExportView = 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** What of a table is to be exported: its items at an instant, or what became of them in a window. Epoch ms. */
export type Extent =
  | { kind: 'full'; at: number }
  | { kind: 'incremental'; from: number; until: number; view: ExportView };

/** The members of an ExportTableToPointInTime, as the model has checked them. */
export interface ExportInput {
  TableArn: string;
  S3Bucket: string;
  S3BucketOwner?: string;
  S3Prefix?: string;
  S3SseAlgorithm?: 'AES256' | 'KMS';
  S3SseKmsKeyId?: string;
  ClientToken?: string;
  ExportTime?: number;
  ExportFormat?: 'DYNAMODB_JSON' | 'ION';
  ExportType?: 'FULL_EXPORT' | 'INCREMENTAL_EXPORT';
  IncrementalExportSpecification?: { ExportFromTime?: number; ExportToTime?: number; ExportViewType?: ExportView };
  FilterSpecification?: FilterSpecification;
}

export const inputOf = (call: Call): ExportInput => call.input as unknown as ExportInput;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html */
const shortestWindowMs = 15 * 60_000;
const longestWindowMs = 24 * 3_600_000;

/** What is asked for, in whole seconds; throws for what the recovery window does not hold. */
export function extentOf({ core }: World, table: Table, input: ExportInput): Extent {
  const { pointInTime } = table;
  checkMembers(input);
  if (pointInTime === undefined) {
    const message = `Point in time recovery is not enabled for table '${table.name}'`;
    throw new AwsError('PointInTimeRecoveryUnavailableException', message);
  }
  const now = core.clock.now();
  const { earliest } = windowOf(pointInTime, now);
  const bounds = { earliest, latest: Math.max(earliest, Math.floor(now / 1000) * 1000) };
  if (input.ExportType !== 'INCREMENTAL_EXPORT') {
    return { kind: 'full', at: instantOf('ExportTime', input.ExportTime, bounds) ?? bounds.latest };
  }
  return windowAsked(input, bounds);
}

/** Rules between members; the sentences are ours. */
function checkMembers(input: ExportInput): void {
  const { ExportType, ExportTime, IncrementalExportSpecification: specification, FilterSpecification: filter } = input;
  const isIncremental = ExportType === 'INCREMENTAL_EXPORT';
  if (isIncremental && specification?.ExportFromTime == null) {
    throw invalid('IncrementalExportSpecification with ExportFromTime must be specified for INCREMENTAL_EXPORT');
  }
  if (isIncremental && ExportTime != null) throw invalid('ExportTime cannot be specified for INCREMENTAL_EXPORT');
  if (isIncremental && filter != null) {
    throw invalid('FilterSpecification of an INCREMENTAL_EXPORT is not part of the local DynamoDB.');
  }
  if (!isIncremental && specification != null) {
    throw invalid('IncrementalExportSpecification can only be specified for INCREMENTAL_EXPORT');
  }
  if (input.S3SseKmsKeyId != null && input.S3SseAlgorithm !== 'KMS') {
    throw invalid('S3SseKmsKeyId can only be specified if S3SseAlgorithm is KMS');
  }
}

interface Bounds {
  earliest: number;
  latest: number;
}

/** That it names the window is ours. */
function instantOf(name: string, given: number | undefined, { earliest, latest }: Bounds): number | undefined {
  if (given == null) return undefined;
  const instant = Math.floor(given) * 1000;
  if (instant >= earliest && instant <= latest) return instant;
  const [from, until] = [earliest, latest].map((at) => new Date(at).toISOString());
  throw new AwsError('InvalidExportTimeException', `${name} must be between ${from} and ${until}`);
}

/** That a short window begins with "Difference between export period" was seen at AWS; the rest of it is ours. */
function windowAsked({ IncrementalExportSpecification: asked = {} }: ExportInput, bounds: Bounds): Extent {
  const from = instantOf('ExportFromTime', asked.ExportFromTime, bounds) as number;
  const until = instantOf('ExportToTime', asked.ExportToTime, bounds) ?? bounds.latest;
  const difference = 'Difference between export period from time and to time is';
  if (until - from < shortestWindowMs) {
    throw new AwsError('InvalidExportTimeException', `${difference} less than 15 minutes`);
  }
  if (until - from > longestWindowMs) {
    throw new AwsError('InvalidExportTimeException', `${difference} greater than 24 hours`);
  }
  return { kind: 'incremental', from, until, view: asked.ExportViewType ?? 'NEW_AND_OLD_IMAGES' };
}
