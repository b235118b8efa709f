import { iso } from './clock.ts';
import { PermanentError } from './errors.ts';
import { backupKey } from './ledger.ts';
import { contentAt } from './retention/rules.ts';
import type { Backup, BackupOf } from './run.ts';
import type { Catalog, Change, Item } from './world.ts';

/** Which backup: a duplicate has an entry of its own. */
type Held = BackupOf & Pick<Backup, 'tableName' | 'isDuplicate' | 'backupArn' | 'createdAt'>;

/**
 * A person's word that a backup stays, until it is lifted; said again, the last word counts. It and a delete are both
 * conditional on AVAILABLE, so that one of the two loses.
 * @throws PermanentError when the backup is not AVAILABLE any more, or not yet.
 */
export function hold(catalog: Catalog, backup: Held, word: { by: string; reason: string; at: number }): Promise<void> {
  return whileAvailable(catalog, backup, 'held', {
    update: 'SET #hold = :word',
    names: { '#hold': 'hold' },
    values: { ':word': word },
  });
}

/** Takes the hold away, if there is one. */
export function liftHold(catalog: Catalog, backup: Held): Promise<void> {
  return whileAvailable(catalog, backup, 'released', { update: 'REMOVE #hold', names: { '#hold': 'hold' } });
}

/**
 * Says that a running task needs a backup; twice is once.
 * @throws PermanentError when the backup is not AVAILABLE any more, or not yet.
 */
export function pin(catalog: Catalog, backup: Held, taskId: string): Promise<void> {
  return whileAvailable(catalog, backup, 'pinned', {
    update: 'ADD pins :task',
    values: { ':task': new Set([taskId]) },
  });
}

/** The task is over. A set that becomes empty is an attribute that is gone. */
export function unpin(catalog: Catalog, backup: Held, taskId: string): Promise<void> {
  return whileAvailable(catalog, backup, 'unpinned', {
    update: 'DELETE pins :task',
    values: { ':task': new Set([taskId]) },
  });
}

async function whileAvailable(catalog: Catalog, backup: Held, done: string, change: Change): Promise<void> {
  const written = await catalog.update(backupKey(backup), {
    ...change,
    condition: '#state = :available',
    names: { ...change.names, '#state': 'state' },
    values: { ...change.values, ':available': 'AVAILABLE' },
  });
  if (!written.done) throw new PermanentError(refusal(backup, done, written.found));
}

function refusal(backup: Held, done: string, found: Item | undefined): string {
  const which = `The backup of ${backup.tableName} from ${iso(contentAt(backup))}`;
  const state = found?.state;
  if (state === 'DELETING' || state === 'DELETED') {
    return `${which} can not be ${done} any more: retention is deleting it, or has. Choose another one.`;
  }
  if (state === undefined) return `${which} can not be ${done}: the catalog does not know it.`;
  return `${which} can not be ${done}: it is ${String(state)}, not AVAILABLE. Wait for it, or choose another one.`;
}
