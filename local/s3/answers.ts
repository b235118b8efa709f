import { RawAnswer } from '../service.ts';
import { encode } from '../wire/protocol.ts';
import { element, type Xml } from '../wire/xml.ts';

/** What an operation answers; other services of the local AWS read it as it is, clients by wire as HTTP. */
export interface Answer {
  /** 200 when absent. */
  status?: number;
  headers?: Record<string, string>;
  /** An object's bytes, or a policy's text. */
  body?: Uint8Array;
  /** What is in the root element of an answer that is XML. */
  members?: { [name: string]: Xml };
}

const roots: Record<string, string> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjects: 'ListBucketResult',
  ListObjectsV2: 'ListBucketResult',
  ListObjectVersions: 'ListVersionsResult',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketLocation: 'LocationConstraint',
  CopyObject: 'CopyObjectResult',
  UploadPartCopy: 'CopyPartResult',
  DeleteObjects: 'DeleteResult',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  CompleteMultipartUpload: 'CompleteMultipartUploadResult',
  ListParts: 'ListPartsResult',
};

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An answer on the wire. */
export function write(operation: string, result: unknown): RawAnswer {
  const { status = 200, headers = {}, body = new Uint8Array(), members } = (result ?? {}) as Answer;
  if (members === undefined) return new RawAnswer(status, headers, body);
  // A Region is the text of its element, not an element in it.
  const inside = members[''] ?? members;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${element(roots[operation] ?? operation, inside, namespace)}`;
  return new RawAnswer(status, { 'content-type': 'application/xml', ...headers }, encode(xml));
}

/** `2026-01-31T02:00:00.000Z` */
export const iso = (at: number): string => new Date(at).toISOString();
