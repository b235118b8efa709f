import { AwsError, type WireRequest } from '../service.ts';
import { decode } from '../wire/protocol.ts';
import { checksumsIn } from './checksums.ts';
import { unframe } from './chunked.ts';
import { s3Error } from './errors.ts';

/** An operation's members, under AWS's names where it has one. */
export interface Input extends Record<string, unknown> {
  Bucket?: string;
  Key?: string;
  Body?: Uint8Array;
  Metadata?: Record<string, string>;
  /** By the header's name. */
  checksums?: Record<string, string>;
}

interface Route {
  method: string;
  of: 'service' | 'bucket' | 'object';
  /** A parameter of the query string that the operation is told by. */
  marker?: string;
  /** Or by a header. */
  header?: string;
  operation: string;
}

/** The first that fits is the one (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html). */
const routes: Route[] = [
  { method: 'GET', of: 'service', operation: 'ListBuckets' },
  { method: 'PUT', of: 'bucket', marker: 'policy', operation: 'PutBucketPolicy' },
  { method: 'GET', of: 'bucket', marker: 'policy', operation: 'GetBucketPolicy' },
  { method: 'DELETE', of: 'bucket', marker: 'policy', operation: 'DeleteBucketPolicy' },
  { method: 'GET', of: 'bucket', marker: 'location', operation: 'GetBucketLocation' },
  { method: 'GET', of: 'bucket', marker: 'versioning', operation: 'GetBucketVersioning' },
  { method: 'GET', of: 'bucket', marker: 'versions', operation: 'ListObjectVersions' },
  { method: 'GET', of: 'bucket', marker: 'list-type', operation: 'ListObjectsV2' },
  { method: 'POST', of: 'bucket', marker: 'delete', operation: 'DeleteObjects' },
  { method: 'GET', of: 'bucket', operation: 'ListObjects' },
  { method: 'PUT', of: 'bucket', operation: 'CreateBucket' },
  { method: 'HEAD', of: 'bucket', operation: 'HeadBucket' },
  { method: 'DELETE', of: 'bucket', operation: 'DeleteBucket' },
  { method: 'POST', of: 'object', marker: 'uploads', operation: 'CreateMultipartUpload' },
  { method: 'PUT', of: 'object', marker: 'uploadId', header: 'x-amz-copy-source', operation: 'UploadPartCopy' },
  { method: 'PUT', of: 'object', marker: 'uploadId', operation: 'UploadPart' },
  { method: 'POST', of: 'object', marker: 'uploadId', operation: 'CompleteMultipartUpload' },
  { method: 'DELETE', of: 'object', marker: 'uploadId', operation: 'AbortMultipartUpload' },
  { method: 'GET', of: 'object', marker: 'uploadId', operation: 'ListParts' },
  { method: 'PUT', of: 'object', header: 'x-amz-copy-source', operation: 'CopyObject' },
  { method: 'PUT', of: 'object', operation: 'PutObject' },
  { method: 'GET', of: 'object', operation: 'GetObject' },
  { method: 'HEAD', of: 'object', operation: 'HeadObject' },
  { method: 'DELETE', of: 'object', operation: 'DeleteObject' },
];

