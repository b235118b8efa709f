import type { Keys } from '../kms.ts';
import { AwsError, type Call, type Core } from '../service.ts';
import { childText, parseXml } from '../wire/xml.ts';
import type { Answer } from './answers.ts';
import { bucketOf } from './buckets.ts';
import { checkBody, md5 } from './checksums.ts';
import { s3Error } from './errors.ts';
import { rangeOf } from './ranges.ts';
import { bodyText, type Input } from './requests.ts';
import type { Bucket, Buckets, Described, StoredObject } from './state.ts';

/** What operations on objects work with. */
export interface World {
  core: Core;
  buckets: Buckets;
  keys: Keys;
}

/** Objects: written whole, read whole or in part, never changed. */
export function objectOperations(world: World): Record<string, (call: Call) => Answer> {
  const { buckets } = world;
  return {
    PutObject: (call) => putObject(world, call),
    GetObject: (call) => getObject(objectOf(bucketOf(buckets, call), call), call.input),
    HeadObject: (call) => getObject(objectOf(bucketOf(buckets, call), call), call.input),
    DeleteObject: (call) => {
      bucketOf(buckets, call).objects.delete(String(call.input.Key));
      return { status: 204 };
    },
    DeleteObjects: (call) => deleteObjects(bucketOf(buckets, call), call.input),
  };
}

function objectOf({ objects }: Bucket, { input }: Call): StoredObject {
  const object = objects.get(String(input.Key));
  if (object === undefined) throw s3Error('NoSuchKey', { Key: String(input.Key) });
  return object;
}

function putObject(world: World, call: Call): Answer {
  const input = call.input as Input;
  const bucket = bucketOf(world.buckets, call);
  const { Body = new Uint8Array(), checksums = {} } = input;
  checkBody(Body, checksums, input.ContentMD5 as string | undefined);
  checkWritable(bucket, input);
  const described = describedBy(world, call);
  const object = keep(world, bucket, { key: String(input.Key), body: Body, described, checksums });
  return { headers: { etag: object.etag, ...checksums, ...encryptionHeaders(described) } };
}

/** Makes an object, in place of another of that key; the ETag is the MD5 unless it is given. */
export function keep(
  { core }: World,
  bucket: Bucket,
  made: Omit<StoredObject, 'etag' | 'writtenAt'> & { etag?: string },
): StoredObject {
  const etag = made.etag ?? `"${md5(made.body).toString('hex')}"`;
  const object = { ...made, etag, writtenAt: core.clock.now() };
  bucket.objects.set(object.key, object);
  return object;
}

