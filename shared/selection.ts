import type { TableSelector } from './plan.ts';

/** What selection looks at. `tags` are needed to decide: without them an opt-out would go unseen. */
export interface SelectableTable {
  name: string;
  tags?: Record<string, string>;
}

/** A table with this tag is in no plan's backups, whatever its value, `false` excepted. */
export const optOutTag = 'tablekeep:skip';

/**
 * The tables that a plan means: the name matches one of include and none of exclude, all tags are there,
 * and the table has not opted out. The catalog is never among them, as its loss is point-in-time recovery's business.
 */
export function selectTables<T extends SelectableTable>(tables: T[], selector: TableSelector, catalog?: string): T[] {
  return selectByName(tables, selector, catalog).filter((table) => matchesTags(table.tags ?? {}, selector.tags));
}

/** Those that include and exclude mean: the ones whose tags are still to be looked up, as an opt-out is a tag. */
export function selectByName<T extends SelectableTable>(tables: T[], selector: TableSelector, catalog?: string): T[] {
  const { include, exclude } = selector;
  return tables.filter(
    ({ name }) =>
      name !== catalog &&
      include.some((pattern) => matches(pattern, name)) &&
      !exclude.some((pattern) => matches(pattern, name)),
  );
}

/** Whether a table with these tags is in no plan's backups. */
export function isOptedOut(tags: Record<string, string>): boolean {
  return (tags[optOutTag] ?? 'false').toLowerCase() !== 'false';
}

/** True when the table has not opted out and has every tag; an empty selector asks for none. */
function matchesTags(tags: Record<string, string>, wanted: Record<string, string>): boolean {
  const own = new Map(Object.entries(tags));
  if (isOptedOut(tags)) return false;
  return Object.entries(wanted).every(([key, pattern]) => {
    const value = own.get(key);
    return value !== undefined && matches(pattern, value);
  });
}

/**
 * Whether `*` (any characters, none as well) and `?` (exactly one) can be filled so that the pattern is the text.
 * Case counts. Only the last `*` is ever tried again, so the time is at most the product of both lengths.
 */
export function matches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let afterStar = 0;
  for (let index = 0; index < text.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      afterStar = index;
    } else if (pattern[at] === '?' || pattern[at] === text[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++afterStar;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
