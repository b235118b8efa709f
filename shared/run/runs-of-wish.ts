import { PermanentError } from '../errors.ts';
import { adHoc, stampOf } from '../names.ts';
import { type Plan, planDefaults, planHash, targetsOf } from '../plan.ts';
import { durationMs } from '../plans/duration.ts';
import type { Run } from '../run.ts';
import { type Target, targetKey } from '../target.ts';
import type { World } from '../world.ts';
import type { Wish } from './wish.ts';

/** One run per target of the plan; the run keeps what the plan says now. */
export function runsOfPlan(plan: Plan, wish: Wish, hub: Target): Run[] {
  const { scheduledAt } = wish;
  const { reason } = { reason: undefined, ...wish.detail };
  return targetsOf(plan, hub).map((target) => ({
    ...newRun(target, plan.name, wish),
    planHash: planHash(plan),
    selector: plan.tables,
    deadlineAt: scheduledAt + plan.deadlineMs,
    overlap: plan.overlap,
    ...(plan.ratePerSecond !== undefined && { rate: plan.ratePerSecond }),
    ...(reason !== undefined && { reason }),
  }));
}

/** A request is listened to for an hour: what expires later than that has not expired when its backup is made. */
const shortestLifeMs = 3_600_000;

/** Tables that somebody asks for are one run, in a target of the deployment. */
export function runOfTables(wish: Wish, { plans, hub, options }: World): Run | undefined {
  const { detail, scheduledAt } = wish;
  if (!('tables' in detail)) return undefined;
  const { tables, reason, expiresAt, target = hub } = detail;
  if (targetKey(target) === targetKey(hub) && tables.includes(options.catalog)) {
    throw new PermanentError(
      `tables: ${options.catalog} is Tablekeep's own catalog, which is never among its backups: it has point-in-time recovery; leave it out.`,
    );
  }
  const known = new Set([hub, ...[...plans.values()].flatMap((plan) => targetsOf(plan, hub))].map(targetKey));
  if (!known.has(targetKey(target))) {
    throw new PermanentError(
      `target: ${targetKey(target)} is no target of this deployment; name one of ${[...known].join(', ')}, or add it to a plan and deploy.`,
    );
  }
  if (expiresAt !== undefined && Date.parse(expiresAt) < scheduledAt + shortestLifeMs) {
    throw new PermanentError(
      `expiresAt: ${expiresAt} is not at least an hour after the request, so retention would delete the backup at once; give a later instant, or leave it out to keep the backup until somebody deletes it.`,
    );
  }
  return {
    ...newRun(target, adHoc, wish),
    selector: { include: [...new Set(tables)], exclude: [], tags: {} },
    deadlineAt: scheduledAt + durationMs(planDefaults.deadline),
    overlap: 'queue',
    reason,
    ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
  };
}

function newRun(target: Target, plan: string, { scheduledAt, requestId, requester }: Wish) {
  const stamp = stampOf(scheduledAt, requestId);
  const asked = requestId === undefined ? {} : { requestId, ...(requester && { requester }) };
  return {
    target,
    plan,
    stamp,
    state: 'QUEUED' as const,
    scheduledAt,
    announcedUntil: scheduledAt,
    throttled: 0,
    ...asked,
  };
}

/** Why a firing does not lead to a run. A request is never late, and a disabled plan may still be asked for. */
export function whySkipped(plan: Plan, wish: Wish, now: number, isOtherActive: boolean): Run['skipped'] {
  if (wish.requestId === undefined && !plan.enabled) return 'disabled';
  if (wish.requestId === undefined && now > wish.scheduledAt + plan.startWithinMs) return 'late';
  return isOtherActive && plan.overlap === 'skip' ? 'overlap' : undefined;
}
