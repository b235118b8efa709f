import type { Clock } from './clock.ts';

/** A worker whose clock is further off than this does no bulk work: its slots would not be where others think. */
export const toleratedSkewMs = 2000;

/**
 * How far the clock must at least be ahead (positive) or behind of a server that answered with that `Date`, a second
 * cut off, between sending and receiving: it lies in [sentAt − 1 s, receivedAt] when both clocks agree.
 */
export function skewMs(sentAt: number, receivedAt: number, date: number): number {
  if (date > receivedAt) return receivedAt - date;
  return Math.max(0, sentAt - 1000 - date);
}

/** Watches our clock against the `Date` of AWS's answers. */
export class ClockCheck {
  readonly #clock: Clock;
  #skewMs = 0;
  /** How long the last answer took. */
  answerMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  note(sentAt: number, dateHeader: string | undefined): void {
    const date = Date.parse(dateHeader ?? '');
    this.answerMs = Math.max(0, this.now() - sentAt);
    if (!Number.isNaN(date)) this.#skewMs = skewMs(sentAt, this.now(), date);
  }

  /** Throws while the clock is off. */
  require(): void {
    if (Math.abs(this.#skewMs) <= toleratedSkewMs) return;
    throw new Error(
      `The clock of this worker is ${Math.abs(this.#skewMs)} ms ${this.#skewMs > 0 ? 'ahead of' : 'behind'} that of DynamoDB; it stops, and another goes on.`,
    );
  }
}
