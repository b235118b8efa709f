import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cold start reads every byte: about 35 ms for 280 KB, 45 ms for 400 KB. */
const limitBytes = 410_000;
/**
 * An audit comes once an hour and speaks to KMS and SQS, too. A restore takes minutes and comes seldom; it speaks to
 * every service that a table's settings are of.
 */
const limitsOfSome: Record<string, number> = { audit: 420_000, restore: 480_000 };

const limitOf = (name: string): number => limitsOfSome[name] ?? limitBytes;

/** How large each function's bundle is, unpacked. */
export function checkBundles(directory: string) {
  const bundles = readdirSync(directory)
    .filter((file) => file.endsWith('.zip'))
    .map((file) => ({ name: file.slice(0, -4), bytes: unpackedBytes(readFileSync(join(directory, file))) }));
  return {
    bundles,
    problems: bundles
      .filter(({ name, bytes }) => bytes > limitOf(name))
      .map(
        ({ name, bytes }) =>
          `The bundle of ${name} has ${bytes} bytes, more than ${limitOf(name)}; see what it imports.`,
      ),
  };
}

/**
 * The sizes in a ZIP archive's central directory, added up:
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.12, 4.3.16).
 */
function unpackedBytes(archive: Buffer): number {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let entry = archive.readUInt32LE(end + 16);
  let bytes = 0;
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    bytes += archive.readUInt32LE(entry + 24);
    entry +=
      46 + archive.readUInt16LE(entry + 28) + archive.readUInt16LE(entry + 30) + archive.readUInt16LE(entry + 32);
  }
  return bytes;
}
