import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from '../service.ts';
import { readSignature } from '../wire/signature.ts';

/** Whose signature it is, or what is wrong with it. */
export type Verdict = { accessKey: string } | { refusal: string };

/** What a signature is held against. */
export interface Expected {
  region: string;
  service: string;
  /** Epoch ms. */
  now: number;
  keysOf(accessKey: string): { secretAccessKey: string; sessionToken?: string };
}

const validMs = 5 * 60_000;

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** RFC 3986: everything but the unreserved characters is percent-encoded. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** A plus is a blank, as in the event. What is encoded wrongly stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Without `.`, `..` and empty pieces, and each piece, which is encoded already, encoded once more. */
function canonicalPath(path: string): string {
  const pieces: string[] = [];
  for (const piece of path.split('/')) {
    if (piece === '..') pieces.pop();
    else if (piece !== '' && piece !== '.') pieces.push(encoded(piece));
  }
  return `/${pieces.join('/')}${pieces.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
      return [encoded(decoded(name)), encoded(decoded(value))] as const;
    });
  const sorted = pairs.sort(([a, x], [b, y]) => byText(a, b) || byText(x, y));
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
}

function canonicalRequest({ method, path, query, headers, body }: WireRequest, signed: string[]): string {
  const lines = signed.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`);
  const head = `${method}\n${canonicalPath(path)}\n${canonicalQuery(query)}\n${lines.join('')}`;
  return `${head}\n${signed.join(';')}\n${sha256(body)}`;
}

const sameText = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** What is wrong with the scope and the time of a signature, as far as that can be seen without the key. */
function wrongScope(signature: NonNullable<ReturnType<typeof readSignature>>, day: string, expected: Expected) {
  const { region, service, signedAt } = signature;
  if (service !== expected.service) return `it is signed for ${service}, not for ${expected.service}`;
  if (region !== expected.region) return `it is signed for ${region}, not for ${expected.region}`;
  if (signedAt === undefined) return 'it has no X-Amz-Date';
  if (new Date(signedAt).toISOString().slice(0, 10).replaceAll('-', '') !== day) return 'its two dates differ';
  if (expected.now - signedAt > validMs) return 'the signature has expired';
  return signedAt - expected.now > validMs ? 'the signature is not yet valid' : undefined;
}

const form =
  /^AWS4-HMAC-SHA256 Credential=[^/,\s]+\/(\d{8})\/[^,\s]+,\s*SignedHeaders=([^,\s]+),\s*Signature=([\da-f]{64})$/;

/**
 * Verifies a request's signature of version 4, made over the request as it arrived
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The body's hash is worked
 * out, whatever `X-Amz-Content-Sha256` says; signatures in the query string are not looked at.
 */
export function verify(request: WireRequest, expected: Expected): Verdict {
  const { headers } = request;
  const [, day = '', list = '', given = ''] = form.exec(headers.authorization ?? '') ?? [];
  const signature = readSignature(request);
  if (signature === undefined || given === '') return { refusal: 'it is not signed' };
  const scope = wrongScope(signature, day, expected);
  if (scope !== undefined) return { refusal: scope };
  const signed = list.split(';');
  const unsigned = ['host', 'x-amz-date'].find((name) => !signed.includes(name));
  if (unsigned !== undefined) return { refusal: `${unsigned} is not among the signed headers` };
  const { accessKey, region, service } = signature;
  const keys = expected.keysOf(accessKey);
  if (keys.sessionToken !== headers['x-amz-security-token']) return { refusal: 'the session token is not the key’s' };
  const toSign = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    `${day}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest(request, signed)),
  ].join('\n');
  const scoped = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`);
  return sameText(hmac(scoped, toSign).toString('hex'), given)
    ? { accessKey }
    : { refusal: 'the signature does not fit the request and the key’s secret' };
}
