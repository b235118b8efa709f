import type { Api } from './api.ts';

/** All rows of a list of the API, or the first `most`. `name`: what the list is called in its pages. */
export async function all<Row>(
  api: Api,
  path: string,
  name: string,
  query: Record<string, string | number | undefined> = {},
  most = Number.POSITIVE_INFINITY,
): Promise<{ rows: Row[]; page: Record<string, unknown> }> {
  const rows: Row[] = [];
  let page: Record<string, unknown> = {};
  let cursor: string | undefined;
  do {
    const limit = Math.min(1000, most - rows.length);
    page = await api.get<Record<string, unknown>>(path, { ...query, limit, cursor });
    rows.push(...(page[name] as Row[]));
    cursor = page.next as string | undefined;
  } while (cursor !== undefined && rows.length < most);
  return { rows, page };
}
