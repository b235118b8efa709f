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
import { type Compared, compareWithCatalog } from './compare.ts';
import { listBackups } from './list.ts';

/** What is compared in one step, and remembered as done: at most some thousand backups. */
export const stepMs = 6 * 3_600_000;

/** A backup is made at most so long after its run was scheduled: no plan has a longer deadline (deploy/plans/rules.ts). */
const longestRunMs = 7 * 24 * 3_600_000;

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

/** Compares all backups of some hours, at one page of the list a second. */
export async function compareFully(
  world: World,
  target: Target,
  plans: string[],
  from: number,
  changes: Changes,
): Promise<void> {
  await compareBothWays(
    world,
    target,
    plans,
    { from, until: from + stepMs, madeUntil: from + stepMs, perSecond: 1 },
    changes,
  );
}

/**
 * Compares what was made in some time in both directions: what AWS has with the catalog, and what the catalog has with
 * AWS, so far as it was made before `madeUntil`. What the list does not show is asked for before it has vanished.
 */
export async function compareBothWays(
  world: World,
  target: Target,
  plans: string[],
  { from, until, madeUntil, perSecond }: { from: number; until: number; madeUntil: number; perSecond: number },
  changes: Changes,
): Promise<Compared> {
  const expected = new Map<string, Backup>();
  for (const plan of plans) {
    for await (const backup of madeIn(world, { plan, target }, from, madeUntil)) {
      expected.set(backup.backupArn ?? '', backup);
    }
  }
  const all: Compared = { plans: new Set() };
  // The list counts in whole seconds.
  for await (const page of listBackups(world, target, { from: from - 1000, until: until + 1000, perSecond })) {
    const { plans: named, openSince = Infinity } = await compareWithCatalog(world, target, page, changes);
    for (const plan of named) all.plans.add(plan);
    if (openSince < (all.openSince ?? Infinity)) all.openSince = openSince;
    for (const { backupArn } of page) expected.delete(backupArn);
  }
  await findVanished(world, target, [...expected.values()], changes);
  return all;
}

async function findVanished(world: World, target: Target, notListed: Backup[], changes: Changes): Promise<void> {
  const dynamodb = world.dynamodb(target, 'read');
  const missing: Backup[] = [];
  for (const backup of notListed) {
    const describe = () => dynamodb.describeBackup(backup.backupArn ?? '');
    const found = await world.quotas.pace(target, 'DescribeBackup', describe, { perSecond: 1 });
    if (found === undefined || found.status === 'DELETED') missing.push(backup);
  }
  await changes.found('vanished', BackupVanished, vanishedOf(world, missing));
}

/** The ledger's backups that are at AWS, as far as it knows, and were created then. */
async function* madeIn(world: World, of: PlanInTarget, from: number, until: number): AsyncGenerator<Backup> {
  for await (const item of world.catalog.query(backupsOf(of, stampOf(from - longestRunOf(world, of))))) {
    const backup = backupFrom(item);
    if (backup.stamp > `${stampOf(until)}~`) return;
    const isThere = backup.state === 'AVAILABLE' || backup.state === 'CREATING';
    const createdAt = contentAt(backup);
    if (isThere && backup.backupArn !== undefined && createdAt >= from && createdAt < until) yield backup;
  }
}

/** A plan that is not deployed had any deadline. One that was changed may have runs of the longer one, which is rarely over two days. */
function longestRunOf({ plans }: World, { plan }: PlanInTarget): number {
  const { deadlineMs = longestRunMs } = plans.get(plan) ?? {};
  return Math.max(deadlineMs, 48 * 3_600_000);
}
