import { errorText } from '../errors.ts';
import { LeaseLost } from '../lease.ts';
import { adHoc } from '../names.ts';
import { WantedLease } from '../retention/lease.ts';
import { daysBetween } from '../standing/ends.ts';
import { keepStanding } from '../standing/keep.ts';
import { rowsOf } from '../standing/rows.ts';
import { type Target, targetKey } from '../target.ts';
import type { Invocation, World } from '../world.ts';
import { Changes } from './changes.ts';
import { auditExports } from './exports.ts';
import { compareBothWays, compareFully, oldestBackupAt, stepMs } from './full.ts';
import { auditKeys } from './keys.ts';
import { auditKey, type Memory } from './memory.ts';
import { auditProtection, type Protection } from './protection.ts';
import { report } from './report.ts';
import { auditedTargets, lookAtTables, plansIn } from './tables.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The list may lag behind: so old must be what it is expected to show, and so much of the last window is looked at again. */
const lagMs = 60_000;
const overlapMs = 600_000;

/** Leaves most of ListBackups' five calls a second to the runs. */
const perSecond = 2;

/** An audit on its way. */
interface Audit {
  world: World;
  target: Target;
  lease: WantedLease;
  memory: Memory;
  changes: Changes;
}

/** Audits a target; false when another is at it, or when the full comparison goes on later: then it is due again. */
export async function audit(world: World, target: Target, invocation: Invocation, isWanted = true): Promise<boolean> {
  const lease = await WantedLease.take(world, auditKey(target), invocation, isWanted);
  if (lease === undefined) return false;
  try {
    return await lease.keepDuring(() => drive(world, target, lease));
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    const isNew = await rememberFailure(world, lease, error, invocation);
    await lease.endUnlessWanted(['isLooked'], invocation.id);
    if (isNew) throw error;
    return false;
  }
}

/**
 * False for a failure that was thrown, and so told, less than a day ago: an account that lets us in no more is not
 * news every hour. Lambda invokes a function that throws again under the same id before it tells.
 */
async function rememberFailure(world: World, lease: WantedLease, error: unknown, { id }: Invocation): Promise<boolean> {
  const now = world.clock.now();
  const name = error instanceof Error ? error.name : String(error);
  const { failure } = lease.item as Memory;
  const isKnown = failure?.name === name && now < failure.at + dayMs;
  if (isKnown) world.logger.warn('audit fails still', { error: errorText(error), since: failure.at });
  else await lease.remember({ failure: { name, by: id, at: now } });
  return !isKnown || failure.by === id;
}

async function drive(world: World, target: Target, lease: WantedLease): Promise<boolean> {
  const memory = lease.item as Memory;
  const changes = new Changes(world, target, lease);
  const audit = { world, target, lease, memory, changes };
  // What a driver found before it died.
  await changes.tellPeople();
  const tellAfter = <T>(work: Promise<T>) => work.finally(() => changes.tellPeople());
  // A full comparison may outlast the hour: what is done every hour does not wait for its end.
  const isLooked = memory.isLooked && world.clock.now() < (memory.lookedAt ?? 0) + hourMs;
  const looked = isLooked ? memory : await tellAfter(lookAround(audit));
  const isDone = await tellAfter(goThroughAll({ ...audit, memory: looked }));
  if (isDone) await lease.endUnlessWanted(['isLooked', 'failure']);
  else await lease.leave(world.clock.now());
  return isDone;
}

/** What is done every hour. Everything in it may be done twice. */
async function lookAround(audit: Audit): Promise<Memory> {
  const { world, target, lease, memory, changes } = audit;
  const now = world.clock.now();
  const tables = await lookAtTables(world, target);
  const protections = new Map<string, Protection[]>();
  for (const plan of plansIn(world, target)) {
    const selected = tables.selected.get(plan.name) ?? [];
    const audited = { of: { plan: plan.name, target }, plan, tables: selected, lastAuditAt: memory.lookedAt ?? now };
    const ofPlan = await auditProtection(world, audited, changes);
    protections.set(plan.name, ofPlan);
  }
  await auditExports(world, target, tables, changes);
  const deployed = plansIn(world, target).map(({ name }) => name);
  const known = [...new Set([...(memory.knownPlans ?? [adHoc]), ...deployed])];
  const { comparedUntil, named } = await compareSince(audit, known, now);
  const knownPlans = [...new Set([...known, ...named])];
  const awsKey = await auditKeys(world, target, [...new Set([...tables.selected.values()].flat())], changes);
  await keepStanding(world, target, rowsOf(world, tables, protections));
  const knownTargets = targetsKnown(audit);
  const reportedOn = dayToReport(memory, now);
  if (memory.reportedOn !== reportedOn) {
    const daysOver = daysBetween(memory.reportedOn, reportedOn);
    await report(world, target, { tables, protections, knownPlans, knownTargets, daysOver });
  }
  const done = {
    lookedAt: now,
    comparedUntil,
    reportedOn,
    knownPlans,
    knownTargets,
    ...(awsKey !== undefined && { awsKey }),
  };
  await lease.remember({ ...done, isLooked: true });
  return { ...memory, ...done };
}

/** What ended before midnight may be written down a little later. */
const settledMs = 5 * 60_000;

/** Today, once the day before has settled; in the first audit there is nothing to wait for. */
function dayToReport({ reportedOn }: Memory, now: number): string {
  const date = (at: number) => new Date(at).toISOString().slice(0, 10);
  if (reportedOn === undefined) return date(now);
  const settled = date(now - settledMs);
  return settled > reportedOn ? settled : reportedOn;
}

/** Where the service is deployed, all that a plan ever had are known: one that no plan has any more is audited by nobody. */
function targetsKnown({ world, target, memory }: Audit): string[] {
  if (targetKey(target) !== targetKey(world.hub)) return [];
  return [...new Set([...(memory.knownTargets ?? []), ...auditedTargets(world).map(targetKey)])];
}

/** Compares what is new at AWS and in the catalog, and says from where to go on next time. */
async function compareSince({ world, target, memory, changes }: Audit, plans: string[], now: number) {
  const from = (memory.comparedUntil ?? now) - overlapMs;
  const window = { from, until: now, madeUntil: now - lagMs, perSecond };
  const { plans: named, openSince = now } = await compareBothWays(world, target, plans, window, changes);
  return { named, comparedUntil: Math.max(openSince, now - dayMs) };
}

/** The weekly full comparison, some hours of backups at a time; false when the rest is left for later. */
async function goThroughAll({ world, target, lease, memory, changes }: Audit): Promise<boolean> {
  const { knownPlans = [], fullEndedAt } = memory;
  const now = world.clock.now();
  if (memory.fullFrom == null && now < (fullEndedAt ?? 0) + 7 * dayMs) return true;
  const fullUntil = memory.fullUntil ?? now;
  let from = memory.fullFrom ?? (await oldestBackupAt(world, target, knownPlans)) ?? fullUntil;
  while (from < fullUntil) {
    if (lease.isEnding) return false;
    await compareFully(world, target, knownPlans, from, changes);
    from += stepMs;
    await lease.remember({ fullFrom: from, fullUntil });
  }
  await lease.remember({ fullFrom: null, fullUntil: null, fullEndedAt: world.clock.now() });
  return true;
}
