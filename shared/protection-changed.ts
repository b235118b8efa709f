import type { ProtectionChanged } from '../events/audit-events.ts';
import { iso } from './clock.ts';
import { type Target, targetKey } from './target.ts';
import type { Fact } from './world.ts';

/** What can change, and what a person should read of it: of one, of several, and what to do. */
const words = {
  overdue: [
    'table is overdue',
    'tables are overdue',
    "Look at the plan's last runs (Run Completed, Run Failed, Run Skipped), or ask for a backup now.",
  ],
  protected: ['table is well again', 'tables are well again', ''],
  exportsOverdue: [
    'table has exports that are behind',
    'tables have exports that are behind',
    'Look at Export Round Completed, which names what stands in the way.',
  ],
  exportsCaughtUp: ['table has exports that are well again', 'tables have exports that are well again', ''],
  vanished: [
    'backup is not at AWS any more and was not deleted by Tablekeep',
    'backups are not at AWS any more and were not deleted by Tablekeep',
    'Find out who did: look for DeleteBackup in CloudTrail.',
  ],
  unrecognised: [
    "backup has a name like Tablekeep's and is not in its catalog",
    "backups have names like Tablekeep's and are not in its catalog",
    'Such a backup counts for no rule and is never deleted: find out who made it.',
  ],
  atRisk: [
    'table has a key that cannot be used, or soon will not be',
    'tables have keys that cannot be used, or soon will not be',
    'Without its key neither a table nor its backups can be read: enable the key, or cancel its deletion.',
  ],
} as const;

export type Kind = keyof typeof words;

/** How many of each kind, and the first few by name. */
export type Tally = Partial<Record<Kind, { count: number; named: string[] }>>;

/** More names than this nobody reads in a message; each has a fact of its own. */
export const mostNamed = 10;

export function addTo(tally: Tally, kind: Kind, names: string[]): Tally {
  const { count = 0, named = [] } = tally[kind] ?? {};
  return { ...tally, [kind]: { count: count + names.length, named: [...named, ...names].slice(0, mostNamed) } };
}

/** The one message for people of everything that was found together; `key` is the same when it is told again. */
export function protectionChanged(
  target: Target,
  tally: Tally,
  key: string,
  now: number,
): Fact<typeof ProtectionChanged> {
  const none = { count: 0, named: [] };
  const { overdue = none, protected: wellAgain = none, vanished = none, unrecognised = none, atRisk = none } = tally;
  return {
    ...target,
    overdue,
    protected: wellAgain,
    vanished,
    unrecognised,
    atRisk,
    ...(tally.exportsOverdue && { exportsOverdue: tally.exportsOverdue }),
    ...(tally.exportsCaughtUp && { exportsCaughtUp: tally.exportsCaughtUp }),
    id: `${targetKey(target)}/protection-changed/${key}`,
    at: iso(now),
    sentence: [`${targetKey(target)}:`, ...kinds.flatMap((kind) => sentencesOf(kind, tally))].join(' '),
  };
}

const kinds = Object.keys(words) as Kind[];

function sentencesOf(kind: Kind, tally: Tally): string[] {
  const { count = 0, named = [] } = tally[kind] ?? {};
  if (count === 0) return [];
  const [one, several, advice] = words[kind];
  const found = `${count} ${count === 1 ? one : several}: ${listed(named, count)}.`;
  return advice === '' ? [found] : [found, advice];
}

/** `a, b and 7 more` */
export function listed(named: string[], count: number): string {
  return count > named.length ? `${named.join(', ')} and ${count - named.length} more` : named.join(', ');
}
