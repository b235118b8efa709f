import { expect, test } from 'vitest';
import { VirtualClock } from '../../local/clock.ts';
import { createWholeAws } from '../../local/services.ts';
import { account } from './whole-aws.ts';

const now = Date.UTC(2026, 0, 31, 2);
const utf8 = new TextEncoder();

type Sent = { method?: string; query?: string; headers?: Record<string, string>; body?: string };

async function withBucket() {
  const clock = new VirtualClock(now);
  const aws = createWholeAws({ clock });
  const send = async (path: string, { method = 'GET', query = '', headers = {}, body = '' }: Sent = {}) => {
    const answer = await aws.handle({ method, path, query, headers, body: utf8.encode(body) });
    return { ...answer, text: new TextDecoder().decode(answer.body) };
  };
  const query = signed();
  expect((await send('/archive', { method: 'PUT', query })).status).toBe(200);
  expect((await send('/archive/a', { method: 'PUT', query, body: 'hello' })).status).toBe(200);
  return { clock, send };
}

/** What a client appends to an address; the signature itself is not verified. */
const signed = (key = account, more = ''): string =>
  `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${key}%2F20260131%2Fus-east-1%2Fs3%2Faws4_request` +
  `&X-Amz-Date=20260131T020000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host${more}&X-Amz-Signature=0`;

test('a presigned address is answered until it expires', async () => {
  const { clock, send } = await withBucket();
  await clock.run(now + 60_000);
  expect(await send('/archive/a', { query: signed() })).toMatchObject({ status: 200, text: 'hello' });
  await clock.run(now + 60_001);
  const late = await send('/archive/a', { query: signed() });
  expect(late.status).toBe(403);
  expect(late.text).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
  expect(late.text).toContain('<Expires>2026-01-31T02:01:00Z</Expires>');
});

test('who signed with the older version is known, too, in an address and in a header', async () => {
  const { send } = await withBucket();
  const query = `AWSAccessKeyId=${account}&Expires=${now / 1000 + 1}&Signature=0`;
  expect((await send('/archive/a', { query })).text).toBe('hello');
  expect((await send('/archive/a', { headers: { authorization: `AWS ${account}:0` } })).text).toBe('hello');
});

test('what a presigned address says of headers holds as if they were sent', async () => {
  const { send } = await withBucket();
  const query = signed(account, '&x-amz-meta-colour=blue&x-amz-checksum-crc32=AAAAAA%3D%3D');
  expect((await send('/archive/b', { method: 'PUT', query })).status).toBe(200);
  expect((await send('/archive/b', { query: signed() })).headers['x-amz-meta-colour']).toBe('blue');
  const other = await send('/archive/b', { method: 'PUT', query, body: 'not empty' });
  expect(other.text).toContain('<Code>BadDigest</Code>');
});

test('a reader says how an object is to be described', async () => {
  const { send } = await withBucket();
  const query = signed(account, '&response-content-type=text%2Fcsv&response-content-disposition=attachment');
  expect((await send('/archive/a', { query })).headers).toMatchObject({
    'content-type': 'text/csv',
    'content-disposition': 'attachment',
  });
});

test('a request that nobody signed is denied in S3’s words', async () => {
  const { send } = await withBucket();
  const answer = await send('/archive/a');
  expect([answer.status, answer.headers['content-type']]).toEqual([403, 'application/xml']);
  expect(answer.text).toContain('<Code>AccessDenied</Code>');
});

test.each([
  'archive.s3.us-east-1.amazonaws.com',
  'archive.s3.amazonaws.com',
  'archive.localhost:4566',
  'archive.s3.localhost:4566',
])('a bucket is found by its host %s', async (host) => {
  const { send } = await withBucket();
  expect((await send('/a', { query: signed(), headers: { host } })).text).toBe('hello');
});

test.each(['s3.amazonaws.com', 's3.us-east-1.localhost:4566', 'localhost:4566', '127.0.0.1:4566'])(
  'the host %s leaves the bucket to the path',
  async (host) => {
    const { send } = await withBucket();
    expect((await send('/archive/a', { query: signed(), headers: { host } })).text).toBe('hello');
  },
);
