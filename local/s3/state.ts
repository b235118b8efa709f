import { createHash } from 'node:crypto';
import { OrderedMap } from '../dynamodb/ordered.ts';
import type { PolicyDocument } from '../service.ts';

/** What a writer says of an object beside its bytes. */
export interface Described {
  contentType?: string;
  contentEncoding?: string;
  contentDisposition?: string;
  contentLanguage?: string;
  cacheControl?: string;
  metadata: Record<string, string>;
  encryption: { algorithm: string; keyArn?: string };
}

/** An object; its bytes are never changed, so that answers and copies share them. */
export interface StoredObject {
  key: string;
  body: Uint8Array;
  /** In quotes. */
  etag: string;
  /** Epoch ms. */
  writtenAt: number;
  described: Described;
  /** By the header's name, `x-amz-checksum-crc32`; only those that the writer sent. */
  checksums: Record<string, string>;
}

export interface Part {
  body: Uint8Array;
  /** In quotes. */
  etag: string;
  md5: Uint8Array;
  writtenAt: number;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  id: string;
  key: string;
  described: Described;
  parts: Map<number, Part>;
}

export interface Bucket {
  name: string;
  /** Twelve digits. */
  owner: string;
  region: string;
  createdAt: number;
  policy?: { text: string; document: PolicyDocument };
  objects: OrderedMap<StoredObject>;
  uploads: Map<string, Upload>;
}

/** Every bucket there is: names are shared by all accounts and Regions. */
export type Buckets = Map<string, Bucket>;

export const newBucket = (name: string, owner: string, region: string, createdAt: number): Bucket => ({
  name,
  owner,
  region,
  createdAt,
  objects: new OrderedMap(),
  uploads: new Map(),
});

/** The canonical user id that S3 shows for an account: 64 hexadecimal digits. */
export const canonicalId = (account: string): string => createHash('sha256').update(account).digest('hex');
