import { createHash } from 'node:crypto';
import type { Call } from '../service.ts';
import { childText, parseXml } from '../wire/xml.ts';
import { type Answer, iso } from './answers.ts';
import { bucketOf } from './buckets.ts';
import { checkBody, md5 } from './checksums.ts';
import { invalidArgument, s3Error } from './errors.ts';
import { checkWritable, describedBy, encryptionHeaders, keep, type World } from './objects.ts';
import { bodyText, type Input } from './requests.ts';
import type { Bucket, Part, Upload } from './state.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: each part but the last has 5 MiB at least. */
const smallestPartBytes = 5 * 2 ** 20;
const mostParts = 10_000;

/** Objects that are uploaded in parts. */
export function multipartOperations(world: World): Record<string, (call: Call) => Answer> {
  const { buckets, core } = world;
  return {
    CreateMultipartUpload: (call) => {
      const bucket = bucketOf(buckets, call);
      const described = describedBy(world, call);
      const upload: Upload = { id: core.random.hex(64), key: String(call.input.Key), described, parts: new Map() };
      bucket.uploads.set(upload.id, upload);
      return {
        headers: encryptionHeaders(described),
        members: { Bucket: bucket.name, Key: upload.key, UploadId: upload.id },
      };
    },
    UploadPart: (call) => uploadPart(world, call),
    ListParts: (call) => {
      const bucket = bucketOf(buckets, call);
      const { id, key, parts } = uploadOf(bucket, call);
      const Part = inOrder(parts).map(([PartNumber, { etag, body, writtenAt }]) => ({
        PartNumber,
        LastModified: iso(writtenAt),
        ETag: etag,
        Size: body.length,
      }));
      return { members: { Bucket: bucket.name, Key: key, UploadId: id, IsTruncated: false, Part } };
    },
    AbortMultipartUpload: (call) => {
      const bucket = bucketOf(buckets, call);
      bucket.uploads.delete(uploadOf(bucket, call).id);
      return { status: 204 };
    },
    CompleteMultipartUpload: (call) => complete(world, call),
  };
}

function uploadOf({ uploads }: Bucket, { input }: Call): Upload {
  const upload = uploads.get(String(input.UploadId));
  if (upload === undefined || upload.key !== input.Key) {
    throw s3Error('NoSuchUpload', { UploadId: String(input.UploadId) });
  }
  return upload;
}

function uploadPart(world: World, call: Call): Answer {
  const { Body = new Uint8Array(), checksums = {}, ContentMD5 } = call.input as Input;
  checkBody(Body, checksums, ContentMD5 as string | undefined);
  const { etag, described } = addPart(world, call, Body);
  return { headers: { etag, ...checksums, ...encryptionHeaders(described) } };
}

/** The part that a call names, in place of another of its number. */
export function addPart({ buckets, core }: World, call: Call, body: Uint8Array): Part & Pick<Upload, 'described'> {
  const upload = uploadOf(bucketOf(buckets, call), call);
  const number = Number(call.input.PartNumber);
  if (!(Number.isInteger(number) && number >= 1 && number <= mostParts)) {
    const message = `Part number must be an integer between 1 and ${mostParts}, inclusive`;
    throw invalidArgument(message, 'partNumber', String(call.input.PartNumber));
  }
  const digest = md5(body);
  const part = { body, etag: `"${digest.toString('hex')}"`, md5: digest, writtenAt: core.clock.now() };
  upload.parts.set(number, part);
  return { ...part, described: upload.described };
}

const inOrder = (parts: Upload['parts']): [number, Part][] => [...parts].sort(([a], [b]) => a - b);

/** The ETag is that of the parts' digests, and says how many there were. */
function complete(world: World, call: Call): Answer {
  const bucket = bucketOf(world.buckets, call);
  const upload = uploadOf(bucket, call);
  const parts = namedParts(upload, call.input);
  checkWritable(bucket, call.input);
  const digest = createHash('md5').update(Buffer.concat(parts.map((part) => part.md5)));
  const body = parts.length === 1 ? (parts[0] as Part).body : Buffer.concat(parts.map((part) => part.body));
  const etag = `"${digest.digest('hex')}-${parts.length}"`;
  keep(world, bucket, { key: upload.key, body, etag, described: upload.described, checksums: {} });
  bucket.uploads.delete(upload.id);
  const Location = `${world.core.endpoint}/${bucket.name}/${encodeURIComponent(upload.key)}`;
  return {
    headers: encryptionHeaders(upload.described),
    members: { Location, Bucket: bucket.name, Key: upload.key, ETag: etag },
  };
}

function namedParts(upload: Upload, input: Input): Part[] {
  const named = parseXml(bodyText(input)).children.filter(({ name }) => name === 'Part');
  const numbers = named.map((part) => Number(childText(part, 'PartNumber')));
  if (numbers.length === 0) throw s3Error('InvalidPart');
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] as number))) {
    throw s3Error('InvalidPartOrder');
  }
  const parts = named.map((part, index) => {
    const found = upload.parts.get(numbers[index] as number);
    const etag = (childText(part, 'ETag') ?? '').replaceAll('"', '');
    if (found === undefined || found.etag !== `"${etag}"`) throw s3Error('InvalidPart', { UploadId: upload.id });
    return found;
  });
  if (parts.slice(0, -1).some(({ body }) => body.length < smallestPartBytes)) throw s3Error('EntityTooSmall');
  return parts;
}
