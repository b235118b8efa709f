import { adHoc, instantOf } from '../names.ts';
import { listPoints } from '../points/list.ts';
import { listRuns } from '../run/list.ts';
import type { Backup } from '../run.ts';
import { tablesOf } from '../standing/standing.ts';
import type { World } from '../world.ts';

/**
 * When the table of a backup was last known to live, epoch ms; undefined when what is newer knows that it is gone. The
 * catalog does not know what happened since the last audit and the last run: a restore looks at AWS itself.
 */
export async function lastKnownToLive(world: World, backup: Backup): Promise<number | undefined> {
  const { target, tableName: name } = backup;
  const found = await tablesOf(world, { target, name });
  const newest = await newestOf(world, backup);
  const auditedAt = found?.asOf ?? 0;
  if (found !== undefined && found.tables.length > 0) return Math.max(auditedAt, newest.at);
  return auditedAt > newest.at || (await isLeftOut(world, newest.backup)) ? undefined : newest.at;
}

/** The newest backup of the same table, in whatever plan. */
async function newestOf(world: World, backup: Backup): Promise<{ backup: Backup; at: number }> {
  const found = await listPoints(world, { tableId: backup.tableId, limit: 1 });
  const [newest = backup] = 'points' in found ? found.points : [];
  return { backup: newest, at: newest.createdAt ?? instantOf(newest.stamp) };
}

/** A later run of the same plan has ended and did not find the table. */
async function isLeftOut(world: World, { plan, target, stamp }: Backup): Promise<boolean> {
  const found = await listRuns(world, { plan, target, limit: 5 });
  const ended = found?.runs.find(({ state }) => state === 'COMPLETED' || state === 'FAILED');
  return ended !== undefined && plan !== adHoc && instantOf(ended.stamp) > instantOf(stamp);
}
