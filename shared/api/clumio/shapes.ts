import * as z from 'zod/mini';
import { count } from '../words.ts';

/** Links and lists as seed 000 and the pages around it have them. */
export const link = z.object({ href: z.string(), templated: z.boolean(), type: z.string() });

export const linkTo = (href: string, type = 'get'): z.infer<typeof link> => ({ href, templated: false, type });

/** What lists take: `start` is what `_next` of the page before says. */
export const listQuery = {
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  start: z.optional(z.string().check(z.maxLength(1000))),
};

export const listOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.object({
    _embedded: z.object({ items: z.array(item) }),
    _links: z.object({ _self: link, _next: z.optional(link) }),
    current_count: count,
    limit: count,
    start: z.string(),
    /** Absent where nobody counts. */
    total_count: z.optional(count),
  });

interface Page {
  path: string;
  query: Record<string, string | number | undefined>;
  next: string | undefined;
  totalCount?: number | undefined;
}

/** A page of items, and where the next one is. */
export function listBody<Item>(items: Item[], { path, query, next, totalCount }: Page) {
  const { limit = 100, start = '' } = query;
  const hrefWith = (more: Record<string, string>) => {
    const given = Object.entries({ ...query, ...more }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
  };
  return {
    _embedded: { items },
    _links: {
      _self: linkTo(hrefWith({})),
      ...(next !== undefined && { _next: linkTo(hrefWith({ start: next })) }),
    },
    current_count: items.length,
    limit: Number(limit),
    start: String(start),
    ...(totalCount !== undefined && { total_count: totalCount }),
  };
}
