import { createHash, createHmac } from 'node:crypto';
import { config, dynamodb, url } from './endpoint.ts';
import { afterwards, newName } from './made.ts';

/** An answer of S3's; its errors are told by status and code. */
export interface S3Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  text: string;
  /** The code of an error. */
  code: string | undefined;
}

export interface S3Request {
  method?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

const hash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const sign = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Calls S3, whose SDK client is not among the dependencies, signed by Signature Version 4
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). `path` is a bucket, or bucket and key.
 */
export async function s3(path: string, { method = 'GET', query = {}, headers = {}, body = '' }: S3Request = {}) {
  const keys = await dynamodb.config.credentials();
  const { host, origin } = new URL(url ?? `https://s3.${config.region}.amazonaws.com`);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const sent: Record<string, string> = {
    ...headers,
    'x-amz-content-sha256': hash(body),
    'x-amz-date': stamp,
    ...(keys.sessionToken !== undefined && { 'x-amz-security-token': keys.sessionToken }),
  };
  const signed = Object.entries({ ...sent, host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const target = `/${path.split('/').map(percentEncoded).join('/')}`;
  const asked = Object.entries(query)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .sort()
    .join('&');
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const request = [method, target, asked, lines, names, hash(body)].join('\n');
  const scope = `${stamp.slice(0, 8)}/${config.region}/s3/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(sign, `AWS4${keys.secretAccessKey}`);
  const signature = sign(key, ['AWS4-HMAC-SHA256', stamp, scope, hash(request)].join('\n')).toString('hex');
  const credential = `Credential=${keys.accessKeyId}/${scope}`;
  const answer = await fetch(`${origin}${target}${asked === '' ? '' : `?${asked}`}`, {
    method,
    headers: {
      ...sent,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
    },
    ...(method !== 'GET' && method !== 'HEAD' && { body }),
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  return { status: answer.status, headers: answer.headers, bytes, text, code: texts(text, 'Code')[0] } as S3Answer;
}

/** The texts of all elements of that name, as they stand in the XML. */
export const texts = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);

/** A bucket of one's own, which is emptied and deleted in the end. */
export async function makeBucket(): Promise<string> {
  const bucket = newName();
  const body = `<CreateBucketConfiguration><LocationConstraint>${config.region}</LocationConstraint></CreateBucketConfiguration>`;
  const made = await s3(bucket, { method: 'PUT', ...(config.region !== 'us-east-1' && { body }) });
  if (made.status !== 200) throw new Error(made.text);
  afterwards(async () => {
    for (const key of await keysIn(bucket)) await s3(`${bucket}/${key}`, { method: 'DELETE' });
    await s3(bucket, { method: 'DELETE' });
  });
  return bucket;
}

/** The first thousand keys. */
export async function keysIn(bucket: string, prefix = ''): Promise<string[]> {
  return texts((await s3(bucket, { query: { 'list-type': '2', prefix } })).text, 'Key');
}
