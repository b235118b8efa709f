import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';

/** Up to here a file is inflated at once: most are small, and a stream takes many turns of the event loop. */
const smallBytes = 2 ** 18;
const smallInflatedBytes = 2 ** 24;

/** A compressed data file that is being read; its sum is known when it is through. */
export interface OpenLines {
  /** As they come, some at a time; whatever the file's size, some is all that is in memory. */
  batches: AsyncIterable<string[]>;
  md5(): string;
}

/** Reads a file of lines. Throws what zlib throws for bytes that are damaged. */
export function linesOf({ body, bytes }: { body: AsyncIterable<Uint8Array>; bytes: number }): OpenLines {
  const hash = createHash('md5');
  const hashed = async function* () {
    for await (const piece of body) {
      hash.update(piece);
      yield piece;
    }
  };
  return {
    batches: split(bytes > smallBytes ? streamed(hashed()) : atOnce(hashed())),
    md5: () => hash.digest('base64'),
  };
}

async function* atOnce(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  try {
    yield gunzipSync(Buffer.concat(pieces), { maxOutputLength: smallInflatedBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    yield* streamed(pieces);
  }
}

async function* streamed(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const fed = pipeline(Readable.from(body, { objectMode: false }), gunzip);
  // Whoever reads to the end hears of it below, and whoever stops before does not want to.
  fed.catch(() => {});
  for await (const piece of gunzip) yield piece as Uint8Array;
  await fed;
}

/** An item has 400 KB, a record two of them; as JSON, where it is all of booleans, it has eight times as much. */
const longestLine = 2 ** 24;

/** Whole lines of a text, some at a time. */
export async function* split(body: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + utf8.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw Object.assign(new Error('a line does not end'), { code: 'ERR_ENDLESS_LINE' });
    if (lines.length > 0) yield lines;
  }
  rest += utf8.decode();
  if (rest !== '') yield [rest];
}

export const isDamage = (error: unknown): boolean =>
  /^(Z_|ERR_ENCODING|ERR_ENDLESS)/.test(String((error as { code?: unknown } | undefined)?.code ?? ''));
