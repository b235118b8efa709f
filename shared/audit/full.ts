import { BackupVanished } from '../../events/backup-events.ts';
import { backupFrom, backupsOf } from '../ledger.ts';
import { instantOf, stampOf } from '../names.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import { contentAt } from '../retention/rules.ts';
import { vanishedOf } from '../retention/vanished.ts';
import type { Backup } from '../run.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';
import type { Changes } from './changes.ts';
import { compareWithCatalog } from './compare.ts';
import { listBackups } from './list.ts';

/** What is compared in one step, and remembered as done: at most some thousand backups. */
export const stepMs = 6 * 3_600_000;

/** A backup is made at most so long after its run was scheduled. */
const longestRunMs = 48 * 3_600_000;

/** So long before its scheduled time a run's backups are looked for: AWS's clock is not ours. */
const skewMs = 5 * 60_000;

/** The first instant worth comparing: before the oldest run of these plans, of whose backups the ledger names any first. */
export async function oldestBackupAt(world: World, target: Target, plans: string[]): Promise<number | undefined> {
  const oldest: number[] = [];
  for (const plan of plans) {
    for await (const item of world.catalog.query({ ...backupsOf({ target, plan }), limit: 1 })) {
      oldest.push(instantOf(backupFrom(item).stamp) - skewMs);
    }
  }
  return oldest.length === 0 ? undefined : Math.min(...oldest);
}

/**
 * Compares all backups of some hours in both directions, at one page of the list a second: those that AWS has with the
 * catalog, and those that the catalog has with AWS. What the list does not show is asked for before it has vanished.
 */
export async function compareFully(
  world: World,
  target: Target,
  plans: string[],
  from: number,
  changes: Changes,
): Promise<void> {
  const until = from + stepMs;
  const expected = new Map<string, Backup>();
  for (const plan of plans) {
    for await (const backup of madeIn(world, { plan, target }, from, until)) {
      expected.set(backup.backupArn ?? '', backup);
    }
  }
  // The list counts in whole seconds.
  for await (const page of listBackups(world, target, { from: from - 1000, until: until + 1000, perSecond: 1 })) {
    await compareWithCatalog(world, target, page, changes);
    for (const { backupArn } of page) expected.delete(backupArn);
  }
  const dynamodb = world.dynamodb(target, 'read');
  const missing: Backup[] = [];
  for (const backup of expected.values()) {
    const describe = () => dynamodb.describeBackup(backup.backupArn ?? '');
    const found = await world.quotas.pace(target, 'DescribeBackup', describe, { perSecond: 1 });
    if (found === undefined || found.status === 'DELETED') missing.push(backup);
  }
  await changes.found('vanished', BackupVanished, vanishedOf(world, missing));
}

/** The ledger's backups that are at AWS, as far as it knows, and were created then. */
async function* madeIn(world: World, of: PlanInTarget, from: number, until: number): AsyncGenerator<Backup> {
  for await (const item of world.catalog.query(backupsOf(of, stampOf(from - longestRunMs)))) {
    const backup = backupFrom(item);
    if (backup.stamp > `${stampOf(until)}~`) return;
    const isThere = backup.state === 'AVAILABLE' || backup.state === 'CREATING';
    const createdAt = contentAt(backup);
    if (isThere && backup.backupArn !== undefined && createdAt >= from && createdAt < until) yield backup;
  }
}