/** Parameters that ask for something else than the plain operation; those that no route knows are refused. */
const subresources = new Set([
  ...[
    'accelerate',
    'acl',
    'analytics',
    'attributes',
    'cors',
    'delete',
    'encryption',
    'intelligent-tiering',
    'inventory',
  ],
  ...['legal-hold', 'lifecycle', 'location', 'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls'],
  ...['policy', 'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'restore', 'retention', 'select'],
  ...['tagging', 'torrent', 'uploadId', 'uploads', 'versionId', 'versioning', 'versions', 'website', 'list-type'],
]);

/** Without versions, each object is its only one, whose id is `null`. */
const asksFor = (query: URLSearchParams): string | undefined =>
  [...query].find(([name, value]) => subresources.has(name) && !(name === 'versionId' && value === 'null'))?.[0];

const headerMembers: Record<string, string> = {
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-language': 'ContentLanguage',
  'content-md5': 'ContentMD5',
  'content-type': 'ContentType',
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  range: 'Range',
  'x-amz-acl': 'ACL',
  'x-amz-checksum-mode': 'ChecksumMode',
  'x-amz-copy-source': 'CopySource',
  'x-amz-copy-source-if-match': 'CopySourceIfMatch',
  'x-amz-copy-source-range': 'CopySourceRange',
  'x-amz-metadata-directive': 'MetadataDirective',
  'x-amz-expected-bucket-owner': 'ExpectedBucketOwner',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-source-expected-bucket-owner': 'ExpectedSourceBucketOwner',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
};

const queryMembers: Record<string, string> = {
  'continuation-token': 'ContinuationToken',
  delimiter: 'Delimiter',
  'encoding-type': 'EncodingType',
  'fetch-owner': 'FetchOwner',
  'key-marker': 'KeyMarker',
  marker: 'Marker',
  'max-keys': 'MaxKeys',
  partNumber: 'PartNumber',
  prefix: 'Prefix',
  'response-cache-control': 'ResponseCacheControl',
  'response-content-disposition': 'ResponseContentDisposition',
  'response-content-encoding': 'ResponseContentEncoding',
  'response-content-language': 'ResponseContentLanguage',
  'response-content-type': 'ResponseContentType',
  'start-after': 'StartAfter',
  uploadId: 'UploadId',
};

/** Which operation a request asks for, and with what. Throws `AwsError` for what this S3 does not do. */
export function read(given: WireRequest): { operation: string; input: Input } {
  const query = new URLSearchParams(given.query);
  const request = { ...given, headers: { ...signedHeaders(query), ...given.headers } };
  const named = target(request);
  const of = named.Key ? 'object' : named.Bucket ? 'bucket' : 'service';
  const fits = ({ marker, header }: Route) =>
    (header === undefined || request.headers[header] !== undefined) &&
    (marker === undefined ? asksFor(query) === undefined : query.has(marker));
  const route = routes.find((one) => one.method === request.method && one.of === of && fits(one));
  if (route === undefined) throw notDone(request, query);
  return { operation: route.operation, input: { ...named, ...members(request, query), ...bodyOf(request) } };
}

/** The headers that a presigned address says in its query. */
const signedHeaders = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...query].filter(([name]) => name.startsWith('x-amz-')));

/** AWS's names, and those that clients make of `localhost`. */
const hostPattern = /^(?!s3[.-])(.+?)\.(?:s3[.-][\w.-]*amazonaws\.com|(?:s3(?:\.[\w-]+)?\.)?localhost)(?::\d+)?$/;

/** Bucket and key, from the path or, in virtual-hosted style, from the host. */
function target({ path, headers }: WireRequest): { Bucket?: string; Key?: string } {
  const hosted = hostPattern.exec(headers.host ?? '')?.[1];
  const [, first = '', ...rest] = path.split('/');
  const [bucket, key] = hosted === undefined ? [first, rest.join('/')] : [hosted, path.slice(1)];
  try {
    return { ...(bucket && { Bucket: decodeURIComponent(bucket) }), ...(key && { Key: decodeURIComponent(key) }) };
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function members({ headers }: WireRequest, query: URLSearchParams): Input {
  const input: Input = {};
  for (const [header, member] of Object.entries(headerMembers)) {
    if (headers[header] !== undefined) input[member] = headers[header];
  }
  for (const [parameter, member] of Object.entries(queryMembers)) {
    if (query.has(parameter)) input[member] = query.get(parameter) as string;
  }
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  input.Metadata = Object.fromEntries(metadata.map(([name, value]) => [name.slice('x-amz-meta-'.length), value]));
  const encodings = (headers['content-encoding'] ?? '').split(/\s*,\s*/).filter((one) => one && one !== 'aws-chunked');
  if (encodings.length > 0) input.ContentEncoding = encodings.join(',');
  return input;
}

function bodyOf({ headers, body }: WireRequest): Input {
  const isFramed =
    headers['x-amz-content-sha256']?.startsWith('STREAMING-') || headers['content-encoding']?.includes('aws-chunked');
  if (!isFramed) return { Body: body, checksums: checksumsIn(headers) };
  const length = headers['x-amz-decoded-content-length'];
  const { body: Body, trailers } = unframe(body, length === undefined ? undefined : Number(length));
  return { Body, checksums: checksumsIn({ ...headers, ...trailers }) };
}

function notDone({ method }: WireRequest, query: URLSearchParams): AwsError {
  const asked = asksFor(query);
  return s3Error('NotImplemented', { Header: asked === undefined ? method : `${method} ?${asked}` });
}

export const bodyText = ({ Body }: Input): string => decode(Body ?? new Uint8Array());
