import { backupName } from '../names.ts';
import type { Backup, Run, SelectedTable } from '../run.ts';

/**
 * AWS refuses a request whose stamp is older than 300 s, a list may lag by 30 s, clocks may differ by 5 s: that long
 * after a claim's lease nothing can come of it any more that the list does not show.
 */
export const settleMs = 335_000;

/** What this process knows of one (run, table), or of a duplicate: the ledger's entry and what goes on here. */
export interface Entry extends Backup {
  name: string;
  /** An attempt of this process is under way. */
  isBusy: boolean;
  /** The attempt that a look, later than its settling, has found nothing of: it may be tried again. */
  clearedAttempt?: number;
}

const ends = new Set(['AVAILABLE', 'FAILED', 'SKIPPED', 'DELETING', 'DELETED', 'VANISHED']);

/** Whether this (run, table) has ended. What retention did later does not begin it anew. */
export const hasEnded = ({ state }: Backup): boolean => ends.has(state);

/** Whether nothing can come of the entry's claim any more, so that a look tells the truth. */
export function isSettled({ state, leaseUntil = 0 }: Backup, now: number): boolean {
  return state === 'STARTING' && now >= leaseUntil + settleMs;
}

/** The entries of a run. A table that was selected and never claimed has one here and none in the ledger. */
export class Entries {
  readonly #run: Run;
  readonly #installation: string;
  readonly #tables = new Map<string, Entry>();
  readonly #duplicates = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();

  constructor(run: Run, installation: string) {
    this.#run = run;
    this.#installation = installation;
  }

  /** Tables that are known already stay as they are; those that are refused are nobody's to take, and are given back. */
  select(tables: SelectedTable[]): Entry[] {
    const refusedOnes: Entry[] = [];
    for (const { name, id, refused, facts } of tables) {
      const { target, plan, stamp } = this.#run;
      const entry =
        this.#tables.get(id) ??
        this.#add({ target, plan, stamp, tableId: id, tableName: name, state: 'PENDING', attempt: 0 });
      if (facts !== undefined) entry.facts ??= facts;
      if (refused === undefined || hasEnded(entry)) continue;
      refusedOnes.push(Object.assign(entry, { error: refused, isBusy: true }));
    }
    return refusedOnes;
  }

  /** What the ledger says goes before what is known here. */
  merge(backup: Backup): Entry {
    const known = backup.isDuplicate ? this.#duplicates.get(backup.backupArn ?? '') : this.#tables.get(backup.tableId);
    return known === undefined ? this.#add(backup) : Object.assign(known, backup);
  }

  /** The table's entry of that backup name; it may be of another run or of nobody. */
  named(name: string): Entry | undefined {
    return this.#byName.get(name);
  }

  duplicate(backupArn: string): Entry | undefined {
    return this.#duplicates.get(backupArn);
  }

  /** One per selected table. */
  tables(): Entry[] {
    return [...this.#tables.values()];
  }

  /** At the deadline: what is not AVAILABLE by then stays in the ledger as it is. */
  leaveDuplicates(): void {
    this.#duplicates.clear();
  }

  open(): Entry[] {
    return [...this.#tables.values(), ...this.#duplicates.values()].filter((entry) => !hasEnded(entry));
  }

  #add(backup: Backup): Entry {
    const entry = { ...backup, name: backupName(this.#installation, backup, backup.tableId), isBusy: false };
    if (backup.isDuplicate) {
      this.#duplicates.set(backup.backupArn ?? '', entry);
    } else {
      this.#tables.set(backup.tableId, entry);
      this.#byName.set(entry.name, entry);
    }
    return entry;
  }
}
