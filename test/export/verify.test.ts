import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredObject } from '../../local/s3/state.ts';
import { digestOf } from '../../shared/export/digest.ts';
import { type ExportHere, exportHere, objectsOf, request } from './here.ts';

let here: ExportHere;
beforeEach(async () => {
  here = await exportHere({ items: 12 });
});
afterEach(() => here.close());

/** Exports with verify, and meddles when AWS has written the files. */
async function verifyAfter(meddle: (objects: StoredObject[]) => void, format = 'DYNAMODB_JSON') {
  let isDone = false;
  here.aws.onCall(({ call }) => {
    // The first thing that is read back.
    if (call.operation !== 'DescribeExport' || isDone) return;
    const objects = objectsOf(here.bucket());
    if (!objects.some(({ key }) => key.endsWith('manifest-summary.json'))) return;
    isDone = true;
    meddle(objects);
  });
  await here.ask({ ...request, format, verify: true });
  await here.untilEnded();
  expect(here.thrown).toEqual([]);
}

const dataFile = (objects: StoredObject[]): StoredObject => {
  const found = objects.filter(({ key }) => key.includes('/data/')).sort((a, b) => b.body.length - a.body.length)[0];
  if (found === undefined) throw new Error('no data file');
  return found;
};
const rewrite = (object: StoredObject, body: Uint8Array) => Object.assign(object, { body });
const problems = () =>
  (here.factsOf('Export Failed')[0]?.detail.mistakes as { problem: string }[] | undefined)?.map(
    ({ problem }) => problem,
  );

describe('reading back', () => {
  test.each(['DYNAMODB_JSON', 'ION'])('counts the items and bytes of all files of %s', async (format) => {
    await verifyAfter(() => {}, format);
    const detail = here.factsOf('Export Completed')[0]?.detail;
    const files = objectsOf(here.bucket()).filter(({ key }) => key.includes('/data/'));
    const bytes = files.reduce((sum, { body }) => sum + body.length, 0);
    expect(detail).toMatchObject({ items: 12, bytes, verification: { files: files.length, items: 12, bytes } });
  });

  test.each<[string, (objects: StoredObject[]) => void, RegExp]>([
    [
      'a file with another byte',
      (objects) => {
        const file = dataFile(objects);
        const body = Uint8Array.from(file.body);
        body[body.length - 9] = (body[body.length - 9] ?? 0) ^ 1;
        rewrite(file, body);
      },
      /\.json\.gz has the MD5 .* is expected|cannot be decompressed/,
    ],
    [
      'a file that ends early',
      (objects) => {
        const file = dataFile(objects);
        rewrite(file, file.body.slice(0, -10));
      },
      /has the MD5 .* and .* is expected/,
    ],
    [
      'a file with an item less',
      (objects) => rewrite(dataFile(objects), gzipSync('{"Item":{}}\n')),
      /has 1 items, and \d+ are expected|has the MD5/,
    ],
    [
      'a file that is gone',
      (objects) => here.bucket().objects.delete(dataFile(objects).key),
      /The file .*\.json\.gz is missing/,
    ],
    [
      'a list that says something else than its checksum',
      (objects) => {
        const list = objects.find(({ key }) => key.endsWith('manifest-files.json'));
        if (list) rewrite(list, new TextEncoder().encode('{}\n'));
      },
      /manifest-files\.json has the MD5/,
    ],
    [
      'a summary that is gone',
      (objects) => {
        const summary = objects.find(({ key }) => key.endsWith('manifest-summary.json'));
        if (summary) here.bucket().objects.delete(summary.key);
      },
      /The summary .* is missing/,
    ],
  ])('finds %s, and says so to people', async (_, meddle, problem) => {
    await verifyAfter(meddle);
    expect(here.factsOf('Export Completed')).toEqual([]);
    expect(here.factsOf('Export Failed')[0]?.detail).toMatchObject({ code: 'NotAsExpected' });
    expect(problems()?.join('\n')).toMatch(problem);
  });
});

describe('a data file', () => {
  async function* inPieces(all: Uint8Array, size: number) {
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
  }

  beforeEach(() => here.close());

  test.each([10, 200_000])('of %i lines is counted, whether it is read at once or as a stream', async (count) => {
    const text = Array.from({ length: count }, (_, n) => `{"Item":{"id":{"S":"${n}"}}}\n`).join('');
    const all = gzipSync(text);
    const digest = await digestOf({ body: inPieces(all, 5000), bytes: all.length });
    expect(digest).toMatchObject({ items: count, bytes: all.length });
  });

  test('of a last line without a break is counted with it', async () => {
    const all = gzipSync('a\nb');
    expect((await digestOf({ body: inPieces(all, 5), bytes: all.length })).items).toBe(2);
  });

  test('that is not compressed has no items, however long', async () => {
    for (const all of [randomBytes(100), randomBytes(1_000_000)]) {
      const digest = await digestOf({ body: inPieces(all, 5000), bytes: all.length });
      expect(digest).toMatchObject({ items: undefined, bytes: all.length });
    }
  });

  test('that ends early has no items, however long', async () => {
    const all = gzipSync(randomBytes(1_000_000)).subarray(0, 900_000);
    const digest = await digestOf({ body: inPieces(all, 5000), bytes: all.length });
    expect(digest).toMatchObject({ items: undefined, bytes: all.length });
  });

  test('of 300 MB takes some megabytes of memory', async () => {
    const piece = gzipSync(`${'x'.repeat(999)}\n`.repeat(3000));
    const before = process.memoryUsage.rss();
    let highest = 0;
    async function* members() {
      for (let n = 0; n < 100; n++) {
        yield piece;
        highest = Math.max(highest, process.memoryUsage.rss());
      }
    }
    const digest = await digestOf({ body: members(), bytes: 100 * piece.length + smallest });
    expect(digest.items).toBe(300_000);
    expect(highest - before).toBeLessThan(100 * 2 ** 20);
  });
});

/** Larger than what is read at once. */
const smallest = 2 ** 20;
