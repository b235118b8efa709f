/** What was measured, and on what: nobody shall take a simulated figure for AWS. */
export interface Figure {
  figure: string;
  value: number;
  unit: string;
  /** What was to be reached. */
  atMost?: number;
  atLeast?: number;
  /** A count or a size: missing what was to be reached fails the bench. Times do not. */
  isExact?: boolean;
  on: 'virtual clock' | 'real clock' | 'no clock' | 'the packaged functions';
}

export const isMet = ({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean =>
  value <= atMost && value >= atLeast;

/** Three digits are enough, and all of a large number. */
const text = (value: number): string =>
  Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(value >= 100 ? 4 : 3)));

const goalOf = ({ atMost, atLeast }: Figure): string => {
  const goals = [atLeast !== undefined && `≥ ${text(atLeast)}`, atMost !== undefined && `≤ ${text(atMost)}`];
  return goals.filter((goal) => goal !== false).join(', ');
};

/** A Markdown table. */
export function tableOf(figures: Figure[]): string {
  const rows = figures.map((figure) => [
    figure.figure,
    `${text(figure.value)} ${figure.unit}`.trim(),
    `${goalOf(figure)}${isMet(figure) ? '' : ' **missed**'}`,
    figure.on,
  ]);
  return markdown(['figure', 'measured', 'to reach', 'on'], rows);
}

/** Columns as wide as their widest cell. */
export function markdown(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(heads), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}
