import { createHash } from 'node:crypto';
import { readZip } from './zip.ts';

/** What an environment is made with. */
export interface Setting {
  functionName: string;
  /** `<path without extension>.<export>` */
  handler: string;
  memorySizeMb: number;
  code: Code;
  /** The whole environment: the function's own variables, Lambda's, and the credentials of its role. */
  variables: Record<string, string>;
  logGroupName: string;
  logStreamName: string;
  /** Takes whatever the function writes to standard output or error. */
  write(text: string): void;
}

/** One event on its way to a handler. */
export interface Invocation {
  requestId: string;
  functionArn: string;
  /** JSON. */
  event: string;
  /** Epoch ms, by the clock of the runner. */
  deadlineAt: number;
}

/** What a handler answered, as JSON, or how it failed. */
export interface Outcome {
  payload: string;
  isError: boolean;
  /** The environment is of no further use: its code did not load, or its process has ended. */
  isDead?: boolean;
}

/** One execution environment. It is given one invocation at a time. */
export interface Environment {
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Ends it at once; whatever it still had in hand comes to nothing. */
  close(): void;
}

/** Makes environments: in this process, as child processes, or around plain functions. */
export type Runner = (setting: Setting) => Environment;

/** A function's deployment package. */
export class Code {
  readonly zip: Uint8Array;
  readonly sha256: string;
  #files: Map<string, Uint8Array> | undefined;

  constructor(zip: Uint8Array) {
    this.zip = zip;
    this.sha256 = createHash('sha256').update(zip).digest('base64');
  }

  /** The module that a handler's name means, with the endings that Lambda's runtime tries for CommonJS. */
  module(handler: string): { filename: string; text: string } | undefined {
    this.#files ??= readZip(this.zip);
    const path = handler.slice(0, handler.lastIndexOf('.'));
    for (const filename of [path, `${path}.js`, `${path}.cjs`]) {
      const bytes = this.#files.get(filename);
      if (bytes !== undefined) return { filename, text: new TextDecoder().decode(bytes) };
    }
    return undefined;
  }
}

/** An error as Lambda's Node.js runtime writes it. */
export function failure(error: unknown): Outcome {
  const payload =
    error instanceof Error || isErrorOfAnotherRealm(error)
      ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
      : { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { payload: JSON.stringify(payload), isError: true };
}

const isErrorOfAnotherRealm = (error: unknown): error is Error =>
  typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
