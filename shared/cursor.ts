import { createHash } from 'node:crypto';

/** The last row of a page, by what the order asks of it. */
export type Place = readonly (string | number)[];

const digestOf = (asked: unknown): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 12);

/** Where a page ended; opaque, and of use for the same question only. */
export function cursorOf(asked: unknown, place: Place): string {
  return Buffer.from(JSON.stringify([1, digestOf(asked), ...place])).toString('base64url');
}

/**
 * The place after which a page begins, of the same kinds of values as `like`: to be compared with others, or parsed
 * before any key is made of it. Else what is wrong with the cursor.
 */
export function readCursor<Like extends Place>(
  asked: unknown,
  cursor: string,
  like: Like,
): { place: Like } | { problem: string } {
  const fields = fieldsOf(cursor);
  if (fields === undefined || fields.length !== like.length + 2 || fields[0] !== 1)
    return { problem: 'It is no cursor of this list.' };
  if (fields[1] !== digestOf(asked)) return { problem: 'It belongs to another order or other filters.' };
  const place = fields.slice(2);
  const isFit = place.every((value, index) =>
    typeof like[index] === 'string' ? typeof value === 'string' && value.length <= 400 : Number.isSafeInteger(value),
  );
  return isFit ? { place: place as unknown as Like } : { problem: 'It is no cursor of this list.' };
}

function fieldsOf(cursor: string): unknown[] | undefined {
  if (!/^[\w-]{1,2000}$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