/** Conditional writes (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). */
export function checkWritable({ objects }: Bucket, { Key, IfNoneMatch, IfMatch }: Input): void {
  const present = objects.get(String(Key));
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') throw s3Error('NotImplemented', { Header: 'If-None-Match' });
  if (IfNoneMatch === '*' && present !== undefined) throw s3Error('PreconditionFailed', { Condition: 'If-None-Match' });
  if (IfMatch === undefined) return;
  if (present === undefined) throw s3Error('NoSuchKey', { Key: String(Key) });
  if (!isSame(IfMatch, present)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
}

const isSame = (wanted: unknown, { etag }: StoredObject): boolean =>
  wanted === '*' ||
  String(wanted)
    .split(/\s*,\s*/)
    .some((one) => one === etag || `"${one}"` === etag);

const described: [
  member: string,
  name: 'contentType' | 'contentEncoding' | 'contentDisposition' | 'contentLanguage' | 'cacheControl',
  header: string,
][] = [
  ['ContentType', 'contentType', 'content-type'],
  ['ContentEncoding', 'contentEncoding', 'content-encoding'],
  ['ContentDisposition', 'contentDisposition', 'content-disposition'],
  ['ContentLanguage', 'contentLanguage', 'content-language'],
  ['CacheControl', 'cacheControl', 'cache-control'],
];

/** What the request says of the object to be; throws when its key cannot be used. */
export function describedBy({ keys }: World, { input, account, region }: Call): Described {
  const { Metadata = {}, ServerSideEncryption = 'AES256', SSEKMSKeyId } = input as Input;
  const algorithm = String(ServerSideEncryption);
  const found: Described = { metadata: Metadata, encryption: { algorithm } };
  for (const [member, name] of described) if (input[member] !== undefined) found[name] = String(input[member]);
  if (algorithm === 'AES256') return found;
  if (algorithm !== 'aws:kms') throw s3Error('NotImplemented', { Header: 'x-amz-server-side-encryption' });
  const id = String(SSEKMSKeyId ?? 'alias/aws/s3');
  const [, , , home = region, owner = account] = id.startsWith('arn:') ? id.split(':') : [];
  const key = keys.find(owner, home, id);
  if (key === undefined) throw new AwsError('KMS.NotFoundException', `Key '${id}' does not exist`);
  if (key.state === 'Disabled') throw new AwsError('KMS.DisabledException', `${key.arn} is disabled.`);
  if (key.state !== 'Enabled') throw new AwsError('KMS.KMSInvalidStateException', `${key.arn} is pending deletion.`);
  found.encryption.keyArn = key.arn;
  return found;
}

export const encryptionHeaders = ({ encryption: { algorithm, keyArn } }: Described): Record<string, string> => ({
  'x-amz-server-side-encryption': algorithm,
  ...(keyArn !== undefined && { 'x-amz-server-side-encryption-aws-kms-key-id': keyArn }),
});

function getObject(object: StoredObject, input: Input): Answer {
  const { IfMatch, IfNoneMatch, ChecksumMode, Range } = input;
  if (IfMatch !== undefined && !isSame(IfMatch, object)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
  if (IfNoneMatch !== undefined && isSame(IfNoneMatch, object)) throw s3Error('NotModified');
  const headers = {
    ...headersOf(object),
    ...askedFor(input),
    ...(ChecksumMode === 'ENABLED' && Range === undefined && object.checksums),
  };
  const range = rangeOf(Range, object.body.length);
  if (range === undefined)
    return { headers: { ...headers, 'content-length': String(object.body.length) }, body: object.body };
  const body = object.body.subarray(range.first, range.last + 1);
  const contentRange = `bytes ${range.first}-${range.last}/${object.body.length}`;
  return {
    status: 206,
    headers: { ...headers, 'content-range': contentRange, 'content-length': String(body.length) },
    body,
  };
}

function headersOf({ etag, writtenAt, described: about }: StoredObject): Record<string, string> {
  const headers: Record<string, string> = {
    etag,
    'last-modified': new Date(writtenAt).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    ...encryptionHeaders(about),
  };
  for (const [, name, header] of described) if (about[name] !== undefined) headers[header] = about[name];
  for (const [name, value] of Object.entries(about.metadata)) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

/** The reader of an object may say how it is to be described (`response-content-type` and its like). */
function askedFor(input: Input): Record<string, string> {
  const said = described.filter(([member]) => input[`Response${member}`] !== undefined);
  return Object.fromEntries(said.map(([member, , header]) => [header, String(input[`Response${member}`])]));
}

/** A key that is not there is deleted as well (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html). */
function deleteObjects({ objects }: Bucket, input: Input): Answer {
  const { keys, isQuiet } = deletedKeys(input);
  for (const key of keys) objects.delete(key);
  return { members: isQuiet ? {} : { Deleted: keys.map((Key) => ({ Key })) } };
}

const mostKeys = 1000;

/** The keys that a DeleteObjects names. */
export function deletedKeys(input: Input): { keys: string[]; isQuiet: boolean } {
  const root = parseXml(bodyText(input));
  const keys = root.children.filter(({ name }) => name === 'Object').map((object) => childText(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > mostKeys) {
    const message = 'The XML you provided was not well-formed or did not validate against our published schema';
    throw new AwsError('MalformedXML', message);
  }
  return { keys, isQuiet: childText(root, 'Quiet') === 'true' };
}
