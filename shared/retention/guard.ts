import { pages } from '../pages.ts';
import type { Verdict } from '../retention.ts';
import type { Backup } from '../run.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';
import { contentAt } from './rules.ts';

/** From so many backups of one run on, its window of ListBackups is cheaper than asking for each. */
export const worthListing = 20;

/** What must be seen AVAILABLE at AWS before a table's first delete: its newest kept backup. */
export function whatMustBeThere(act: Verdict[], verdicts: Verdict[]): Backup[] {
  const tables = new Set(act.map(({ backup }) => backup.tableId));
  const newest = new Map<string, Backup>();
  for (const { backup, keptBy } of verdicts) {
    if (keptBy.length === 0 || !tables.has(backup.tableId)) continue;
    const known = newest.get(backup.tableId);
    if (known === undefined || contentAt(backup) > contentAt(known)) newest.set(backup.tableId, backup);
  }
  return [...newest.values()];
}

/** How AWS is asked for them: by windows of its list, and one by one. */
export interface Questions {
  windows: { from: number; until: number; backups: Backup[] }[];
  single: Backup[];
}

/** One window for each run that took many of them: the newest backups of a plan's tables are mostly of its last run. */
export function questionsFor(backups: Backup[]): Questions {
  const byRun = [...Map.groupBy(backups, ({ stamp }) => stamp).values()];
  const windows = byRun
    .filter((ofRun) => ofRun.length >= worthListing)
    .map((ofRun) => {
      const times = ofRun.map(contentAt).sort((a, b) => a - b);
      // The list's bounds are whole seconds, and the upper one is exclusive.
      return { from: (times[0] ?? 0) - 1000, until: (times.at(-1) ?? 0) + 2000, backups: ofRun };
    });
  return { windows, single: byRun.filter((ofRun) => ofRun.length < worthListing).flat() };
}

/** Who is confirmed AVAILABLE at AWS now, and whom AWS does not know. Who is in neither holds its table's deletes back. */
export interface Confirmed {
  there: Set<Backup>;
  missing: Backup[];
}

/** The list may lag behind: only what DescribeBackup does not know is missing. */
export async function confirmAtAws(world: World, target: Target, backups: Backup[]): Promise<Confirmed> {
  const { windows, single } = questionsFor(backups);
  const confirmed: Confirmed = { there: new Set(), missing: [] };
  const unseen: Backup[] = [...single];
  for (const { from, until, backups: ofRun } of windows) {
    const listed = await listAvailable(world, target, { from, until });
    for (const backup of ofRun) {
      if (listed.has(backup.backupArn ?? '')) confirmed.there.add(backup);
      else unseen.push(backup);
    }
  }
  const dynamodb = world.dynamodb(target, 'retain');
  await Promise.all(
    unseen.map(async (backup) => {
      const found = await world.quotas.pace(target, 'DescribeBackup', () =>
        dynamodb.describeBackup(backup.backupArn ?? ''),
      );
      if (found === undefined || found.status === 'DELETED') confirmed.missing.push(backup);
      else if (found.status === 'AVAILABLE') confirmed.there.add(backup);
    }),
  );
  return confirmed;
}

async function listAvailable(
  world: World,
  target: Target,
  window: { from: number; until: number },
): Promise<Set<string>> {
  const dynamodb = world.dynamodb(target, 'retain');
  const arns = new Set<string>();
  const read = (after: string | undefined) => {
    const call = () => dynamodb.listBackups({ ...window, ...(after !== undefined && { after }) });
    return world.quotas.pace(target, 'ListBackups', call);
  };
  for await (const page of pages(read, (page) => page?.next)) {
    for (const { backupArn, status } of page?.backups ?? []) if (status === 'AVAILABLE') arns.add(backupArn);
  }
  return arns;
}
