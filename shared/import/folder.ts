import type { ExportBucket } from '../export/buckets.ts';
import { parsed, sumOf } from '../export/manifests.ts';
import type { Objects } from '../world.ts';
import { split } from './lines.ts';
import { dataFolderOf, isFileOf, type Part } from './parts.ts';

/** As many are told. */
const few = 5;

/**
 * How the folder of a full export differs from its list of files, in sentences. ImportTable reads whatever is in the
 * folder and compares nothing. ETags tell without reading whether files are those that were written; one that has
 * another ETag is read, as it may have been encrypted anew.
 */
export async function folderDifferences(objects: Objects, bucket: ExportBucket, full: Part): Promise<string[]> {
  const differences: string[] = [];
  const listed = new Map<string, { etag: unknown; md5: unknown }>();
  for await (const line of linesOf(objects, bucket, full)) {
    const { dataFileS3Key: key, etag, md5Checksum: md5 } = parsed(line);
    if (typeof key === 'string' && isFileOf(full, key)) listed.set(key, { etag, md5 });
    else differences.push(`${String(key ?? line.slice(0, 100))} is no file of this export.`);
  }
  for await (const { key, etag, bytes } of objects.list(bucket, dataFolderOf(full))) {
    const expected = listed.get(key);
    listed.delete(key);
    // The S3 console makes a folder by an object without bytes.
    if (expected === undefined && bytes > 0) {
      differences.push(`${key} is not in the list of files, and AWS would import it.`);
    } else if (expected !== undefined && etag !== expected.etag) {
      const { md5 } = (await sumOf((one) => objects.open(bucket, one), key)) ?? {};
      if (md5 !== expected.md5) differences.push(`${key} has the MD5 ${md5}, and ${String(expected.md5)} is expected.`);
    }
    if (differences.length >= few) break;
  }
  if (differences.length < few) differences.push(...[...listed.keys()].map((key) => `The file ${key} is missing.`));
  return differences.slice(0, few);
}

async function* linesOf(objects: Objects, bucket: ExportBucket, { filesKey }: Part): AsyncGenerator<string> {
  const found = await objects.open(bucket, filesKey);
  if (found === undefined) return;
  for await (const lines of split(found.body)) yield* lines.filter((line) => line.trim() !== '');
}
