import { fail, write } from '../task/drive.ts';
import { digestOf } from './digest.ts';
import type { Exporting, Verifying } from './export-task.ts';
import { parsed, readManifests } from './manifests.ts';
import { leftBehindOf } from './wait.ts';

/** Of the list of files so much is read at once: a line has about 250 bytes. */
const pageBytes = 2 ** 18;
/** How far it has come is written so often: that much is read again when the process dies. */
const writeEveryMs = 10_000;
const fewDifferences = 20;

/** Reads everything back as a stream: summary, list and each file, against what the manifests say of it. */
export async function verify(exporting: Exporting): Promise<'next' | number> {
  const { world, driver } = exporting;
  if (exporting.task.verifying === undefined) {
    const verifying = await readManifests(exporting);
    await write(exporting, { verifying }, `reading back ${verifying.filesBytes} bytes of manifest`);
  }
  let come = exporting.task.verifying as Verifying;
  let writtenAt = world.clock.now();
  while (come.offset < come.filesBytes && come.differences.length < fewDifferences) {
    for (const line of await pageFrom(exporting, come)) {
      if (driver.isEnding || world.clock.now() > writtenAt + writeEveryMs) {
        await write(exporting, { verifying: come });
        writtenAt = world.clock.now();
      }
      if (driver.isEnding) return world.clock.now();
      come = await checkFile(exporting, come, line);
    }
  }
  return ended(exporting, come);
}

async function ended(exporting: Exporting, come: Verifying): Promise<'next'> {
  const { items, itemsExpected, files, differences } = come;
  const exportedItems = exporting.task.exported?.items ?? 0;
  const sums =
    differences.length === 0 && (items !== itemsExpected || items !== exportedItems)
      ? [`${items} items in ${files} files, ${itemsExpected} in the summary, ${exportedItems} by AWS`]
      : [];
  const all = [...differences, ...sums];
  await write(exporting, { verifying: { ...come, differences: all } });
  if (all.length > 0) {
    const remedy = 'Do not use these files; export again under a new requestId.';
    const mistakes = all.map((problem) => ({ field: 'verify', problem: `${problem}.`, remedy }));
    return fail(exporting, 'NotAsExpected', mistakes, leftBehindOf(exporting.task));
  }
  const endedAt = exporting.world.clock.now();
  await write(exporting, { state: 'COMPLETED', endedAt }, `${files} files are as the manifests say`);
  return 'next';
}

/** Whole lines from there on; the last page need not end with a break. */
async function pageFrom({ world, task }: Exporting, { filesKey, offset, filesBytes }: Verifying): Promise<string[]> {
  const { bucket, target } = task.plan;
  const until = Math.min(offset + pageBytes, filesBytes);
  const found = await world.objects(target).open(bucket, filesKey, { from: offset, until });
  const pieces: Uint8Array[] = [];
  for await (const piece of found?.body ?? []) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('latin1');
  const end = until === filesBytes ? text.length : text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  // Without a line no page would ever end.
  if (lines.length === 0) throw new Error(`There is no line in ${filesKey} from byte ${offset}.`);
  return lines;
}

/** `line` in one character a byte, with its break. */
async function checkFile({ world, task }: Exporting, come: Verifying, line: string): Promise<Verifying> {
  const next = { ...come, offset: come.offset + line.length };
  const said = parsed(Buffer.from(line, 'latin1').toString());
  const key = String(said.dataFileS3Key ?? '');
  const add = (...found: string[]): Verifying => ({
    ...next,
    differences: [...come.differences, ...found].slice(0, fewDifferences),
  });
  if (line.trim() === '') return next;
  if (key === '') return add(`A line of the list cannot be read: ${line.trim().slice(0, 100)}`);
  const { bucket, target } = task.plan;
  const file = await world.objects(target).open(bucket, key);
  if (file === undefined) return add(`The file ${key} is missing`);
  const { md5, bytes, items } = await digestOf(file);
  const differences = [
    ...(md5 === said.md5Checksum ? [] : [`${key} has the MD5 ${md5}, and ${String(said.md5Checksum)} is expected`]),
    ...(items === undefined
      ? [`${key} cannot be decompressed`]
      : items === said.itemCount
        ? []
        : [`${key} has ${items} items, and ${String(said.itemCount)} are expected`]),
  ];
  return {
    ...add(...differences),
    files: come.files + 1,
    items: come.items + (items ?? 0),
    bytes: come.bytes + bytes,
  };
}
