import { BackupCompleted, BackupFailed, BackupSkipped } from '../../events/backup-events.ts';
import type { Backup } from '../run.ts';
import type { World } from '../world.ts';
import { completed, failed, skipped } from './told.ts';

/**
 * Tells the ends of tables after they were written. `watermark` is the instant before which every end is told: it
 * goes into the run's item with each renewal of the lease, so that the next driver knows where to go on.
 */
export class Announcer {
  readonly #world: World;
  /** What the last driver told, by its clock: our ends come after it, whatever our clock says. */
  readonly #toldUntil: number;
  /** Ends that are being written, or whose write threw: it may have taken effect, and who goes on must tell it then. */
  readonly #writing = new Set<{ endedAt: number }>();
  #waiting: Backup[] = [];
  #telling: Backup[] = [];
  readonly counts = { AVAILABLE: 0, FAILED: 0, SKIPPED: 0 };

  constructor(world: World, toldUntil: number) {
    this.#world = world;
    this.#toldUntil = toldUntil;
  }

  /** Writes an end and remembers to tell it. `write` answers with the end that stands in the ledger now, if it is one. */
  async end(write: (endedAt: number) => Promise<Backup | undefined>): Promise<void> {
    const writing = { endedAt: this.#now() };
    this.#writing.add(writing);
    const ended = await write(writing.endedAt);
    if (ended !== undefined) this.tell(ended);
    this.#writing.delete(writing);
  }

  tell(ended: Backup): void {
    if (!ended.isDuplicate) this.#waiting.push(ended);
  }

  watermark(): number {
    const untold = [...this.#writing, ...this.#waiting, ...this.#telling].map(({ endedAt = 0 }) => endedAt);
    return Math.min(this.#now(), ...untold);
  }

  #now(): number {
    return Math.max(this.#world.clock.now(), this.#toldUntil);
  }

  /** Puts everything that waits on the bus; what could not be put waits on. */
  async flush(): Promise<void> {
    const { facts } = this.#world;
    this.#telling = this.#waiting;
    this.#waiting = [];
    const inState = (...states: string[]) => this.#telling.filter(({ state }) => states.includes(state));
    try {
      // What retention has deleted in the meantime was AVAILABLE first.
      const available = inState('AVAILABLE', 'DELETING', 'DELETED', 'VANISHED');
      await facts.publish(
        BackupCompleted,
        available.map((backup) => completed(this.#world, backup)),
      );
      await facts.publish(
        BackupFailed,
        inState('FAILED').map((backup) => failed(this.#world, backup)),
      );
      await facts.publish(
        BackupSkipped,
        inState('SKIPPED').map((backup) => skipped(this.#world, backup)),
      );
      this.counts.AVAILABLE += available.length;
      this.counts.FAILED += inState('FAILED').length;
      this.counts.SKIPPED += inState('SKIPPED').length;
    } catch (error) {
      this.#waiting.unshift(...this.#telling);
      throw error;
    } finally {
      this.#telling = [];
    }
  }
}
