import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { exitCodes } from './exit.ts';
import { linesOf, type Row } from './lines.ts';

type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

/** Where a command prints: answers to standard output, all else to standard error. */
export interface Screen {
  isJson: boolean;
  /** Somebody can answer questions and see progress. */
  isTerminal: boolean;
  /** For people; nothing with `--json`. */
  line(text?: string): void;
  /** For people; right-hand columns of numbers are aligned by `alignRight`. */
  table(rows: Row[], alignRight?: string[]): void;
  /** The whole answer with `--json`; nothing else. */
  json(value: unknown): void;
  /** On standard error, also with `--json`. */
  note(text: string): void;
  /** Takes the place of the one before on a terminal; elsewhere a line of its own, unless the last had this state. */
  progress(text: string, state?: string): void;
  colour(colour: Colour, text: string): string;
  /** Nothing when the input ends; Ctrl-C ends the process. */
  ask(question: string): Promise<string>;
}

/** At the end of a line of progress: for the ^C that a terminal writes there. */
const spare = 3;

/** The process's own streams. Colours and progress only on a terminal; NO_COLOR is heeded. */
export function screenOf(isJson: boolean): Screen {
  const { stdout, stderr, stdin } = process;
  let open = false;
  let lastState: string | undefined;
  const clear = () => {
    if (open) stderr.write('\r\u001b[2K');
    open = false;
  };
  return {
    isJson,
    isTerminal: stdin.isTTY === true && stderr.isTTY === true,
    line(text = '') {
      clear();
      if (!isJson) stdout.write(`${text}\n`);
    },
    table(rows, alignRight = []) {
      clear();
      if (!isJson) for (const line of linesOf(rows, alignRight, stdout.columns)) stdout.write(`${line}\n`);
    },
    json(value) {
      clear();
      if (isJson) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text, state = text) {
      clear();
      if (stderr.isTTY) stderr.write(text.slice(0, stderr.columns - spare));
      else if (state !== lastState) stderr.write(`${text}\n`);
      open = stderr.isTTY === true;
      lastState = state;
    },
    colour: (colour, text) => styleText(colour, text, { stream: stdout }),
    async ask(question) {
      clear();
      const asking = createInterface({ input: stdin, output: stderr });
      const ended = new Promise<string>((end) => asking.once('close', () => end('')));
      asking.once('SIGINT', () => {
        stderr.write('\n');
        process.exit(exitCodes.stopped);
      });
      try {
        return (await Promise.race([asking.question(question), ended])).trim();
      } finally {
        asking.close();
      }
    },
  };
}
