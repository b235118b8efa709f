import { PermanentError } from '../errors.ts';
import type { ExportBucket } from '../export/buckets.ts';
import { pages } from '../pages.ts';
import type { Objects } from '../world.ts';
import type { ClientOptions } from './client.ts';
import { type OpenAnswer, openService, type PlainRequest } from './other-service.ts';

/** What S3 refused. `region`: where the bucket is, when we asked in another Region. */
class S3Error extends Error {
  readonly region: string | undefined;
  readonly $metadata: { httpStatusCode: number };

  constructor(name: string, message: string, httpStatusCode: number, region?: string) {
    super(message);
    this.name = name;
    this.region = region;
    this.$metadata = { httpStatusCode };
  }
}

/** Errors are XML of a few elements. */
const longestErrorBytes = 16_384;

async function orThrow({ statusCode, headers, body }: OpenAnswer): Promise<void> {
  if (statusCode < 300) return;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (bytes > longestErrorBytes) break;
  }
  const text = Buffer.concat(pieces).toString();
  const code = elementIn(text, 'Code') ?? 'S3Error';
  const region = headers['x-amz-bucket-region'] ?? elementIn(text, 'Region');
  throw new S3Error(code, elementIn(text, 'Message') ?? `S3 answered ${statusCode}`, statusCode, region);
}

const entities: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** The text of the first element of that name. */
function elementIn(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text?.replaceAll(/&(?:#x([\da-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex?: string, decimal?: string, word = '') =>
    hex !== undefined || decimal !== undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
      : (entities[word] ?? whole),
  );
}

/** Encoded as S3 does it for the signature. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Path-style, as names with dots have no certificate: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
const pathOf = (bucket: string, key?: string): string =>
  `/${bucket}${key === undefined ? '' : `/${key.split('/').map(escaped).join('/')}`}`;

const service = { host: 's3', signingName: 's3' };

/** Buckets of whatever Region, from one, with the rights of the credentials. */
export function objectsOf(options: ClientOptions, region: string): Objects {
  const doors = new Map<string, ReturnType<typeof openService>>();
  const regions = new Map<string, string>();
  const sendTo = (at: string, request: PlainRequest) => {
    const door = doors.get(at) ?? openService(options, at, service, orThrow);
    doors.set(at, door);
    return door(request);
  };
  const send = async (bucket: string, request: PlainRequest): Promise<OpenAnswer> => {
    const at = regions.get(bucket) ?? region;
    try {
      return await sendTo(at, request);
    } catch (error) {
      if (!(error instanceof S3Error) || error.region === undefined || error.region === at) throw error;
      regions.set(bucket, error.region);
      return sendTo(error.region, request);
    }
  };

  return {
    // An empty list: the errors of HEAD say neither what is wrong nor where the bucket is.
    async hasBucket({ name, owner }) {
      const headers = { 'x-amz-expected-bucket-owner': owner };
      const query = { 'list-type': '2', 'max-keys': '0' };
      return unlessMissing(send(name, { method: 'GET', path: pathOf(name), query, headers }).then(() => true));
    },

    open,

    async *list({ name, owner }, prefix) {
      const headers = { 'x-amz-expected-bucket-owner': owner };
      const ask = async (after: string | undefined) => {
        const query = { 'list-type': '2', prefix, ...(after !== undefined && { 'continuation-token': after }) };
        const page = await textOf((await send(name, { method: 'GET', path: pathOf(name), query, headers })).body);
        return { page, next: elementIn(page, 'NextContinuationToken') };
      };
      for await (const { page } of pages(ask, ({ next }) => next)) {
        for (const [, object = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
          const [key = '', etag = '', size = 0] = ['Key', 'ETag', 'Size'].map((one) => elementIn(object, one));
          yield { key, etag: etag.replaceAll('"', ''), bytes: Number(size) };
        }
      }
    },

    async putOnce(bucket, key, content) {
      const headers = {
        'x-amz-expected-bucket-owner': bucket.owner,
        'if-none-match': '*',
        // As DynamoDB writes its files: an old bucket of another account leaves objects to whoever put them.
        'x-amz-acl': 'bucket-owner-full-control',
      };
      const request = { method: 'PUT', path: pathOf(bucket.name, key), headers, body: content } as const;
      try {
        await textOf((await send(bucket.name, request)).body);
      } catch (error) {
        if (!(error instanceof S3Error) || error.$metadata.httpStatusCode !== 412) throw error;
        // It may be our own, of a call whose answer never came.
        const there = await open(bucket, key);
        if (there !== undefined && (await textOf(there.body)) === JSON.stringify(content)) return;
        throw new PermanentError(
          `s3://${bucket.name}/${key} is there already and says something else: nothing is written over it. Find out who put it there.`,
          { cause: error },
        );
      }
    },
  };

  async function open({ name, owner }: ExportBucket, key: string, { from, until }: ByteRange = {}) {
    const headers = {
      'x-amz-expected-bucket-owner': owner,
      ...(from !== undefined && { range: `bytes=${from}-${until === undefined ? '' : until - 1}` }),
    };
    const found = await unlessMissing(send(name, { method: 'GET', path: pathOf(name, key), headers }));
    return found && { body: found.body, bytes: Number(found.headers['content-length'] ?? 0) };
  }
}

type ByteRange = NonNullable<Parameters<Objects['open']>[2]>;

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof S3Error && error.$metadata.httpStatusCode === 404) return undefined;
    throw error;
  }
}
