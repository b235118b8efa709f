import { RetentionBlocked, RetentionChanged, RetentionCompleted } from '../../events/retention-events.ts';
import { LeaseLost } from '../lease.ts';
import { keepDirectory } from '../points/keep-directory.ts';
import type { Verdict } from '../retention.ts';
import type { Backup } from '../run.ts';
import { targetKey } from '../target.ts';
import type { Invocation, Key, World } from '../world.ts';
import { type Budgeted, withinBudget } from './budget.ts';
import { isUnsettled, recordDeleted, takeBack } from './delete.ts';
import { type Deletes, deleteAll, type Expired, tellDeleted } from './deletes.ts';
import { blocked, changed, completed, type PlanInTarget } from './facts.ts';
import { rememberGoneTables } from './gone.ts';
import { type Graced, type RulesInForce, untold } from './grace.ts';
import { confirmAtAws, whatMustBeThere } from './guard.ts';
import { WantedLease } from './lease.ts';
import { recordVanished } from './vanished.ts';
import { decide, look, type Seen } from './verdicts.ts';

/** What a run of retention came to in one target. */
export interface Retained {
  kept: number;
  deleted: number;
  failed: number;
  throttled: number;
}

/** When what is busy, or was not answered for sure, is tried again. */
const laterMs = 5 * 60_000;

export function retentionKey({ plan, target }: PlanInTarget): Key {
  return { pk: `${targetKey(target)}#${plan}`, sk: 'retention' };
}

/**
 * Judges a plan's backups in a target and deletes what has expired; goes on where a driver before it stopped.
 * Undefined when another is at it, or when it is not done yet: then it is due again.
 * @throws AggregateError when AWS refused deletes for good; the others are done then.
 */
export async function retain(
  world: World,
  of: PlanInTarget,
  invocation: Invocation,
  { confirm = false, isWanted = true } = {},
): Promise<Retained | undefined> {
  const lease = await WantedLease.take(world, retentionKey(of), invocation, isWanted);
  if (lease === undefined) return undefined;
  try {
    return await lease.keepDuring(() => drive(world, of, lease, confirm || lease.item.confirmed === true));
  } catch (error) {
    if (error instanceof LeaseLost) return undefined;
    await lease.endUnlessWanted(['confirmed'], invocation.id);
    throw error;
  }
}

async function drive(
  world: World,
  of: PlanInTarget,
  lease: WantedLease,
  isConfirmed: boolean,
): Promise<Retained | undefined> {
  world.metrics.addDimension('plan', of.plan);
  const plan = world.plans.get(of.plan);
  const remembered = (lease.item.keepRules ?? undefined) as RulesInForce | undefined;
  const readAt = world.clock.now();
  const seen = await look(world, of, plan, remembered);
  const times = { now: world.clock.now(), graceMs: world.options.graceMs };
  const decision = decide(seen, plan, remembered, times);
  const done = seen.backups.filter(({ deletedAt = 0 }) => deletedAt >= lease.startedAt).length;
  const budgeted = withinBudget(decision.verdicts, done, isConfirmed, seen.begun);
  if (seen.gone) await rememberGoneTables(world, of, seen.gone);
  if (decision.announce && decision.rules) await lease.remember({ keepRules: untold(decision.rules) });
  await tell(world, of, lease, { seen, announce: decision.announce, budgeted });
  await lease.remember({
    keepRules: decision.rules,
    isBlocked: budgeted.isBlocked,
    confirmed: isConfirmed,
    announcedUntil: times.now,
  });

  const kept = decision.verdicts.filter(({ keptBy }) => keptBy.length > 0).map(({ backup }) => backup);
  const regretted = kept.filter((backup) => seen.begun.has(backup));
  const act = await guarded(world, of, budgeted.act, decision.verdicts, regretted);
  const result = await deleteAll(world, of, lease, act.map(expiredOf(seen.begun)), times.now);
  const isUndone = await undo(world, of, regretted, times.now);
  await keepDirectory(world, of, { backups: seen.backups, gone: result.gone, readAt });
  if (result.isDone && isUndone) return finish(world, of, lease, { kept: kept.length, done }, result);
  await lease.leave(world.clock.now() + (lease.isEnding ? 0 : laterMs));
  return undefined;
}

