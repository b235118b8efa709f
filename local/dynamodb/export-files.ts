import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createGzip, type Gzip, gzipSync } from 'node:zlib';
import type { Core } from '../service.ts';
import { type Line, partitions } from './export-lines.ts';

/** A data file that is ready to be put. */
export interface DataFile {
  body: Uint8Array;
  itemCount: number;
  /** Base64, of the compressed bytes. */
  md5: string;
}

/** A file is ended there, so that no file has to be larger in memory; AWS says nothing of sizes. */
const longestFileCharacters = 128 * 2 ** 20;
const batchCharacters = 2 ** 20;

/** Files are made one after the other, whatever export they are of: how fast zlib is must not decide which comes first. */
export class Turns {
  #last = Promise.resolve();

  /** Resolves when it is one's turn; the answer ends it. */
  async take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return resolve;
  }
}

/** The compressed data files of an export, one after the other: at least one for each partition. */
export async function* dataFiles(core: Core, turns: Turns, lines: AsyncIterable<Line>): AsyncGenerator<DataFile> {
  const rest = lines[Symbol.asyncIterator]();
  let next = await rest.next();
  const isIn = (partition: number): boolean => !next.done && next.value.partition === partition;

  const fileOf = async (partition: number): Promise<DataFile> => {
    const endTurn = await turns.take();
    try {
      const file = new GrowingFile(core);
      for (; isIn(partition) && file.characters <= longestFileCharacters; next = await rest.next()) {
        await file.add(next.value.text);
      }
      return await file.end();
    } finally {
      endTurn();
    }
  };
  for (let partition = 0; partition < partitions; partition++) {
    do yield await fileOf(partition);
    while (isIn(partition));
  }
}

/**
 * Lines that are compressed as they come: what is in memory is the compressed file and one batch. A file of one batch is
 * compressed at once, so that exports of one instant end in the same order every time.
 */
class GrowingFile {
  characters = 0;
  readonly #core: Core;
  readonly #chunks: Uint8Array[] = [];
  #gzip: Gzip | undefined;
  #batch = '';
  #itemCount = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Answers at once while the batch is not full. */
  add(line: string): Promise<void> | undefined {
    this.#itemCount++;
    this.characters += line.length;
    this.#batch += line;
    return this.#batch.length < batchCharacters ? undefined : this.#flush();
  }

  async end(): Promise<DataFile> {
    if (this.#gzip === undefined) this.#chunks.push(gzipSync(this.#batch));
    else {
      const ended = once(this.#gzip, 'end');
      this.#gzip.end(this.#batch);
      await this.#core.during(ended);
    }
    const body = Buffer.concat(this.#chunks);
    return { body, itemCount: this.#itemCount, md5: createHash('md5').update(body).digest('base64') };
  }

  async #flush(): Promise<void> {
    this.#gzip ??= createGzip().on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    const batch = this.#batch;
    this.#batch = '';
    if (!this.#gzip.write(batch)) await this.#core.during(once(this.#gzip, 'drain'));
  }
}
