import { md5Of, type Open, parsed, readText, sumOf, unlessSum } from '../export/manifests.ts';
import type { Target } from '../target.ts';

/** An export of which a table is made: the full one, or a window that follows. Instants are epoch ms. */
export interface Part {
  manifest: string;
  exportArn: string;
  kind: 'full' | 'window';
  format: 'DYNAMODB_JSON' | 'ION';
  items: number;
  table: { arn: string; id: string };
  /** Of a window: inclusive. */
  from?: number;
  /** Of a window: exclusive. Of a full export: the items as they were then. */
  until: number;
  /** Records say what was there before. */
  hasOld: boolean;
  /** The list of data files. */
  filesKey: string;
  filesBytes: number;
}

/** Where the parts are, as a request says it. */
export type Place = { manifest: string } | { prefix: string; chain: string };

/** `a/AWSDynamoDB/<id>` and its manifest, or `a/chain/<id>`. */
export function placeOf(text: string): Place {
  const key = text.replace(/^\/+/, '').replace(/\/+$/, '');
  const { prefix = '', chain } = /^(?<prefix>.*\/)?chain\/(?<chain>[\w-]+)(\/0\.json)?$/.exec(key)?.groups ?? {};
  if (chain !== undefined) return { prefix: prefix.replace(/\/$/, ''), chain };
  return { manifest: key.endsWith('/manifest-summary.json') ? key : `${key}/manifest-summary.json` };
}

/** The folder of a full export's data files, as ImportTable wants it. */
export const dataFolderOf = ({ manifest }: Pick<Part, 'manifest'>): string =>
  manifest.replace(/manifest-summary\.json$/, 'data/');

/**
 * Data files are beside the manifests of a full export, and those of incremental ones in `AWSDynamoDB/data/`, which
 * exports share: whatever else a list names, of which anybody may have written it, is not read.
 */
export function isFileOf({ manifest, kind }: Pick<Part, 'manifest' | 'kind'>, key: string): boolean {
  const folder = dataFolderOf({ manifest });
  const folders = kind === 'full' ? [folder] : [folder, folder.replace(/[^/]+\/data\/$/, 'data/')];
  return folders.some((one) => key.startsWith(one)) && !key.split('/').includes('..');
}

/** Where the table is, or was. */
export function placeOfTable({ arn }: Part['table']): Target & { name: string } {
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  return { account, region, name: resource.slice('table/'.length) };
}

/**
 * The part that a manifest tells of, or what is wrong with it. The sums of the summary and of the list of files are
 * compared before anything in them is believed.
 */
export async function readPart(open: Open, bucket: string, manifest: string): Promise<Part | { problem: string }> {
  const text = await readText(open, manifest);
  if (text === undefined) return { problem: `There is no s3://${bucket}/${manifest}.` };
  const [wrong] = await unlessSum(open, manifest, md5Of(text));
  if (wrong !== undefined) return { problem: `${wrong}.` };
  const said = parsed(text);
  const filesKey = String(said.manifestFilesS3Key ?? '');
  if (said.s3Bucket !== bucket || folderOf(filesKey) !== folderOf(manifest)) {
    const where = `s3://${String(said.s3Bucket)}/${filesKey}`;
    return { problem: `${manifest} is a copy: its list of files is ${where}, and what that names is there.` };
  }
  const list = await sumOf(open, filesKey);
  if (list === undefined) return { problem: `The list of files ${filesKey} is missing.` };
  const [wrongList] = await unlessSum(open, filesKey, list.md5);
  if (wrongList !== undefined) return { problem: `${wrongList}.` };
  return partOf(manifest, said, { filesKey, filesBytes: list.bytes });
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

/** AWS's documentation of the older manifests knows no exportType: those are full. */
function partOf(
  manifest: string,
  said: Record<string, unknown>,
  list: Pick<Part, 'filesKey' | 'filesBytes'>,
): Part | { problem: string } {
  const isFull = (said.exportType ?? 'FULL_EXPORT') === 'FULL_EXPORT';
  const from = Date.parse(String(said.exportFromTime));
  const until = Date.parse(String(isFull ? said.exportTime : said.exportToTime));
  const format = String(said.outputFormat ?? 'DYNAMODB_JSON');
  const isUnderstood =
    ['DYNAMODB_JSON', 'ION'].includes(format) && !Number.isNaN(until) && (isFull || !Number.isNaN(from));
  if (!isUnderstood) return { problem: `${manifest} cannot be understood: ${JSON.stringify(said).slice(0, 200)}.` };
  return {
    manifest,
    exportArn: String(said.exportArn ?? ''),
    kind: isFull ? 'full' : 'window',
    format: format as Part['format'],
    items: Number(said.itemCount ?? 0),
    table: { arn: String(said.tableArn ?? ''), id: String(said.tableId ?? '') },
    ...(!isFull && { from }),
    until,
    hasOld: said.outputView === 'NEW_AND_OLD_IMAGES',
    ...list,
  };
}
