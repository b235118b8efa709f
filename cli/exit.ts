/** What the process ends with: docs/decisions/0012. */
export const exitCodes = { done: 0, failed: 1, notUnderstood: 2, foundWrong: 3, refused: 4, noRight: 5, stopped: 130 };

/** Ends the command with a sentence for the person, and a code for the script. */
export class Stop extends Error {
  override name = 'Stop';
  readonly code: number;

  constructor(reason: Exclude<keyof typeof exitCodes, 'done'>, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.code = exitCodes[reason];
  }
}
