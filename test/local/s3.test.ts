import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { inProcess } from '../../local/transport.ts';
import { type S3Local, startS3, texts } from './s3-local.ts';

const other = '111122223333';

async function withBucket(name = 'archive'): Promise<S3Local> {
  const local = await startS3();
  await local.send(`/${name}`, { method: 'PUT' });
  return local;
}

const crcOf = (text: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};

const put = ({ send }: S3Local, path: string, body: string, headers: Record<string, string> = {}) =>
  send(path, { method: 'PUT', body, headers });

test('an object is given back as it was put: bytes, type, metadata, ETag', async () => {
  const local = await withBucket();
  const headers = { 'content-type': 'text/plain', 'x-amz-meta-colour': 'blue', 'cache-control': 'no-store' };
  const made = await put(local, '/archive/a%20b/%C3%BC%2Bc', 'hello', headers);
  const etag = `"${createHash('md5').update('hello').digest('hex')}"`;
  expect(made.headers.get('etag')).toBe(etag);
  const got = await local.send('/archive/a%20b/%C3%BC%2Bc');
  expect(got.text).toBe('hello');
  expect(Object.fromEntries(got.headers)).toMatchObject({ ...headers, etag, 'content-length': '5' });
  const head = await local.send('/archive/a%20b/%C3%BC%2Bc', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '5', '']);
});

