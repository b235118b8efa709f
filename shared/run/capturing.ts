import { idOfRefused } from '../ledger.ts';
import { adHoc } from '../names.ts';
import { Captures } from '../settings/capture.ts';
import { newestCaptures, type SettingsRef } from '../settings/store.ts';
import { type Driving, isExpired, isStopped, pause, stopAt } from './context.ts';
import type { Entry } from './entries.ts';

/** Tables at once: the slowest of their calls have ten slots a second, whoever asks. */
const atOnce = 4;

/** How soon tables are looked for that have been selected meanwhile. */
const lookMs = 500;

/** How long the backups of an ad-hoc run wait for their captures: a hundred tables take 15 seconds. */
const patienceMs = 120_000;

/**
 * Captures the settings of a run's tables beside it. A plan's run never waits for it: a backup gets the newest settings
 * that are known when it is AVAILABLE, and what is left over is captured after the run has ended. In an ad-hoc run each
 * table is captured anew, and its backup is told with that: who asks for one means to change something.
 */
export class Capturing {
  readonly #driven: Driving;
  readonly #captures: Captures;
  /** By table id: of this session, else of earlier ones. */
  readonly #newest = new Map<string, SettingsRef>();
  /** Ids of the tables whose turn is over, whatever came of it. */
  readonly #tried = new Set<string>();
  readonly #patientUntil: number;
  readonly #workers: Promise<unknown>;
  #position = 0;
  #isLast = false;
  #failure: unknown;

  /** Undefined when the deployment captures nothing. */
  static begin(driven: Driving): Capturing | undefined {
    const { settingsEveryMs = 0 } = driven.world.options;
    return settingsEveryMs > 0 ? new Capturing(driven, settingsEveryMs) : undefined;
  }

  private constructor(driven: Driving, everyMs: number) {
    this.#driven = driven;
    const isAdHoc = driven.run.plan === adHoc;
    this.#captures = new Captures(driven.world, driven.run.target, isAdHoc ? 0 : everyMs);
    this.#patientUntil = isAdHoc ? driven.world.clock.now() + patienceMs : 0;
    this.#workers = this.#work();
  }

  /** The newest settings that are known of a table; in an ad-hoc run, after they were read or that took too long. */
  async of(tableId: string): Promise<SettingsRef | undefined> {
    while (!this.#tried.has(tableId) && this.#isPatient()) await pause(this.#driven, lookMs);
    return this.#newest.get(tableId);
  }

  #isPatient(): boolean {
    const driven = this.#driven;
    const isInTime = driven.world.clock.now() < this.#patientUntil;
    return isInTime && this.#failure === undefined && !isStopped(driven) && !isExpired(driven);
  }

  /** The run has been given up here: comes to rest. */
  async stop(): Promise<void> {
    this.#isLast = true;
    await this.#workers;
  }

  /**
   * All tables have been selected: captures the rest, while this invocation has time. What AWS did not tell is written
   * down as unread; what is thrown is a failure of the catalog or of our own.
   */
  async finish(): Promise<void> {
    await this.stop();
    const { captured, unread } = this.#captures.counts;
    if (captured > 0) this.#driven.world.logger.info('settings captured', { tables: captured, unread });
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #work(): Promise<void> {
    const { world, run } = this.#driven;
    try {
      for (const [tableId, capture] of await newestCaptures(world, run.target)) this.#note(tableId, capture);
    } catch (error) {
      this.#failure = error;
      return;
    }
    await Promise.all(Array.from({ length: atOnce }, () => this.#goOn()));
  }

  async #goOn(): Promise<void> {
    const { clock } = this.#driven.world;
    while (!isStopped(this.#driven)) {
      const entry = this.#driven.entries.tables()[this.#position];
      if (entry !== undefined) {
        this.#position++;
        await this.#capture(entry);
      } else if (this.#isLast) return;
      else await clock.sleep(Math.min(lookMs, stopAt(this.#driven) - clock.now()));
    }
  }

  /** One table's trouble costs no other one its settings. */
  async #capture({ tableName, tableId }: Entry): Promise<void> {
    // The run could not describe it either: it has failed, with the reason, and has no backup to go with settings.
    if (tableId === idOfRefused(tableName)) return;
    try {
      const captured = await this.#captures.of(tableName, tableId);
      if (captured !== undefined) this.#note(tableId, captured);
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#tried.add(tableId);
    }
  }

  #note(tableId: string, { hash, capturedAt }: SettingsRef): void {
    this.#newest.set(tableId, { hash, capturedAt });
  }
}
