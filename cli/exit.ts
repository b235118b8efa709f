/** What the process ends with: docs/decisions/0012. */
export const exitCodes = { done: 0, failed: 1, notUnderstood: 2, foundWrong: 3, refused: 4, noRight: 5, stopped: 130 };

interface StopOptions extends ErrorOptions {
  /** Of the API's answer. */
  status?: number;
}

/** Ends the command with a sentence for the person, and a code for the script. */
export class Stop extends Error {
  override name = 'Stop';
  readonly code: number;
  readonly status: number | undefined;

  constructor(reason: Exclude<keyof typeof exitCodes, 'done'>, sentence: string, options: StopOptions = {}) {
    super(sentence, options);
    this.code = exitCodes[reason];
    this.status = options.status;
  }
}
