import { adHoc } from '../names.ts';
import { targetsOf } from '../plan.ts';
import { type Target, targetKey } from '../target.ts';
import type { World } from '../world.ts';
import type { PlanInTarget } from './facts.ts';

/** Every plan in each of its targets, and what was asked for without a plan in all of them. */
export function everyPlanInTarget({ plans, hub }: Pick<World, 'plans' | 'hub'>): PlanInTarget[] {
  const ofPlans = [...plans.values()].flatMap((plan) =>
    targetsOf(plan, hub).map((target) => ({ plan: plan.name, target })),
  );
  const targets = new Map([hub, ...ofPlans.map(({ target }) => target)].map((target) => [targetKey(target), target]));
  return [...ofPlans, ...[...targets.values()].map((target) => ({ plan: adHoc, target }))];
}

/** Why no rules apply, when the plan is not deployed there. */
export function whyRefused(world: World, { plan, target }: PlanInTarget): string | undefined {
  const isDeployed = everyPlanInTarget(world).some(
    (other) => other.plan === plan && targetKey(other.target) === targetKey(target),
  );
  return isDeployed ? undefined : notDeployed(world, plan, target);
}

export function notDeployed({ plans }: World, plan: string, target?: Target): string {
  const where = target === undefined ? '' : ` in ${targetKey(target)}`;
  const known = [...plans.keys()].join(', ');
  return `Plan ${plan} is not deployed${where}, so there are no rules: its backups stay. Deployed are: ${known}.`;
}
