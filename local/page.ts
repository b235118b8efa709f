/** A page of a list; the token is where the next page starts. AWS's lists give a hundred unless told otherwise. */
export function page<Item>(items: Item[], limit: unknown, token: unknown): { page: Item[]; NextToken?: string } {
  const start = Number(token ?? 0);
  const end = start + Number(limit ?? 100);
  return { page: items.slice(start, end), ...(end < items.length && { NextToken: String(end) }) };
}
