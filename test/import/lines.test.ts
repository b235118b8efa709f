import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isDamage, linesOf } from '../../shared/import/lines.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function all(file: {
  body: AsyncIterable<Uint8Array>;
  bytes: number;
}): Promise<{ lines: string[]; md5: string }> {
  const opened = linesOf(file);
  const lines: string[] = [];
  for await (const some of opened.batches) lines.push(...some);
  return { lines, md5: opened.md5() };
}

describe.each([
  ['at once', 0],
  ['as a stream', 2 ** 19],
])('a data file that is read %s', (_, bytes) => {
  test.each<[string, string, string[]]>([
    ['with a break at its end', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['without one', '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['that is empty', '', []],
    ['with signs of several bytes', '"é😀"\n"ü"\n', ['"é😀"', '"ü"']],
  ])('%s has its lines and its sum', async (_name, text, lines) => {
    const body = gzipSync(text);
    const md5 = createHash('md5').update(body).digest('base64');
    expect(await all({ body: pieces(body, 3), bytes })).toEqual({ lines, md5 });
  });

  test('that is damaged says so', async () => {
    const body = gzipSync('x'.repeat(1000));
    const flipped = Uint8Array.from(body, (byte, at) => (at === body.length - 6 ? byte ^ 255 : byte));
    for (const wrong of [body.subarray(0, -4), new Uint8Array([1, 2, 3]), flipped]) {
      const error = await all({ body: pieces(wrong, 10), bytes }).catch((caught: unknown) => caught);
      expect(isDamage(error)).toBe(true);
    }
  });
});

test('a small file that inflates to much is read as a stream', async () => {
  const body = gzipSync(`${'x'.repeat(999)}\n`.repeat(20_000));
  expect(body.byteLength).toBeLessThan(2 ** 18);
  expect((await all({ body: pieces(body, 1000), bytes: body.byteLength })).lines).toHaveLength(20_000);
});

test('a line that never ends is damage, and is not gathered', async () => {
  const piece = Buffer.alloc(2 ** 20, 'x');
  let given = 0;
  function* endless() {
    for (; given < 100; given++) yield piece;
  }
  const body = Readable.from(endless(), { objectMode: false }).pipe(createGzip({ level: 1 }));
  const error = await all({ body, bytes: 2 ** 30 }).catch((caught: unknown) => caught);
  expect(isDamage(error)).toBe(true);
  expect(given).toBeLessThan(60);
});

test('whatever the size of a file, a piece of it is in memory', async () => {
  const line = `{"Item":{"id":{"S":"${'x'.repeat(200)}"}}}\n`;
  const piece = Buffer.from(line.repeat(500));
  function* many() {
    for (let n = 0; n < 1500; n++) yield piece;
  }
  const body = Readable.from(many(), { objectMode: false }).pipe(createGzip({ level: 1 }));
  const used = () => process.memoryUsage().rss;
  const before = used();
  let most = 0;
  let count = 0;
  for await (const some of linesOf({ body, bytes: Number.POSITIVE_INFINITY }).batches) {
    count += some.length;
    most = Math.max(most, used() - before);
  }
  expect(count).toBe(750_000);
  // Of 170 MB.
  expect(most).toBeLessThan(80 * 2 ** 20);
});
