import { stripVTControlCharacters } from 'node:util';

/** A row of a table, by the headings of its columns. */
export type Row = Record<string, string>;

const between = '  ';
const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/**
 * A heading and a line for each row. Columns with nothing in them are left out; those that would not fit into `width`
 * come on a second line below each row.
 */
export function linesOf(
  rows: Row[],
  alignRight: readonly string[] = [],
  width: number = Number.POSITIVE_INFINITY,
): string[] {
  if (rows.length === 0) return [];
  const columns = Object.keys(rows[0] ?? {}).flatMap((name) => {
    const longest = Math.max(...rows.map((row) => widthOf(row[name] ?? '')));
    return longest === 0 ? [] : [{ name, width: Math.max(longest, name.length) }];
  });
  const ends = columns.map((_, index) => sum(columns.slice(0, index + 1)));
  const fitting = columns.filter((_, index) => index === 0 || (ends[index] ?? 0) <= width);
  const others = columns.slice(fitting.length);
  const line = (textOf: (name: string) => string) =>
    fitting
      .map(({ name, width }) => {
        const space = ' '.repeat(width - widthOf(textOf(name)));
        return alignRight.includes(name) ? space + textOf(name) : textOf(name) + space;
      })
      .join(between)
      .trimEnd();
  return [
    line((name) => name.toUpperCase()),
    ...rows.flatMap((row) => {
      const below = others.filter(({ name }) => row[name] !== '').map(({ name }) => `${name}: ${row[name]}`);
      return [line((name) => row[name] ?? ''), ...(below.length > 0 ? [`${between}${below.join(', ')}`] : [])];
    }),
  ];
}

const sum = (columns: { width: number }[]): number =>
  columns.reduce((total, { width }) => total + width, between.length * (columns.length - 1));
