import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format } from 'node:util';

/** Standard output or error of a function: every write goes to `take` at once. */
export function outputTo(take: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      take(String(chunk));
      done();
    },
  });
}

const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' };

/** The global `console` as Lambda's runtime replaces it: `<time> TAB <request id> TAB <level> TAB <text>`. */
export function lambdaConsole(stdout: Writable, now: () => number, requestId: () => string): Console {
  const methods = Object.entries(levels).map(([name, level]) => [
    name,
    (...values: unknown[]) => {
      stdout.write(`${new Date(now()).toISOString()}\t${requestId()}\t${level}\t${format(...values)}\n`);
    },
  ]);
  return Object.assign(new Console({ stdout, stderr: stdout }), Object.fromEntries(methods));
}