/**
 * What was begun before and is to stay after all, since newer ones are gone or the rules are others, goes back to
 * AVAILABLE, once no delete on its way can reach it any more; false while one can. One that did reach it is told.
 */
async function undo(world: World, of: PlanInTarget, regretted: Backup[], toldUntil: number): Promise<boolean> {
  const now = world.clock.now();
  const settled = regretted.filter((backup) => !isUnsettled(backup, now));
  const { there, missing } = await confirmAtAws(world, of.target, settled);
  const deleted: Backup[] = [];
  for (const backup of missing) deleted.push(await recordDeleted(world, backup, toldUntil));
  await tellDeleted(world, deleted);
  let undone = missing.length;
  for (const backup of there) if (await takeBack(world, backup)) undone++;
  return undone === regretted.length;
}

/** What has been decided, once, and what a driver before has deleted and not told. */
async function tell(
  world: World,
  of: PlanInTarget,
  { item, startedAt }: WantedLease,
  { seen, announce, budgeted }: { seen: Seen; announce: Graced['announce']; budgeted: Budgeted },
): Promise<void> {
  const now = world.clock.now();
  if (announce) await world.facts.publish(RetentionChanged, [changed(of, now, announce)]);
  if (budgeted.isBlocked && item.isBlocked !== true) {
    await world.facts.publish(RetentionBlocked, [blocked(of, startedAt, now, budgeted)]);
  }
  const announcedUntil = Number(item.announcedUntil ?? startedAt);
  const untold = seen.backups.filter(({ deletedAt = 0 }) => deletedAt >= announcedUntil);
  await tellDeleted(world, untold);
}

async function finish(
  world: World,
  of: PlanInTarget,
  lease: WantedLease,
  { kept, done }: { kept: number; done: number },
  { deleted, throttled, errors }: Deletes,
): Promise<Retained> {
  const retained = { kept, deleted: done + deleted, failed: errors.length, throttled };
  if (Object.values(retained).some((count) => count > 0)) {
    await world.facts.publish(RetentionCompleted, [completed(of, lease.startedAt, world.clock.now(), retained)]);
  }
  if (errors[0]) throw new AggregateError(errors, errors[0].message);
  await lease.endUnlessWanted(['confirmed', 'announcedUntil']);
  return retained;
}

/**
 * Those of tables whose newest kept backup is at AWS now, and not about to be deleted. What AWS does not know of is
 * marked and told, and its table waits for the next run, which judges without it.
 */
async function guarded(
  world: World,
  of: PlanInTarget,
  act: Verdict[],
  verdicts: Verdict[],
  regretted: Backup[],
): Promise<Verdict[]> {
  const wanted = whatMustBeThere(act, verdicts);
  const { there, missing } = await confirmAtAws(world, of.target, wanted);
  await recordVanished(
    world,
    of.target,
    missing.filter((backup) => !regretted.includes(backup)),
  );
  const doubtful = [...wanted.filter((backup) => !there.has(backup)), ...regretted];
  const unsure = new Set(doubtful.map(({ tableId }) => tableId));
  for (const table of unsure) world.logger.warn('deletes held back, newest backup not confirmed', { ...of, table });
  return act.filter(({ backup }) => !unsure.has(backup.tableId));
}

/** What was begun before is in DELETING already. */
const expiredOf =
  (begun: Set<Backup>) =>
  ({ backup, expiredBecause: reason = '' }: Verdict): Expired =>
    begun.has(backup) ? { backup: { ...backup, state: 'DELETING' }, reason } : { backup, reason };
