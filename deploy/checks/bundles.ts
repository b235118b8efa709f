import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The most that each function's bundle may have, in bytes: a cold start reads every one of them. 250 KB with the clients
 * of DynamoDB and EventBridge, 300 KB with other accounts (STS) and tagging, too, and never more than 320 KB; less where
 * a function does less (docs/decisions/0010).
 */
export const budgets: Record<string, number> = {
  // Comes every minute, and reads the catalog only.
  heartbeat: 200_000,
  // The catalog and the bus of facts, nothing else.
  'start-run': 200_000,
  // With other accounts.
  'apply-retention': 250_000,
  // With other accounts, tagging, KMS and queues.
  audit: 250_000,
  // With other accounts and tagging, and everything that a table's settings are read from.
  'take-backups': 300_000,
  // With other accounts, tagging, KMS and S3.
  export: 300_000,
  // These two speak to every service that a table's settings are of.
  restore: 320_000,
  import: 320_000,
  // The catalog and the bus of requests, but with routes in three dialects and the document of them all.
  api: 320_000,
};

/** How large each function's bundle is, unpacked. */
export function checkBundles(directory: string) {
  const bundles = readdirSync(directory)
    .filter((file) => file.endsWith('.zip'))
    .map((file) => ({ name: file.slice(0, -4), bytes: unpackedBytes(readFileSync(join(directory, file))) }));
  return {
    bundles,
    problems: bundles.flatMap(({ name, bytes }) => problemsOf(name, bytes)),
  };
}

function problemsOf(name: string, bytes: number): string[] {
  const budget = budgets[name];
  if (budget === undefined) return [`The bundle of ${name} has no budget; give it one in deploy/checks/bundles.ts.`];
  if (bytes <= budget) return [];
  return [`The bundle of ${name} has ${bytes} bytes, more than ${budget}; see what it imports.`];
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
