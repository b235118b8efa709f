import { parsed } from '../export/manifests.ts';
import type { Applying, Importing } from './import-task.ts';
import { isDamage, linesOf } from './lines.ts';
import { isFileOf, type Part } from './parts.ts';
import { type ImportRecord, readRecord } from './records.ts';
import { roundSize, type Writer } from './writer.ts';

/** How far it has come is written so often, and after each file: so much is written again when the process dies. */
const writeEveryMs = 10_000;

/**
 * Of a round's lines. BatchWriteItem takes 16 MB, as JSON, in which an item of 400 KB may have several megabytes: three
 * bytes for a character, or three times what small values have in Ion. It bounds what is in memory, too.
 */
const roundCharacters = 2 ** 22;

/** A file is not what its manifest says, or cannot be read: the table stays unfinished. */
export class WrongFile extends Error {
  override name = 'WrongFile';
}

export interface Applied {
  come: Applying;
  /** Otherwise the driver ends. */
  isThrough: boolean;
}

/** One data file, from the line that it has come to: read from its beginning, so that its sum is known at the end. */
export async function applyFile(
  importing: Importing,
  writer: Writer,
  part: Part,
  { come, line }: { come: Applying; line: string },
): Promise<Applied> {
  const { world, task } = importing;
  const { bucket, target, structure } = task.plan;
  if (line.trim() === '') return { come, isThrough: true };
  const said = parsed(Buffer.from(line, 'latin1').toString());
  const key = String(said.dataFileS3Key ?? '');
  if (key !== '' && !isFileOf(part, key)) throw new WrongFile(`${key} is no file of this export.`);
  const file = key === '' ? undefined : await world.objects(target, 'import').open(bucket, key);
  if (file === undefined) throw new WrongFile(`The file ${key || line.trim().slice(0, 100)} is missing.`);
  const keys = structure.keys.map(({ AttributeName }) => AttributeName);
  const lines = linesOf(file);
  const rounds = new Rounds(importing, writer, part, come);
  let items = 0;
  try {
    for await (const some of lines.batches) {
      for (const one of some) {
        items++;
        if (items <= come.lines) continue;
        const record = recordOf(one, part, keys, `${key}, line ${items}`);
        if (!(await rounds.add(record, one.length))) return { come: rounds.come, isThrough: false };
      }
    }
  } catch (error) {
    if (isDamage(error)) throw new WrongFile(`${key} cannot be decompressed.`);
    throw error;
  }
  if (!(await rounds.flush())) return { come: rounds.come, isThrough: false };
  checkFile(said, key, { md5: lines.md5(), items });
  return { come: rounds.come, isThrough: true };
}

/** Records are written some at once, all of different items: a second record of one comes after the first. */
class Rounds {
  readonly #importing: Importing;
  readonly #writer: Writer;
  readonly #part: Part;
  #writtenAt: number;
  #round: ImportRecord[] = [];
  readonly #keys = new Set<string>();
  #characters = 0;
  /** What is written for sure. */
  come: Applying;

  constructor(importing: Importing, writer: Writer, part: Part, come: Applying) {
    this.#importing = importing;
    this.#writer = writer;
    this.#part = part;
    this.#writtenAt = importing.world.clock.now();
    this.come = come;
  }

  /** False when the driver ends. */
  async add(record: ImportRecord, characters: number): Promise<boolean> {
    const isFull = this.#round.length === roundSize || this.#characters + characters > roundCharacters;
    if ((isFull || this.#keys.has(record.key)) && !(await this.flush())) return false;
    this.#round.push(record);
    this.#keys.add(record.key);
    this.#characters += characters;
    return true;
  }

  async flush(): Promise<boolean> {
    const writes = this.#round.map(({ write }) => write);
    if (!(await this.#writer.writeAll(writes, this.come))) return false;
    this.come = withRound(this.come, this.#round, this.#part);
    this.#round = [];
    this.#keys.clear();
    this.#characters = 0;
    const now = this.#importing.world.clock.now();
    if (now < this.#writtenAt + writeEveryMs) return true;
    await this.#writer.checkpoint(this.come);
    this.#writtenAt = now;
    return true;
  }
}

function withRound(come: Applying, round: ImportRecord[], { kind }: Part): Applying {
  const isWindow = kind === 'window';
  const put = round.filter((record) => 'put' in record.write).length;
  return {
    ...come,
    lines: come.lines + round.length,
    records: come.records + round.length,
    ...(isWindow && {
      put: come.put + put,
      deleted: come.deleted + round.length - put,
      net: come.net + round.reduce((sum, { net }) => sum + net, 0),
    }),
  };
}

function recordOf(line: string, part: Part, keys: string[], where: string): ImportRecord {
  try {
    return readRecord(line, part, keys);
  } catch (error) {
    throw new WrongFile(`${where}, cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkFile(said: Record<string, unknown>, key: string, { md5, items }: { md5: string; items: number }): void {
  if (md5 !== said.md5Checksum) {
    throw new WrongFile(`${key} has the MD5 ${md5}, and ${String(said.md5Checksum)} is expected.`);
  }
  if (items !== said.itemCount) {
    throw new WrongFile(`${key} has ${items} items, and ${String(said.itemCount)} are expected.`);
  }
}
