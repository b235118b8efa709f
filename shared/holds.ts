import { iso } from './clock.ts';
import { PermanentError } from './errors.ts';
import { backupKey } from './ledger.ts';
import { contentAt } from './retention/rules.ts';
import type { Backup, BackupOf } from './run.ts';
import type { Catalog, Change, Item } from './world.ts';

/** Which backup: a duplicate has an entry of its own. */
type Held = BackupOf & Pick<Backup, 'tableName' | 'isDuplicate' | 'backupArn' | 'createdAt'>;

/** Who says what about a backup, when, and why. */
export interface Word {
  by: string;
  reason: string;
  at: number;
}

/**
 * A person's word that a backup stays, until it is lifted; said again, the last word counts. It and a delete are both
 * conditional on AVAILABLE, so that one of the two loses. A request (`requestId`) that comes twice acts once, whatever
 * was said in between.
 * @throws PermanentError when the backup is not AVAILABLE any more, or not yet.
 */
export function hold(catalog: Catalog, backup: Held, word: Word, requestId?: string): Promise<void> {
  return whileAvailable(catalog, backup, 'held', requestId, {
    update: 'SET #hold = :word',
    names: { '#hold': 'hold' },
    values: { ':word': word },
  });
}

/** Takes the hold away, if there is one. */
export function liftHold(catalog: Catalog, backup: Held, requestId?: string): Promise<void> {
  return whileAvailable(catalog, backup, 'released', requestId, { update: 'REMOVE #hold', names: { '#hold': 'hold' } });
}

/**
 * A manual backup expires at that instant: retention deletes it with all its safeguards.
 * @throws PermanentError when it is held, or needed by a task, or not AVAILABLE.
 */
export function expire(catalog: Catalog, backup: Held, word: Word, requestId: string): Promise<void> {
  return whileAvailable(catalog, backup, 'deleted', requestId, {
    update: 'SET expiresAt = :now, deletion = :word',
    condition: 'attribute_not_exists(#hold) AND attribute_not_exists(pins)',
    names: { '#hold': 'hold' },
    values: { ':now': word.at, ':word': word },
  });
}

/**
 * Says that a running task needs a backup; twice is once.
 * @throws PermanentError when the backup is not AVAILABLE any more, or not yet.
 */
export function pin(catalog: Catalog, backup: Held, taskId: string): Promise<void> {
  return whileAvailable(catalog, backup, 'pinned', undefined, {
    update: 'ADD pins :task',
    values: { ':task': new Set([taskId]) },
  });
}

/** The task is over. A set that becomes empty is an attribute that is gone. */
export function unpin(catalog: Catalog, backup: Held, taskId: string): Promise<void> {
  return whileAvailable(catalog, backup, 'unpinned', undefined, {
    update: 'DELETE pins :task',
    values: { ':task': new Set([taskId]) },
  });
}

async function whileAvailable(
  catalog: Catalog,
  backup: Held,
  done: string,
  requestId: string | undefined,
  change: Change,
): Promise<void> {
  // One id may stand for a hold and, later, for its release: two requests.
  const act = requestId === undefined ? undefined : `${done} ${requestId}`;
  const { update, condition, names, values } = act === undefined ? change : once(change, act);
  const written = await catalog.update(backupKey(backup), {
    update,
    condition: ['#state = :available', ...(condition === undefined ? [] : [condition])].join(' AND '),
    names: { ...names, '#state': 'state' },
    values: { ...values, ':available': 'AVAILABLE' },
  });
  if (written.done || (act !== undefined && hasActed(written.found, act))) return;
  throw new PermanentError(refusal(backup, done, written.found));
}

/** Remembers the request with what it does, in one write, so that it acts once. */
const once = ({ update, condition, names, values }: Change, act: string): Change => ({
  update: `${update} ADD acted :acted`,
  condition: [...(condition === undefined ? [] : [condition]), 'NOT contains(acted, :act)'].join(' AND '),
  ...(names && { names }),
  values: { ...values, ':acted': new Set([act]), ':act': act },
});

const hasActed = (found: Item | undefined, act: string): boolean => found?.acted instanceof Set && found.acted.has(act);

function refusal(backup: Held, done: string, found: Item | undefined): string {
  const which = `The backup of ${backup.tableName} from ${iso(contentAt(backup))}`;
  const state = found?.state;
  if (state === 'DELETING' || state === 'DELETED') {
    return `${which} can not be ${done} any more: retention is deleting it, or has. Choose another one.`;
  }
  if (state === undefined) return `${which} can not be ${done}: the catalog does not know it.`;
  if (state === 'AVAILABLE') return `${which} can not be ${done}: ${whyKept(found)}`;
  return `${which} can not be ${done}: it is ${String(state)}, not AVAILABLE. Wait for it, or choose another one.`;
}

/** Why an AVAILABLE one was refused: only deletes are. */
function whyKept(found: Item | undefined): string {
  const held = found?.hold as Word | undefined;
  if (held) return `${held.by} holds it since ${iso(held.at)} (${held.reason}). Lift the hold first.`;
  const tasks = [...((found?.pins ?? []) as Set<string>)].join(', ');
  return `it is needed by ${tasks}. Wait for its end.`;
}
