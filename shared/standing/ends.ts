import { runId } from '../names.ts';
import type { Backup } from '../run.ts';

/** What came of one backup on a day, as it is written down. Instants are epoch ms. */
export interface End {
  /** `<run>/<table id>`, as events have it. */
  backupId: string;
  plan: string;
  tableId: string;
  tableName: string;
  what: 'completed' | 'failed' | 'skipped' | 'deleted' | 'vanished';
  at: number;
  createdAt?: number;
  backupArn?: string;
  isDuplicate?: boolean;
  sizeBytes?: number;
  /** Why it failed, was skipped or was deleted. */
  reason?: string;
}

/** How its run ended for the table, and how the backup went later. A second backup ends for no table. */
export function endsOf(backup: Backup): End[] {
  const { state, endedAt, deletedAt, vanishedAt, isDuplicate, error, deletedBecause } = backup;
  const ends: End[] = [];
  const add = (what: End['what'], at: number | undefined, reason?: string) => {
    if (at !== undefined) ends.push({ ...namesOf(backup), what, at, ...(reason !== undefined && { reason }) });
  };
  if (state === 'FAILED') add('failed', endedAt, error);
  else if (state === 'SKIPPED') add('skipped', endedAt, error);
  else if (!isDuplicate) add('completed', endedAt);
  if (state === 'DELETED') add('deleted', deletedAt, deletedBecause);
  if (state === 'VANISHED') add('vanished', vanishedAt);
  return ends;
}

function namesOf(backup: Backup): Omit<End, 'what' | 'at'> {
  const { plan, tableId, tableName, createdAt, backupArn, isDuplicate, sizeBytes } = backup;
  return {
    backupId: `${runId(backup)}/${tableId}`,
    ...{ plan, tableId, tableName },
    ...(createdAt !== undefined && { createdAt }),
    ...(backupArn !== undefined && { backupArn }),
    ...(isDuplicate && { isDuplicate }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}

/** By time; what happened at once has an order of its own. */
export function byTime(a: End, b: End): number {
  if (a.at !== b.at) return a.at - b.at;
  const [one, other] = [tieOf(a), tieOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

export const tieOf = ({ backupId, backupArn = '', what }: End): string =>
  `${backupId}/${backupArn.split('/').at(-1)}/${what}`;

const dayMs = 86_400_000;

/** What was deleted is in the ledger for 30 days: what is older cannot be told any more. */
const mostDays = 29;

/** The dates from one report's on to the day before another's: those that are over. Before the first report, one. */
export function daysBetween(from: string | undefined, until: string): string[] {
  const end = Date.parse(until);
  const begin = Math.max(from === undefined ? end - dayMs : Date.parse(from), end - mostDays * dayMs);
  return Array.from({ length: Math.max(0, (end - begin) / dayMs) }, (_, index) =>
    new Date(begin + index * dayMs).toISOString().slice(0, 10),
  );
}
