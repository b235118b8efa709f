import { stdout } from 'node:process';

/** Where the demo prints. A terminal also gets a last line that is written over as things go on. */
export interface Screen {
  line(text?: string): void;
  /** On a terminal, replaces the last line; elsewhere, nothing. */
  progress(text: string): void;
}

const clearLine = '\r\u001b[2K';

export function screen(): Screen {
  const isTerminal = stdout.isTTY === true;
  let isDirty = false;
  return {
    line(text = '') {
      stdout.write(`${isDirty ? clearLine : ''}${text}\n`);
      isDirty = false;
    },
    progress(text) {
      if (!isTerminal) return;
      stdout.write(`${clearLine}${text.slice(0, (stdout.columns || 80) - 1)}`);
      isDirty = true;
    },
  };
}

/** Cells as columns, padded to the widest of each; a number is set to the right. */
export function columns(rows: (string | number)[][]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, String(cell).length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
