import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { newName } from './made.ts';
import { rule } from './rule.ts';
import { makeBucket, type S3Request, s3, texts } from './s3-client.ts';

const bucket = await makeBucket();

const put = (key: string, body: string, more: S3Request = {}) =>
  s3(`${bucket}/${key}`, { method: 'PUT', body, ...more });

rule('an object comes back as it was put, and its ETag is its MD5', async () => {
  const headers = { 'content-type': 'text/plain', 'x-amz-meta-colour': 'blue' };
  const etag = `"${createHash('md5').update('hello').digest('hex')}"`;
  expect((await put('as it was/ü+1', 'hello', { headers })).headers.get('etag')).toBe(etag);
  const got = await s3(`${bucket}/as it was/ü+1`);
  expect(got.text).toBe('hello');
  expect(Object.fromEntries(got.headers)).toMatchObject({ ...headers, etag, 'content-length': '5' });
  const head = await s3(`${bucket}/as it was/ü+1`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '5']);
});

rule('what is not there is a NoSuchKey or a NoSuchBucket, and to HEAD a 404', async () => {
  const missing = await s3(`${bucket}/none`);
  expect([missing.status, missing.code, texts(missing.text, 'Key')]).toEqual([404, 'NoSuchKey', ['none']]);
  const nowhere = await s3(`${newName()}/none`);
  expect([nowhere.status, nowhere.code]).toEqual([404, 'NoSuchBucket']);
  expect((await s3(`${bucket}/none`, { method: 'HEAD' })).status).toBe(404);
});

rule('a range is a part of the object', async () => {
  await put('range', 'hello');
  const part = await s3(`${bucket}/range`, { headers: { range: 'bytes=1-3' } });
  expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, 'ell', 'bytes 1-3/5']);
  const end = await s3(`${bucket}/range`, { headers: { range: 'bytes=-2' } });
  expect(end.text).toBe('lo');
  const beyond = await s3(`${bucket}/range`, { headers: { range: 'bytes=5-' } });
  expect([beyond.status, beyond.code]).toEqual([416, 'InvalidRange']);
});

rule('If-None-Match * makes an object once', async () => {
  const headers = { 'if-none-match': '*' };
  expect((await put('once', 'first', { headers })).status).toBe(200);
  const again = await put('once', 'second', { headers });
  expect([again.status, again.code]).toEqual([412, 'PreconditionFailed']);
  expect((await s3(`${bucket}/once`)).text).toBe('first');
});

rule('a body that is not the one summed up is refused', async () => {
  const headers = { 'content-md5': createHash('md5').update('hallo').digest('base64') };
  const wrong = await put('wrong', 'hello', { headers });
  expect([wrong.status, wrong.code]).toEqual([400, 'BadDigest']);
});

rule('a checksum is kept and given back', async () => {
  const sum = createHash('sha256').update('hello').digest('base64');
  await put('summed', 'hello', { headers: { 'x-amz-checksum-sha256': sum } });
  const got = await s3(`${bucket}/summed`, { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
  expect(got.headers.get('x-amz-checksum-sha256')).toBe(sum);
});

rule('a list has keys in order and what they have in common, in pages', async () => {
  for (const key of ['list/a', 'list/b/1', 'list/b/2', 'list/c']) await put(key, 'x');
  const query = { 'list-type': '2', prefix: 'list/', delimiter: '/', 'max-keys': '2' };
  const first = await s3(bucket, { query });
  expect([texts(first.text, 'Key'), texts(first.text, 'Prefix')]).toEqual([['list/a'], ['list/', 'list/b/']]);
  const [token = ''] = texts(first.text, 'NextContinuationToken');
  const second = await s3(bucket, { query: { ...query, 'continuation-token': token } });
  expect([texts(second.text, 'Key'), texts(second.text, 'IsTruncated')]).toEqual([['list/c'], ['false']]);
});

rule('deleting what is not there is no error', async () => {
  await put('gone', 'x');
  const remove = () => s3(`${bucket}/gone`, { method: 'DELETE' });
  expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
});

rule('an object of one part has an ETag that says so', async () => {
  const path = `${bucket}/parts`;
  const [uploadId = ''] = texts((await s3(path, { method: 'POST', query: { uploads: '' } })).text, 'UploadId');
  const part = await s3(path, { method: 'PUT', query: { partNumber: '1', uploadId }, body: 'hello' });
  const etag = part.headers.get('etag') ?? '';
  const list = `<Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part>`;
  const body = `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`;
  expect((await s3(path, { method: 'POST', query: { uploadId }, body })).status).toBe(200);
  const digest = createHash('md5')
    .update(Buffer.from(etag.replaceAll('"', ''), 'hex'))
    .digest('hex');
  expect((await s3(path)).headers.get('etag')).toBe(`"${digest}-1"`);
});

rule('an upload that was aborted is not there', async () => {
  const path = `${bucket}/aborted`;
  const [uploadId = ''] = texts((await s3(path, { method: 'POST', query: { uploads: '' } })).text, 'UploadId');
  expect((await s3(path, { method: 'DELETE', query: { uploadId } })).status).toBe(204);
  const late = await s3(path, { method: 'PUT', query: { partNumber: '1', uploadId }, body: 'x' });
  expect([late.status, late.code]).toEqual([404, 'NoSuchUpload']);
});

rule('a bucket that holds something is not deleted', async () => {
  await put('something', 'x');
  const refused = await s3(bucket, { method: 'DELETE' });
  expect([refused.status, refused.code]).toEqual([409, 'BucketNotEmpty']);
});

rule('a bucket has a policy or says that it has none', async () => {
  const none = await s3(bucket, { query: { policy: '' } });
  expect([none.status, none.code]).toEqual([404, 'NoSuchBucketPolicy']);
  const broken = await s3(bucket, { method: 'PUT', query: { policy: '' }, body: '{' });
  expect([broken.status, broken.code]).toEqual([400, 'MalformedPolicy']);
});

rule('the expected owner must be the owner', async () => {
  await put('owned', 'x');
  const other = await s3(`${bucket}/owned`, { headers: { 'x-amz-expected-bucket-owner': '111122223333' } });
  expect(other.status).toBe(403);
});

rule('in a bucket without versions each object is its only one, by the id null', async () => {
  await put('version/a', 'a');
  await put('version/b', 'b');
  const status = await s3(bucket, { query: { versioning: '' } });
  expect([status.status, texts(status.text, 'Status')]).toEqual([200, []]);
  const listed = await s3(bucket, { query: { versions: '', prefix: 'version/', 'max-keys': '1' } });
  expect(['Key', 'VersionId', 'IsLatest'].flatMap((name) => texts(listed.text, name))).toEqual([
    'version/a',
    'null',
    'true',
  ]);
  const [next = ''] = texts(listed.text, 'NextKeyMarker');
  const rest = await s3(bucket, { query: { versions: '', prefix: 'version/', 'key-marker': next } });
  expect(texts(rest.text, 'Key')).toEqual(['version/b']);
  expect((await s3(`${bucket}/version/a`, { query: { versionId: 'null' } })).text).toBe('a');
  expect((await s3(`${bucket}/version/a`, { method: 'DELETE', query: { versionId: 'null' } })).status).toBe(204);
  expect((await s3(`${bucket}/version/a`)).code).toBe('NoSuchKey');
});
