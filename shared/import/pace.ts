import type { TableStructure } from './structure.ts';

/** What every new table on demand takes at once: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html */
const newTableRate = 4000;
/** Of a provisioned table the writing takes so much. */
const share = 0.9;
/** A table on demand that is used grows; so does what is asked of it. */
const growthASecond = 0.05;
const cut = 0.7;
const cutEveryMs = 1000;
const leastRate = 1;

/** How fast a table is written to: in units a second, less after it has refused. */
export class WritePace {
  readonly #most: number;
  #rate: number;
  #freeAt = 0;
  #changedAt = 0;

  constructor({ billingMode, throughput, limits }: TableStructure) {
    const isSized = billingMode === 'PROVISIONED';
    this.#most = isSized ? (throughput?.write ?? 1) * share : (limits?.write ?? Number.POSITIVE_INFINITY);
    this.#rate = Math.min(newTableRate, this.#most);
  }

  /** How long to rest before the next writes (ms). */
  restAt(now: number): number {
    return Math.max(0, this.#freeAt - now);
  }

  took(units: number, now: number): void {
    const seconds = Math.min(1, Math.max(0, now - this.#changedAt) / 1000);
    this.#rate = Math.min(this.#most, this.#rate * (1 + growthASecond * seconds));
    this.#changedAt = now;
    this.#freeAt = Math.max(now, this.#freeAt) + (units / this.#rate) * 1000;
  }

  wasRefused(now: number): void {
    if (now >= this.#changedAt + cutEveryMs || this.#changedAt === 0) {
      this.#rate = Math.max(leastRate, this.#rate * cut);
      this.#changedAt = now;
    }
    this.#freeAt = Math.max(now, this.#freeAt) + 200;
  }
}
