import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';

/** What a data file is, by its own bytes. */
export interface Digest {
  /** Base64, of the compressed bytes. */
  md5: string;
  bytes: number;
  /** Lines: undefined when it cannot be decompressed. */
  items: number | undefined;
}

/** Up to here a file is read at once: most are small, and a stream takes many turns of the event loop. */
const smallBytes = 2 ** 18;
const smallInflatedBytes = 2 ** 24;

/** Reads a compressed data file to its end; what is in memory is a piece of it, whatever its size. */
export async function digestOf({ body, bytes }: { body: AsyncIterable<Uint8Array>; bytes: number }): Promise<Digest> {
  if (bytes > smallBytes) return digestOfStream(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const all = Buffer.concat(pieces);
  const known = { md5: createHash('md5').update(all).digest('base64'), bytes: all.byteLength };
  try {
    const lines = new Lines();
    lines.add(gunzipSync(all, { maxOutputLength: smallInflatedBytes }));
    return { ...known, items: lines.count };
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return digestOfStream(pieces);
    if (!isDamage(error)) throw error;
    return { ...known, items: undefined };
  }
}

/** AWS writes Ion as text, one item a line as with JSON. */
class Lines {
  #breaks = 0;
  #isOpen = false;

  add(piece: Uint8Array): void {
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) this.#breaks++;
    if (piece.byteLength > 0) this.#isOpen = piece.at(-1) !== 10;
  }

  /** The last one need not end with a break. */
  get count(): number {
    return this.#breaks + (this.#isOpen ? 1 : 0);
  }
}

async function digestOfStream(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('md5');
  const lines = new Lines();
  let bytes = 0;
  let isDamaged = false;
  const gunzip = createGunzip();
  const inflated = pipeline(gunzip, async (pieces: AsyncIterable<Uint8Array>) => {
    for await (const piece of pieces) lines.add(piece);
  }).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    isDamaged = true;
  });
  for await (const piece of body) {
    hash.update(piece);
    bytes += piece.byteLength;
    if (!isDamaged && !gunzip.write(piece)) await Promise.race([onceDrained(gunzip), inflated]);
  }
  if (!gunzip.destroyed) gunzip.end();
  await inflated;
  return { md5: hash.digest('base64'), bytes, items: isDamaged ? undefined : lines.count };
}

const onceDrained = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((drained) => stream.once('drain', () => drained()));

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');

const isDamage = (error: unknown): boolean => /^Z_/.test(codeOf(error));
