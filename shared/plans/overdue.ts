import type { Plan } from '../plan.ts';
import { nextFiring, parseSchedule } from '../schedule.ts';

/**
 * From when on a table is overdue whose newest backup (or, with none, its creation) was at `newestAt`: that plus
 * `rpo` or, without one, when the next firing has passed by startWithin and deadline, so that a plan for working
 * days raises no alarm on Sunday. Undefined: never, as for a plan that is off or will not fire again.
 */
export function overdueAt(plan: Plan, newestAt: number): number | undefined {
  if (!plan.enabled) return undefined;
  if (plan.rpoMs !== undefined) return newestAt + plan.rpoMs;
  const firing = nextFiring(parseSchedule(plan.schedule, plan.timezone), newestAt);
  return firing === undefined ? undefined : firing + plan.startWithinMs + plan.deadlineMs;
}
