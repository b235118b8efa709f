import { AwsError, type Call } from '../service.ts';
import { type Answer, iso } from './answers.ts';
import { bucketOf } from './buckets.ts';
import { invalidArgument, s3Error } from './errors.ts';
import { addPart } from './multipart.ts';
import { checkWritable, describedBy, encryptionHeaders, keep, type World } from './objects.ts';
import type { Input } from './requests.ts';
import type { StoredObject } from './state.ts';

/** Where a copy is from: a bucket and a key, as `x-amz-copy-source` writes them. */
function sourceOf({ CopySource }: Input): { Bucket: string; Key: string } {
  const text = String(CopySource);
  if (text.includes('?versionId=')) throw s3Error('NotImplemented', { Header: 'x-amz-copy-source' });
  // Clients also encode the slash behind the bucket.
  const [, Bucket = '', Key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(text)) ?? [];
  if (Key === '') throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', text);
  return { Bucket, Key };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument('Invalid copy source encoding.', 'x-amz-copy-source', text);
  }
}

/** Reads the source with the caller's own rights, as a GetObject: that is what S3 asks of who copies. */
async function read(
  { core, buckets }: World,
  call: Call,
  Range?: string,
): Promise<{ object: StoredObject; body: Uint8Array }> {
  const input = call.input as Input;
  const source = sourceOf(input);
  const { account, region, caller } = call;
  const conditions = {
    IfMatch: input.CopySourceIfMatch,
    ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
    ...(Range !== undefined && { Range }),
  };
  const get = { service: 's3', operation: 'GetObject', input: { ...source, ...conditions }, caller, account, region };
  const { body = new Uint8Array() } = (await core.call(get)) as Answer;
  const object = buckets.get(source.Bucket)?.objects.get(source.Key);
  if (object === undefined) throw s3Error('NoSuchKey', { Key: source.Key });
  return { object, body };
}

async function copyObject(world: World, call: Call): Promise<Answer> {
  const input = call.input as Input;
  const bucket = bucketOf(world.buckets, call);
  const { object, body } = await read(world, call);
  const isReplaced = input.MetadataDirective === 'REPLACE';
  const source = sourceOf(input);
  if (!isReplaced && source.Bucket === bucket.name && source.Key === input.Key) {
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  checkWritable(bucket, input);
  const asked = describedBy(world, call);
  const described = isReplaced ? asked : { ...object.described, encryption: asked.encryption };
  const { checksums } = object;
  const { etag, writtenAt } = keep(world, bucket, { key: String(input.Key), body, described, checksums });
  return {
    headers: encryptionHeaders(described),
    members: { ETag: etag, LastModified: iso(writtenAt) },
  };
}

async function uploadPartCopy(world: World, call: Call): Promise<Answer> {
  const range = (call.input as Input).CopySourceRange;
  const { body } = await read(world, call, range === undefined ? undefined : String(range));
  const { etag, writtenAt, described } = addPart(world, call, body);
  return { headers: encryptionHeaders(described), members: { ETag: etag, LastModified: iso(writtenAt) } };
}

/** Copies within S3, of whole objects and as parts of larger ones. */
export function copyOperations(world: World): Record<string, (call: Call) => Promise<Answer>> {
  return {
    CopyObject: (call) => copyObject(world, call),
    UploadPartCopy: (call) => uploadPartCopy(world, call),
  };
}
