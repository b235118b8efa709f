import { requestTimeoutMs } from '../aws/client.ts';
import { kindOf } from '../errors.ts';
import { write } from '../task/drive.ts';
import type { Write } from './calls.ts';
import type { Applying, Importing } from './import-task.ts';
import { WritePace } from './pace.ts';

/** What BatchWriteItem takes, and how many of these go at once. */
const batchSize = 25;
const batchesAtOnce = 4;
export const roundSize = batchSize * batchesAtOnce;

/** Writes may be signed for so long after the last checkpoint, and a checkpoint is made before that. */
export const signedForMs = 60_000;
const renewBeforeMs = 25_000;
/** AWS refuses a request that arrives more than five minutes after its stamp; and clocks may disagree a little. */
const arrivesWithinMs = 305_000;
const restMs = 1000;

/** When nothing of a driver that went silent can arrive any more (epoch ms); 0 when none was writing. */
export const quietAt = (writingUntil: number | undefined): number =>
  writingUntil === undefined ? 0 : writingUntil + arrivesWithinMs;

/** Our own writes to the new table, as the task's driver. */
export class Writer {
  readonly #importing: Importing;
  readonly #pace: WritePace;
  #signedUntil = 0;
  #openUntil = 0;

  constructor(importing: Importing) {
    this.#importing = importing;
    this.#pace = new WritePace(importing.task.plan.structure);
  }

  /** Writes down how far it has come, and that writes may be on their way from now on. */
  async checkpoint(applying: Applying): Promise<void> {
    const writingUntil = this.#importing.world.clock.now() + signedForMs;
    await write(this.#importing, { applying, writingUntil });
    this.#signedUntil = writingUntil;
  }

  /** Writes down how far it has come, and that nothing is on its way. */
  async rest(applying: Applying): Promise<void> {
    await write(this.#importing, {
      applying,
      writingUntil: this.#isOpen() ? this.#openUntil - arrivesWithinMs : undefined,
    });
    this.#signedUntil = 0;
  }

  /** Waits until a request without an answer cannot arrive any more: what follows might be written over by it. */
  async settle(): Promise<boolean> {
    const { world, driver } = this.#importing;
    while (this.#isOpen()) {
      if (driver.isEnding) return false;
      await driver.pause(this.#openUntil - world.clock.now());
    }
    return true;
  }

  #isOpen(): boolean {
    return this.#openUntil > this.#importing.world.clock.now();
  }

  /** Writes up to a round of records of different items; false when the driver ends before all are written. */
  async writeAll(writes: Write[], applying: Applying): Promise<boolean> {
    const { world, driver } = this.#importing;
    let left = writes;
    while (left.length > 0) {
      if (driver.isEnding) return false;
      const now = world.clock.now();
      if (now > this.#signedUntil - renewBeforeMs) await this.checkpoint(applying);
      const rest = this.#pace.restAt(now);
      if (rest > 0) {
        await driver.pause(Math.min(rest, restMs));
        continue;
      }
      const batches = Array.from({ length: Math.ceil(left.length / batchSize) }, (_, index) =>
        left.slice(index * batchSize, (index + 1) * batchSize),
      );
      left = (await Promise.all(batches.map((batch) => this.#writeBatch(batch)))).flat();
    }
    return true;
  }

  /** Answers with those that are to be written again. */
  async #writeBatch(batch: Write[]): Promise<Write[]> {
    const { world, task } = this.#importing;
    const { target } = task.plan;
    try {
      const { left, units } = await world
        .imports(target)
        .write(target.tableName, batch, this.#signedUntil - requestTimeoutMs);
      const now = world.clock.now();
      this.#pace.took(units, now);
      if (left.length > 0) this.#pace.wasRefused(now);
      return left.flatMap((number) => batch[number] ?? []);
    } catch (error) {
      this.#orThrow(error);
      return batch;
    }
  }

  #orThrow(error: unknown): void {
    const { world, task } = this.#importing;
    const now = world.clock.now();
    const kind = kindOf(error);
    if (kind === 'refused' || kind === 'gone') throw error;
    if (kind === 'fenced') this.#signedUntil = 0;
    else this.#pace.wasRefused(now);
    if (kind === 'credentials') world.renewCredentials(task.plan.target, 'import');
    if (kind === 'ambiguous') this.#openUntil = Math.max(this.#openUntil, now + arrivesWithinMs);
  }
}
