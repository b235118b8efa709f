import { createHash } from 'node:crypto';
import type { Objects } from '../world.ts';
import type { Exporting, Verifying } from './export-task.ts';

const longestSummaryBytes = 2 ** 20;

/** The summary, and where the list is; the sums of both are compared before anything in them is believed. */
export async function readManifests(exporting: Exporting): Promise<Verifying> {
  const { world, task } = exporting;
  const { bucket, target } = task.plan;
  const open = (key: string) => world.objects(target).open(bucket, key);
  const { manifest = '' } = task.exported ?? {};
  const differences: string[] = [];
  const summary = await readText(open, manifest);
  if (summary === undefined) differences.push(`The summary ${manifest} is missing`);
  else differences.push(...(await unlessSum(open, manifest, md5Of(summary))));
  const { manifestFilesS3Key: filesKey = '', itemCount = 0 } = parsed(summary ?? '{}');
  const list = await sumOf(open, String(filesKey));
  if (list === undefined) differences.push(`The list of files ${String(filesKey)} is missing`);
  else differences.push(...(await unlessSum(open, String(filesKey), list.md5)));
  const none = { offset: 0, files: 0, items: 0, bytes: 0 };
  const isSound = differences.length === 0 && list !== undefined;
  const filesBytes = isSound ? list.bytes : 0;
  return { filesKey: String(filesKey), filesBytes, itemsExpected: Number(itemCount), ...none, differences };
}

/** Opens an object of the bucket. */
export type Open = (key: string) => ReturnType<Objects['open']>;

/** Base64. */
export const md5Of = (text: string): string => createHash('md5').update(text).digest('base64');

/** Of a small object; undefined when there is none. */
export async function readText(open: Open, key: string): Promise<string | undefined> {
  const found = key === '' ? undefined : await open(key);
  if (found === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of found.body) {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (bytes > longestSummaryBytes) break;
  }
  return Buffer.concat(pieces).toString();
}

/** Of an object of any size; undefined when there is none. */
export async function sumOf(open: Open, key: string): Promise<{ md5: string; bytes: number } | undefined> {
  const found = key === '' ? undefined : await open(key);
  if (found === undefined) return undefined;
  const hash = createHash('md5');
  let bytes = 0;
  for await (const piece of found.body) {
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { md5: hash.digest('base64'), bytes };
}

/** AWS's documentation calls the files of the sums both `.md5` and `.checksum`. */
export async function unlessSum(open: Open, key: string, md5: string): Promise<string[]> {
  const beside = key.replace(/\.json$/, '');
  const said = (await readText(open, `${beside}.md5`)) ?? (await readText(open, `${beside}.checksum`));
  if (said === undefined) return [`The checksum of ${key} is missing`];
  return said.trim() === md5 ? [] : [`${key} has the MD5 ${md5}, and ${said.trim().slice(0, 40)} is expected`];
}

/** An object without members when it is no JSON. */
export function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
