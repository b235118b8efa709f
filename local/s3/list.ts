import type { Call } from '../service.ts';
import type { Xml } from '../wire/xml.ts';
import { type Answer, iso } from './answers.ts';
import { bucketOf } from './buckets.ts';
import { invalidArgument } from './errors.ts';
import type { Bucket, Buckets, StoredObject } from './state.ts';
import { canonicalId } from './state.ts';

const longestPage = 1000;

/** What is in a bucket, a page at a time, in the order of the keys. */
export function listOperations(buckets: Buckets): Record<string, (call: Call) => Answer> {
  return {
    ListObjectsV2: (call) => listV2(bucketOf(buckets, call), call.input),
    ListObjects: (call) => listV1(bucketOf(buckets, call), call.input),
    ListObjectVersions: (call) => listVersions(bucketOf(buckets, call), call.input),
  };
}

/** An object, or what keys have in common up to the delimiter. */
type Entry = { at: string; object?: StoredObject };

interface Page {
  entries: Entry[];
  /** Where the next page goes on, if there is one. */
  next: string | undefined;
}

/** `last` is what the page before ended with: a key, or a common prefix, whose keys have all been seen then. */
function pageOf({ objects }: Bucket, input: Record<string, unknown>, after: string, last = ''): Page {
  const prefix = String(input.Prefix ?? '');
  const delimiter = String(input.Delimiter ?? '');
  const limit = limitOf(input.MaxKeys);
  const entries: Entry[] = [];
  const isCommon = delimiter !== '' && last.indexOf(delimiter, prefix.length) === last.length - delimiter.length;
  const skipped = isCommon && last.length > prefix.length ? last : undefined;
  for (const object of objects.values({ gte: after > prefix ? after : prefix })) {
    const { key } = object;
    if (!key.startsWith(prefix)) break;
    if (key <= after || (skipped !== undefined && key.startsWith(skipped))) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const at = end === -1 ? key : key.slice(0, end + delimiter.length);
    if (end !== -1 && entries.at(-1)?.at === at) continue;
    if (entries.length === limit) return { entries, next: limit === 0 ? undefined : entries.at(-1)?.at };
    entries.push(end === -1 ? { at, object } : { at });
  }
  return { entries, next: undefined };
}

function limitOf(asked: unknown): number {
  const limit = Number(asked ?? longestPage);
  if (!(Number.isInteger(limit) && limit >= 0)) {
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647', 'maxKeys', String(asked));
  }
  return Math.min(limit, longestPage);
}

/** Keys may hold characters that XML cannot; clients ask for them in the form of URLs. */
const shown = (input: Record<string, unknown>) => (text: unknown) =>
  input.EncodingType === 'url' ? encodeURIComponent(String(text)).replaceAll('%2F', '/') : String(text);

function listed(bucket: Bucket, input: Record<string, unknown>, { entries, next }: Page, hasOwner: boolean) {
  const show = shown(input);
  const Contents: Xml[] = entries.flatMap(({ object }) =>
    object === undefined
      ? []
      : {
          Key: show(object.key),
          LastModified: iso(object.writtenAt),
          ETag: object.etag,
          Size: object.body.length,
          StorageClass: 'STANDARD',
          ...(hasOwner && { Owner: { ID: canonicalId(bucket.owner) } }),
        },
  );
  const CommonPrefixes = entries.filter(({ object }) => object === undefined).map(({ at }) => ({ Prefix: show(at) }));
  return {
    Name: bucket.name,
    Prefix: show(input.Prefix ?? ''),
    ...(input.Delimiter !== undefined && { Delimiter: show(input.Delimiter) }),
    MaxKeys: limitOf(input.MaxKeys),
    ...(input.EncodingType !== undefined && { EncodingType: String(input.EncodingType) }),
    IsTruncated: next !== undefined,
    Contents,
    CommonPrefixes,
  };
}

const token = (at: string): string => Buffer.from(at).toString('base64');

function listV2(bucket: Bucket, input: Record<string, unknown>): Answer {
  const { ContinuationToken: continued, StartAfter = '' } = input;
  if (continued === '') throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', '');
  const last = continued === undefined ? undefined : Buffer.from(String(continued), 'base64').toString();
  const page = pageOf(bucket, input, last ?? String(StartAfter), last);
  return {
    members: {
      ...listed(bucket, input, page, input.FetchOwner === 'true'),
      KeyCount: page.entries.length,
      ...(continued !== undefined && { ContinuationToken: String(continued) }),
      ...(page.next !== undefined && { NextContinuationToken: token(page.next) }),
      ...(StartAfter !== '' && { StartAfter: shown(input)(StartAfter) }),
    },
  };
}

/** The older form, whose next page begins after a key; it is said only when there is a delimiter. */
function listV1(bucket: Bucket, input: Record<string, unknown>): Answer {
  const { Marker = '', Delimiter } = input;
  const page = pageOf(bucket, input, String(Marker), String(Marker));
  return {
    members: {
      ...listed(bucket, input, page, true),
      Marker: shown(input)(Marker),
      ...(page.next !== undefined && Delimiter !== undefined && { NextMarker: shown(input)(page.next) }),
    },
  };
}

/** Of a bucket that was never versioned: every object, as its own only version. */
function listVersions(bucket: Bucket, input: Record<string, unknown>): Answer {
  const { KeyMarker = '' } = input;
  const page = pageOf(bucket, input, String(KeyMarker), String(KeyMarker));
  const { Contents, ...said } = listed(bucket, input, page, true);
  const Version = Contents.map((object) => ({ ...(object as object), VersionId: 'null', IsLatest: 'true' }));
  return {
    members: {
      ...said,
      KeyMarker: shown(input)(KeyMarker),
      Version,
      ...(page.next !== undefined && { NextKeyMarker: shown(input)(page.next), NextVersionIdMarker: 'null' }),
    },
  };
}
