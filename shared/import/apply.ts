import { errorText } from '../errors.ts';
import { linkKey } from '../export/chain-link.ts';
import { fail, write } from '../task/drive.ts';
import { failWithout, leftBehindOf, ownTable } from './context.ts';
import { type Applied, applyFile, WrongFile } from './data-file.ts';
import type { Applying, Importing, ImportPlan } from './import-task.ts';
import { lock } from './lock.ts';
import { type Part, readPart } from './parts.ts';
import { readLink } from './source.ts';
import { quietAt, Writer } from './writer.ts';

/** Of the list of files so much is read at once: a line has about 250 bytes. */
const pageBytes = 2 ** 18;

/**
 * Brings the table to its end: the full export, where AWS could not import it, and then window by window, each to its
 * end. A driver that went silent may have writes on their way: they are waited for, as one of them could be older than
 * what is written now.
 */
export async function apply(importing: Importing): Promise<'next' | number> {
  const { world, task } = importing;
  const quiet = quietAt(task.writingUntil);
  if (quiet > world.clock.now()) return quiet;
  if (task.lockedAt === undefined) {
    const came = await lock(importing);
    if (came !== 'next' || importing.task.state !== 'APPLYING') return came;
  }
  try {
    return await applyParts(importing);
  } catch (error) {
    if (error instanceof WrongFile)
      return failWrong(importing, 'NotAsExpected', error.message, 'Export the table again');
    if (error instanceof Error && error.name === 'ValidationException') {
      const problem = `DynamoDB refused a record: ${errorText(error)}.`;
      return failWrong(importing, error.name, problem, 'Correct the keys and indexes of the target');
    }
    throw error;
  }
}

function failWrong(importing: Importing, code: string, problem: string, remedy: string): Promise<'next'> {
  const mistakes = [{ field: 'source', problem, remedy: `${remedy}, and ask under a new requestId.` }];
  return fail(importing, code, mistakes, leftBehindOf(importing.task));
}

async function applyParts(importing: Importing): Promise<'next' | number> {
  const { world, task } = importing;
  const { plan } = task;
  const isOurs = plan.call.operation === 'CreateTable';
  const none = { offset: 0, lines: 0, records: 0 };
  let come: Applying = task.applying ?? { ...none, part: isOurs ? 0 : 1, put: 0, deleted: 0, net: 0 };
  const writer = new Writer(importing);
  while (come.part <= plan.windowCount) {
    const table = await ownTable(importing);
    if (table === 'gone' || table === 'another') return failWithout(importing, table);
    const part = await partOf(importing, come.part);
    const applied = await applyPart(importing, writer, part, come);
    const isThrough = applied.isThrough && (await writer.settle());
    if (applied.isThrough && applied.come.records !== part.items) {
      throw new WrongFile(`${part.manifest} says ${part.items} items, and its files have ${applied.come.records}.`);
    }
    come = isThrough ? { ...applied.come, ...none, part: come.part + 1 } : applied.come;
    await writer.rest(come);
    if (!isThrough) return world.clock.now();
  }
  await write(importing, { state: 'VERIFYING', applying: come }, wordsOf(importing, come));
  return 'next';
}

const wordsOf = ({ task }: Importing, { put, deleted }: Applying): string =>
  task.plan.windowCount === 0
    ? 'everything is there'
    : `${task.plan.windowCount} windows: ${put} put, ${deleted} deleted`;

/** Read again, and its sums compared again: what was looked at when it was asked for may be long ago. */
async function partOf({ world, task }: Importing, number: number): Promise<Part> {
  const { bucket, target } = task.plan;
  const open = (key: string) => world.objects(target, 'import').open(bucket, key);
  const part = await readPart(open, bucket.name, await manifestOf(open, task.plan, number));
  if ('problem' in part) throw new WrongFile(part.problem);
  return part;
}

async function manifestOf(
  open: Parameters<typeof readLink>[0],
  { full, windows }: Pick<ImportPlan, 'full' | 'windows'>,
  number: number,
): Promise<string> {
  if (number === 0) return full.manifest;
  if ('manifests' in windows) return windows.manifests[number - 1] ?? '';
  const { prefix, chain } = windows;
  const key = linkKey(prefix, chain, number);
  const link = await readLink(open, key, number);
  if (link === undefined || 'problem' in link) throw new WrongFile(link?.problem ?? `There is no ${key} any more.`);
  return link.manifest;
}

/** Goes through the list of files from where it has come to. */
async function applyPart(importing: Importing, writer: Writer, part: Part, from: Applying): Promise<Applied> {
  let come = from;
  while (come.offset < part.filesBytes) {
    for (const line of await pageFrom(importing, part, come.offset)) {
      if (importing.driver.isEnding) return { come, isThrough: false };
      const applied = await applyFile(importing, writer, part, { come, line });
      come = applied.come;
      if (!applied.isThrough) return applied;
      come = { ...come, offset: come.offset + line.length, lines: 0 };
      await writer.checkpoint(come);
    }
  }
  return { come, isThrough: true };
}

/** Whole lines from there on, one character a byte; the last page need not end with a break. */
async function pageFrom({ world, task }: Importing, { filesKey, filesBytes }: Part, offset: number): Promise<string[]> {
  const { bucket, target } = task.plan;
  const until = Math.min(offset + pageBytes, filesBytes);
  const found = await world.objects(target, 'import').open(bucket, filesKey, { from: offset, until });
  const pieces: Uint8Array[] = [];
  for await (const piece of found?.body ?? []) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('latin1');
  const end = until === filesBytes ? text.length : text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  // Without a line no page would ever end.
  if (lines.length === 0) throw new WrongFile(`There is no line in ${filesKey} from byte ${offset}.`);
  return lines;
}
