import { s3Error } from './errors.ts';

/**
 * The bytes that a `Range` header asks for, both ends included; undefined for the whole object, which is also the answer
 * to what cannot be read as one range (RFC 9110, 14.2). Throws InvalidRange when nothing of it is there.
 */
export function rangeOf(header: unknown, length: number): { first: number; last: number } | undefined {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(String(header ?? ''));
  if (parts === null || (parts[1] === '' && parts[2] === '')) return undefined;
  const [, from = '', to = ''] = parts;
  const first = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first >= length) throw s3Error('InvalidRange', { RangeRequested: String(header), ActualObjectSize: length });
  return { first, last };
}
