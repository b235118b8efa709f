import type { Clock } from '../clock.ts';

/** A line that a function wrote. */
export interface LogLine {
  functionName: string;
  /** The name of the log stream says which environment wrote it. */
  stream: string;
  /** Epoch ms. */
  at: number;
  text: string;
}

/** The newest lines of each function are kept. */
const keptLines = 10_000;

/** What functions wrote, in place of CloudWatch Logs. */
export class Logs {
  readonly #clock: Clock;
  readonly #onLog: (line: LogLine) => void;
  readonly #lines = new Map<string, LogLine[]>();

  constructor(clock: Clock, onLog: (line: LogLine) => void) {
    this.#clock = clock;
    this.#onLog = onLog;
  }

  write(functionName: string, stream: string, text: string): void {
    const lines = this.#lines.get(functionName) ?? [];
    this.#lines.set(functionName, lines);
    for (const line of text.split('\n').filter((piece) => piece !== '')) {
      const entry = { functionName, stream, at: this.#clock.now(), text: line };
      lines.push(entry);
      this.#onLog(entry);
    }
    if (lines.length > 2 * keptLines) lines.splice(0, lines.length - keptLines);
  }

  of(functionName: string): LogLine[] {
    return (this.#lines.get(functionName) ?? []).slice(-keptLines);
  }
}
