import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../service.ts';

const prefix = 'x-amz-checksum-';

/** Those that can be checked here; `crc32c` and `crc64nvme` are kept and given back as they came. */
const computed: Record<string, (body: Uint8Array) => string> = {
  crc32: (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString('base64');
  },
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
};

const kept = [...Object.keys(computed), 'crc32c', 'crc64nvme'];

/** The checksums among headers and trailers, by the header's name. */
export function checksumsIn(headers: Record<string, string>): Record<string, string> {
  const names = kept.map((name) => prefix + name).filter((name) => headers[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, headers[name] as string]));
}

/** Throws BadDigest when the bytes are not those that the sender summed up. */
export function checkBody(body: Uint8Array, checksums: Record<string, string>, contentMd5: string | undefined): void {
  for (const [header, value] of Object.entries(checksums)) {
    const name = header.slice(prefix.length);
    const actual = computed[name]?.(body);
    if (actual !== undefined && actual !== value) {
      throw new AwsError('BadDigest', `The ${name.toUpperCase()} you specified did not match the calculated checksum.`);
    }
  }
  if (contentMd5 !== undefined && contentMd5 !== md5(body).toString('base64')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}

export const md5 = (body: Uint8Array): Buffer => createHash('md5').update(body).digest();
