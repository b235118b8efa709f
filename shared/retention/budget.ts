import type { Verdict } from '../retention.ts';
import type { Backup } from '../run.ts';
import { contentAt } from './rules.ts';

/** What one run of retention may delete, and how much more is due. */
export interface Budgeted {
  act: Verdict[];
  budget: number;
  due: number;
  /** More is due than the budget allows, and nobody has confirmed it. */
  isBlocked: boolean;
}

/**
 * The expired ones that this run may delete, those begun before first, then the oldest: with what it has deleted
 * already (`done`) at most a tenth of the plan's backups in the target or two per table, whichever is more; all of
 * them when a person has confirmed.
 */
export function withinBudget(
  verdicts: Verdict[],
  done: number,
  isConfirmed: boolean,
  begun: ReadonlySet<Backup> = new Set(),
): Budgeted {
  const tables = new Set(verdicts.map(({ backup }) => backup.tableId)).size;
  const budget = Math.max(Math.floor((verdicts.length + done) / 10), 2 * tables);
  const expired = verdicts
    .filter(({ keptBy }) => keptBy.length === 0)
    .sort((a, b) => Number(begun.has(b.backup)) - Number(begun.has(a.backup)) || ageOf(a) - ageOf(b));
  const due = expired.length + done;
  const left = isConfirmed ? due : Math.max(0, budget - done);
  return { act: expired.slice(0, left), budget, due, isBlocked: due > budget && !isConfirmed };
}

const ageOf = ({ backup }: Verdict) => contentAt(backup);