test.each([
  ['bytes=1-2', 206, 'el', 'bytes 1-2/5'],
  ['bytes=3-', 206, 'lo', 'bytes 3-4/5'],
  ['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
  ['bytes=0-99', 206, 'hello', 'bytes 0-4/5'],
  ['bytes=3-1', 200, 'hello', null],
  ['lines=1-2', 200, 'hello', null],
])('the range %s', async (range, status, text, contentRange) => {
  const local = await withBucket();
  await put(local, '/archive/a', 'hello');
  const got = await local.send('/archive/a', { headers: { range } });
  expect([got.status, got.text, got.headers.get('content-range')]).toEqual([status, text, contentRange]);
});

test('a range beyond the end is refused', async () => {
  const local = await withBucket();
  await put(local, '/archive/a', 'hello');
  const { status, text } = await local.send('/archive/a', { headers: { range: 'bytes=5-' } });
  expect([status, texts(text, 'Code')]).toEqual([416, ['InvalidRange']]);
});

test('conditions: an object is made once, replaced only as it is known, and not sent when it is known', async () => {
  const local = await withBucket();
  const once = () => put(local, '/archive/a', 'first', { 'if-none-match': '*' });
  const { headers } = await once();
  const etag = headers.get('etag') ?? '';
  const again = await once();
  expect([again.status, texts(again.text, 'Code')]).toEqual([412, ['PreconditionFailed']]);
  expect((await put(local, '/archive/a', 'second', { 'if-match': '"other"' })).status).toBe(412);
  expect((await local.send('/archive/a', { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await put(local, '/archive/a', 'second', { 'if-match': etag })).status).toBe(200);
  expect((await local.send('/archive/a', { headers: { 'if-match': etag } })).status).toBe(412);
  expect((await local.send('/archive/a')).text).toBe('second');
});

test('checksums are checked, kept and given back to whoever asks', async () => {
  const local = await withBucket();
  const wrong = await put(local, '/archive/a', 'hello', { 'x-amz-checksum-crc32': crcOf('hallo') });
  expect([wrong.status, texts(wrong.text, 'Code')]).toEqual([400, ['BadDigest']]);
  const md5 = createHash('md5').update('hallo').digest('base64');
  expect((await put(local, '/archive/a', 'hello', { 'content-md5': md5 })).status).toBe(400);
  expect((await local.send('/archive/a')).status).toBe(404);
  await put(local, '/archive/a', 'hello', { 'x-amz-checksum-crc32': crcOf('hello') });
  expect((await local.send('/archive/a')).headers.get('x-amz-checksum-crc32')).toBeNull();
  const asked = await local.send('/archive/a', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
  expect(asked.headers.get('x-amz-checksum-crc32')).toBe(crcOf('hello'));
});

const framed = (crc: string, length = 8) => ({
  body: `5;chunk-signature=0\r\nhello\r\n3\r\n you\r\n0\r\nx-amz-checksum-crc32:${crc}\r\n\r\n`.replace(' you', ' yo'),
  headers: {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
  },
});

test('a body in frames is taken apart, its trailer checked, and its frames are no encoding of the object', async () => {
  const local = await withBucket();
  const send = (sent: ReturnType<typeof framed>) => local.send('/archive/a', { method: 'PUT', ...sent });
  expect((await send(framed(crcOf('hello yo')))).status).toBe(200);
  const got = await local.send('/archive/a');
  expect([got.text, got.headers.get('content-encoding')]).toEqual(['hello yo', null]);
  expect(texts((await send(framed(crcOf('other')))).text, 'Code')).toEqual(['BadDigest']);
  expect(texts((await send(framed(crcOf('hello yo'), 9))).text, 'Code')).toEqual(['IncompleteBody']);
});

test('lists have the keys in order, in pages, with what they have in common up to a delimiter', async () => {
  const local = await withBucket();
  for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'd%26', 'e']) await put(local, `/archive/${key}`, 'x');
  const seen: string[] = [];
  let token = '';
  do {
    const page = await local.send(`/archive?list-type=2&delimiter=%2F&max-keys=2&encoding-type=url${token}`);
    expect(texts(page.text, 'KeyCount')).toEqual([
      String(texts(page.text, 'Key').length + texts(page.text, 'Prefix').length - 1),
    ]);
    seen.push(...texts(page.text, 'Key'), ...texts(page.text, 'Prefix').filter(Boolean));
    const [next] = texts(page.text, 'NextContinuationToken');
    expect(texts(page.text, 'IsTruncated')).toEqual([String(next !== undefined)]);
    token = next === undefined ? '' : `&continuation-token=${encodeURIComponent(next)}`;
  } while (token !== '');
  expect(seen).toEqual(['a', 'b/', 'd%26', 'e']);
  const inside = await local.send('/archive?list-type=2&prefix=b%2F&start-after=b%2F1');
  expect(texts(inside.text, 'Key')).toEqual(['b/2', 'b/c/3']);
  const older = await local.send('/archive?prefix=b%2F&delimiter=%2F&marker=b%2F2');
  expect(texts(older.text, 'Prefix')).toEqual(['b/', 'b/c/']);
  expect(texts((await local.send('/archive?list-type=2')).text, 'Key')).toContain('d&amp;');
});

test('a key that ends with the delimiter is an object where it is the prefix, and hides nothing', async () => {
  const local = await withBucket();
  for (const key of ['b/', 'b/1', 'b/2']) await put(local, `/archive/${key}`, 'x');
  const inside = '/archive?list-type=2&prefix=b%2F&delimiter=%2F&max-keys=1';
  const first = await local.send(inside);
  const [token = ''] = texts(first.text, 'NextContinuationToken');
  const second = await local.send(`${inside}&continuation-token=${encodeURIComponent(token)}`);
  expect([first, second].flatMap(({ text }) => texts(text, 'Key'))).toEqual(['b/', 'b/1']);
  const after = await local.send('/archive?list-type=2&delimiter=%2F&start-after=b%2F');
  expect(texts(after.text, 'Prefix')).toEqual(['', 'b/']);
});

test('deleting is idempotent, one by one or many at once', async () => {
  const local = await withBucket();
  for (const key of ['a', 'b', 'c']) await put(local, `/archive/${key}`, 'x');
  expect((await local.send('/archive/a', { method: 'DELETE' })).status).toBe(204);
  expect((await local.send('/archive/a', { method: 'DELETE' })).status).toBe(204);
  const body = '<Delete><Object><Key>b</Key></Object><Object><Key>&#110;one</Key></Object></Delete>';
  const { text } = await local.send('/archive?delete', { method: 'POST', body });
  expect(texts(text, 'Key')).toEqual(['b', 'none']);
  expect(texts((await local.send('/archive?list-type=2')).text, 'Key')).toEqual(['c']);
});

test('an upload in parts is one object in the end, or nothing', async () => {
  const local = await withBucket();
  const begin = async () => texts((await local.send('/archive/big?uploads', { method: 'POST' })).text, 'UploadId')[0];
  const id = await begin();
  const part = (number: number, body: string) =>
    local.send(`/archive/big?partNumber=${number}&uploadId=${id}`, { method: 'PUT', body });
  const long = 'x'.repeat(5 * 2 ** 20);
  const etags = [(await part(1, long)).headers.get('etag'), (await part(2, 'end')).headers.get('etag')];
  const complete = (order: number[], uploadId = id) =>
    local.send(`/archive/big?uploadId=${uploadId}`, {
      method: 'POST',
      body: `<CompleteMultipartUpload>${order
        .map((number) => `<Part><PartNumber>${number}</PartNumber><ETag>${etags[number - 1]}</ETag></Part>`)
        .join('')}</CompleteMultipartUpload>`,
    });
  expect(texts((await local.send(`/archive/big?uploadId=${id}`)).text, 'Size')).toEqual([String(long.length), '3']);
  expect(texts((await complete([2, 1])).text, 'Code')).toEqual(['InvalidPartOrder']);
  expect(texts((await complete([1, 3])).text, 'Code')).toEqual(['InvalidPart']);
  etags.push((await part(3, 'more')).headers.get('etag'));
  expect(texts((await complete([1, 2, 3])).text, 'Code')).toEqual(['EntityTooSmall']);
  expect((await local.send('/archive/big')).status).toBe(404);
  const digests = etags.slice(0, 2).map((etag) => Buffer.from((etag ?? '').replaceAll('"', ''), 'hex'));
  const whole = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-2"`;
  expect(texts((await complete([1, 2])).text, 'ETag')).toEqual([whole.replaceAll('"', '&quot;')]);
  expect((await local.send('/archive/big')).text).toBe(`${long}end`);
  expect(texts((await complete([1, 2])).text, 'Code')).toEqual(['NoSuchUpload']);
  const second = await begin();
  const abort = () => local.send(`/archive/big?uploadId=${second}`, { method: 'DELETE' });
  expect([(await abort()).status, (await abort()).status]).toEqual([204, 404]);
});

test('buckets: names are unique among all accounts, and only an empty one is deleted', async () => {
  const local = await withBucket();
  expect((await local.send('/archive', { method: 'PUT' })).status).toBe(200);
  const taken = await local.send('/archive', { method: 'PUT', key: other });
  expect(texts(taken.text, 'Code')).toEqual(['BucketAlreadyExists']);
  expect(texts((await local.send('/No_Name', { method: 'PUT' })).text, 'Code')).toEqual(['InvalidBucketName']);
  const body =
    '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>';
  await local.send('/european', { method: 'PUT', region: 'eu-west-1', body });
  expect((await local.send('/european?location')).text).toMatch(/>eu-west-1<\/LocationConstraint>$/);
  expect(texts((await local.send('/')).text, 'Name')).toEqual(['archive', 'european']);
  const elsewhere = await local.send('/european?list-type=2');
  expect([elsewhere.status, texts(elsewhere.text, 'Region')]).toEqual([400, ['eu-west-1']]);
  await put(local, '/archive/a', 'x');
  expect((await local.send('/archive', { method: 'DELETE' })).status).toBe(409);
  await local.send('/archive/a', { method: 'DELETE' });
  expect((await local.send('/archive', { method: 'DELETE' })).status).toBe(204);
  expect((await local.send('/archive', { method: 'HEAD' })).status).toBe(404);
});

test('errors are XML with code, sentence and what they are about', async () => {
  const local = await withBucket();
  const missing = await local.send('/archive/none');
  expect(missing.headers.get('content-type')).toBe('application/xml');
  expect(texts(missing.text, 'Message')).toEqual(['The specified key does not exist.']);
  expect(texts(missing.text, 'Key')).toEqual(['none']);
  expect(texts((await local.send('/nowhere/a')).text, 'BucketName')).toEqual(['nowhere']);
  expect(texts((await local.send('/archive?acl')).text, 'Code')).toEqual(['NotImplemented']);
  const skewed = await local.send('/archive/none', { headers: { 'x-amz-date': '20200101T000000Z' } });
  expect([skewed.status, texts(skewed.text, 'Code')]).toEqual([403, ['RequestTimeTooSkewed']]);
});

test('the owner who is expected must be the owner', async () => {
  const local = await withBucket();
  await put(local, '/archive/a', 'x');
  const expecting = (owner: string) => local.send('/archive/a', { headers: { 'x-amz-expected-bucket-owner': owner } });
  expect((await expecting('123456789012')).status).toBe(200);
  expect((await expecting(other)).status).toBe(403);
});

test('a role may do what its policy says, to the prefix', async () => {
  const local = await withBucket();
  await put(local, '/archive/in/a', 'x');
  await put(local, '/archive/out/a', 'x');
  const key = local.roleKey([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::archive/in/*' },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::archive',
      Condition: { StringLike: { 's3:prefix': 'in/*' }, StringEquals: { 'aws:ResourceAccount': '123456789012' } },
    },
  ]);
  const status = async (path: string, method = 'GET') => (await local.send(path, { key, method })).status;
  expect(await status('/archive/in/a')).toBe(200);
  expect(await status('/archive/out/a')).toBe(403);
  expect(await status('/archive/in/a', 'DELETE')).toBe(403);
  expect(await status('/archive?list-type=2&prefix=in%2F')).toBe(200);
  expect(await status('/archive?list-type=2')).toBe(403);
});

test("another account needs the bucket's policy, which may also deny the owner", async () => {
  const local = await withBucket();
  await put(local, '/archive/a', 'x');
  const status = async (sent: object = {}) => (await local.send('/archive/a', sent)).status;
  expect(await status({ key: other })).toBe(403);
  const statement = { Effect: 'Allow', Principal: { AWS: other }, Action: 's3:*', Resource: 'arn:aws:s3:::archive/*' };
  const policy = (more: object[] = []) => JSON.stringify({ Version: '2012-10-17', Statement: [statement, ...more] });
  await put(local, '/archive?policy', policy());
  expect((await local.send('/archive?policy')).text).toBe(policy());
  expect(await status({ key: other })).toBe(200);
  expect(await status({ key: other, method: 'PUT', body: 'y', headers: { 'x-amz-acl': 'private' } })).toBe(200);
  expect((await local.send('/archive?list-type=2', { key: other })).status).toBe(403);
  const deny = { ...statement, Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject' };
  await put(local, '/archive?policy', policy([deny]));
  expect(await status({ method: 'DELETE' })).toBe(403);
  await local.send('/archive?policy', { method: 'DELETE' });
  expect((await local.send('/archive?policy')).status).toBe(404);
  expect(await status({ method: 'DELETE' })).toBe(204);
});

test.each([
  ['no JSON', '{'],
  ['no principal', '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::archive"}}'],
  ['another bucket', '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}}'],
  ['no effect', '{"Statement":{"Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::archive"}}'],
])('a policy with %s is refused', async (_what, text) => {
  const local = await withBucket();
  expect(texts((await put(local, '/archive?policy', text)).text, 'Code')).toEqual(['MalformedPolicy']);
});

test('an ACL needs a right of its own, and a key about the owner sees the owner', async () => {
  const local = await withBucket();
  const resource = 'arn:aws:s3:::archive/*';
  const key = local.roleKey([{ Effect: 'Allow', Action: 's3:PutObject', Resource: resource }]);
  const write = (headers = {}) => local.send('/archive/a', { key, method: 'PUT', body: 'x', headers });
  expect((await write()).status).toBe(200);
  expect((await write({ 'x-amz-acl': 'bucket-owner-full-control' })).status).toBe(403);

  await local.send('/theirs', { method: 'PUT', key: other });
  const open = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::theirs/*' };
  await local.send('/theirs?policy', { method: 'PUT', key: other, body: JSON.stringify({ Statement: open }) });
  const allowed = async (account: string) => {
    const Condition = { StringEquals: { 'aws:ResourceAccount': account } };
    const mine = local.roleKey([{ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition }]);
    return (await local.send('/theirs/a', { key: mine, method: 'PUT', body: 'x' })).status;
  };
  expect(await allowed('123456789012')).toBe(403);
  expect(await allowed(other)).toBe(200);
});

test('in the process, too, HEAD has no body, whatever it is answered', async () => {
  const { aws } = await withBucket();
  const authorization = `AWS4-HMAC-SHA256 Credential=x/20260131/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0`;
  const request = { method: 'HEAD', query: '', headers: { authorization }, body: new Uint8Array() };
  const missing = await aws.handle({ ...request, path: '/archive/none' });
  expect([missing.status, missing.body.length]).toEqual([404, 0]);
});

test('in the process, streams are taken, and an object is a stream, as the client of S3 wants it', async () => {
  const { aws } = await withBucket();
  const authorization =
    'AWS4-HMAC-SHA256 Credential=x/20260131/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
  const request = { path: '/archive/a', headers: { Authorization: authorization } };
  const body = Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
  const put = await inProcess(aws).handle({ ...request, method: 'PUT', body });
  expect([put.response.statusCode, put.response.body]).toEqual([200, new Uint8Array()]);
  const got = await inProcess(aws).handle({ ...request, method: 'GET' });
  expect(await textOf(got.response.body as Readable)).toBe('hello');
  const missing = await inProcess(aws).handle({ ...request, path: '/archive/b', method: 'GET' });
  expect(missing.response.body).toBeInstanceOf(Uint8Array);
});

test('an object is copied with what was said of it, or with what is said now', async () => {
  const local = await withBucket();
  await put(local, '/archive/a%20b', 'hello', { 'content-type': 'text/plain', 'x-amz-meta-colour': 'blue' });
  const from = { 'x-amz-copy-source': 'archive%2Fa%20b' };
  const copied = await local.send('/archive/copy', { method: 'PUT', headers: from });
  const etag = `"${createHash('md5').update('hello').digest('hex')}"`;
  expect(texts(copied.text, 'ETag')).toEqual([etag.replaceAll('"', '&quot;')]);
  const same = await local.send('/archive/copy');
  expect([same.text, same.headers.get('content-type'), same.headers.get('x-amz-meta-colour')]).toEqual([
    'hello',
    'text/plain',
    'blue',
  ]);
  const replaced = { ...from, 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-colour': 'red' };
  await local.send('/archive/copy', { method: 'PUT', headers: replaced });
  expect((await local.send('/archive/copy')).headers.get('x-amz-meta-colour')).toBe('red');
});

test.each([
  ['a source that is not there', '/archive/none', {}, 404, 'NoSuchKey'],
  ['a bucket that is not there', '/nowhere/a', {}, 404, 'NoSuchBucket'],
  ['itself', '/archive/copy', {}, 400, 'InvalidRequest'],
  ['no key', '/archive', {}, 400, 'InvalidArgument'],
  ['what cannot be read', '/archive/%', {}, 400, 'InvalidArgument'],
  ['another version', '/archive/copy?versionId=1', {}, 501, 'NotImplemented'],
  ['what has changed', '/archive/copy', { 'x-amz-copy-source-if-match': '"other"' }, 412, 'PreconditionFailed'],
])('a copy of %s is refused', async (_, source, more, status, code) => {
  const local = await withBucket();
  await put(local, '/archive/copy', 'hello');
  const answer = await local.send('/archive/copy', {
    method: 'PUT',
    headers: { 'x-amz-copy-source': source, ...more },
  });
  expect([answer.status, texts(answer.text, 'Code')]).toEqual([status, [code]]);
});

test('who may write but not read the source may not copy it', async () => {
  const local = await withBucket();
  await put(local, '/archive/secret', 'hello');
  const may = (Action: string) => ({ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::archive/*' });
  const copy = (key: string) =>
    local.send('/archive/copy', { method: 'PUT', key, headers: { 'x-amz-copy-source': 'archive/secret' } });
  expect((await copy(local.roleKey(may('s3:PutObject')))).status).toBe(403);
  expect((await copy(local.roleKey({ ...may('s3:PutObject'), Action: ['s3:PutObject', 's3:GetObject'] }))).status).toBe(
    200,
  );
});

test('a large object is copied in parts, each a range of it', async () => {
  const local = await withBucket();
  const body = 'x'.repeat(5 * 2 ** 20 + 7);
  await put(local, '/archive/large', body);
  const [id] = texts((await local.send('/archive/copy?uploads', { method: 'POST' })).text, 'UploadId');
  const ranges = [`bytes=0-${5 * 2 ** 20 - 1}`, `bytes=${5 * 2 ** 20}-${5 * 2 ** 20 + 6}`];
  const parts = [];
  for (const [index, range] of ranges.entries()) {
    const headers = { 'x-amz-copy-source': 'archive/large', 'x-amz-copy-source-range': range };
    const { text } = await local.send(`/archive/copy?partNumber=${index + 1}&uploadId=${id}`, {
      method: 'PUT',
      headers,
    });
    parts.push(`<Part><PartNumber>${index + 1}</PartNumber><ETag>${texts(text, 'ETag')[0]}</ETag></Part>`);
  }
  const complete = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  await local.send(`/archive/copy?uploadId=${id}`, { method: 'POST', body: complete });
  expect((await local.send('/archive/copy')).text).toBe(body);
});
