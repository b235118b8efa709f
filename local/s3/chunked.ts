import { decode } from '../wire/protocol.ts';
import { s3Error } from './errors.ts';

/** A body without its frames, and the headers that came after it. */
export interface Unframed {
  body: Uint8Array;
  trailers: Record<string, string>;
}

const carriageReturn = 13;

/**
 * Takes an `aws-chunked` body apart: chunks of `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, one of size 0, trailers
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html). Signatures are not verified.
 */
export function unframe(framed: Uint8Array, decodedLength: number | undefined): Unframed {
  const chunks: Uint8Array[] = [];
  let at = 0;
  const line = (): string => {
    const end = framed.indexOf(carriageReturn, at);
    if (end === -1) throw s3Error('IncompleteBody');
    const text = decode(framed.subarray(at, end));
    at = end + 2;
    return text;
  };
  for (;;) {
    const size = Number.parseInt(line(), 16);
    if (!(size >= 0) || at + size > framed.length) throw s3Error('IncompleteBody');
    if (size === 0) break;
    chunks.push(framed.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: Record<string, string> = {};
  while (at < framed.length) {
    const [name = '', value = ''] = line().split(/:\s*/, 2);
    if (name !== '') trailers[name.toLowerCase()] = value;
  }
  const body = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
  if (decodedLength !== undefined && body.length !== decodedLength) throw s3Error('IncompleteBody');
  return { body, trailers };
}
