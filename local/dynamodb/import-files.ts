import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Answer } from '../s3/answers.ts';
import type { Caller, Core } from '../service.ts';

export interface S3Source {
  S3Bucket: string;
  S3BucketOwner?: string;
  S3KeyPrefix?: string;
}

/** Where an import reads, and in whose name: with the caller's rights. */
export interface Origin {
  caller: Caller;
  region: string;
  source: S3Source;
  compression: 'NONE' | 'GZIP' | 'ZSTD';
}

/** An object of the source, with the lines that are in it. */
export interface SourceFile {
  bytes: number;
  lines: AsyncIterable<string>;
}

interface Page {
  IsTruncated: boolean;
  Contents: { Key: string }[];
  NextContinuationToken?: string;
}

/** The source in the bucket, an object in memory at a time. */
export function sourceOf(core: Core, { caller, region, source, compression }: Origin) {
  const { S3Bucket: Bucket, S3BucketOwner: ExpectedBucketOwner = caller.account, S3KeyPrefix: Prefix = '' } = source;
  const call = async (operation: string, members: Record<string, unknown>): Promise<Answer> => {
    const s3 = { service: 's3', operation, input: { Bucket, ExpectedBucketOwner, ...members } };
    return (await core.call({ ...s3, caller, account: caller.account, region })) as Answer;
  };
  const list = async (after: string | undefined): Promise<Page> => {
    const { members } = await call('ListObjectsV2', { Prefix, ...(after && { ContinuationToken: after }) });
    return members as unknown as Page;
  };

  return {
    /** Throws when the bucket is not there, or closed to the caller. */
    check: () => list(undefined),

    async *files(): AsyncGenerator<SourceFile> {
      let page: Page | undefined;
      do {
        page = await list(page?.NextContinuationToken);
        for (const { Key } of page.Contents) {
          const { body = new Uint8Array() } = await call('GetObject', { Key });
          yield { bytes: body.length, lines: linesOf(core, body, compression) };
        }
      } while (page.NextContinuationToken !== undefined);
    },
  };
}

const unpackers = {
  GZIP: { atOnce: gunzipSync, streaming: createGunzip },
  ZSTD: { atOnce: zstdDecompressSync, streaming: createZstdDecompress },
};

/** Small objects are unpacked at once, so that imports of one instant end in the same order every time. */
const atOnceBytes = 2 ** 16;

function unpacked(body: Uint8Array, compression: Origin['compression']): Readable {
  if (compression === 'NONE') return Readable.from([body], { objectMode: false });
  const { atOnce, streaming } = unpackers[compression];
  if (body.length <= atOnceBytes) return Readable.from([atOnce(body)], { objectMode: false });
  return Readable.from([body], { objectMode: false }).pipe(streaming());
}

/** Throws what zlib throws for bytes that are not compressed in that way. */
async function* linesOf(core: Core, body: Uint8Array, compression: Origin['compression']): AsyncGenerator<string> {
  const plain = unpacked(body, compression);
  const chunks = plain[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const utf8 = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await core.during(chunks.next());
    const pieces = (rest + (done ? utf8.decode() : utf8.decode(value, { stream: true }))).split('\n');
    rest = done ? '' : (pieces.pop() ?? '');
    for (const line of pieces) if (line.trim() !== '') yield line;
    if (done) return;
  }
}
