import { auditKey, type Memory } from '../audit/memory.ts';
import { auditedTargets, plansIn } from '../audit/tables.ts';
import { adHoc } from '../names.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import { parseTarget, type Target, targetKey } from '../target.ts';
import type { World } from '../world.ts';

/** What answers need: reads of the catalog, and the deployment. Nothing here writes, or calls AWS for anything else. */
export type Reader = Pick<World, 'catalog' | 'clock' | 'exportPlans' | 'hub' | 'plans'>;

/** Where backups can be: every target that plans have or had, as far as an audit has noted it. */
export async function knownTargets(world: Reader): Promise<Target[]> {
  const memory = (await world.catalog.get(auditKey(world.hub))) as Memory | undefined;
  const keys = [...auditedTargets(world).map(targetKey), ...(memory?.knownTargets ?? [])];
  return [...new Set(keys)].map(parseTarget);
}

/** Every plan that has or had a backup in one of the targets, deployed or not; for each target the ad-hoc one. */
export async function knownPartitions(world: Reader, targets: Target[]): Promise<PlanInTarget[]> {
  const memories = await world.catalog.getAll(targets.map(auditKey));
  const plansOnce = new Map(memories.map((item) => [String(item.pk), (item as Memory).knownPlans ?? []]));
  return targets.flatMap((target) => {
    const remembered = plansOnce.get(auditKey(target).pk) ?? [];
    const plans = new Set([...deployedPlans(world, target), ...remembered]);
    return [...plans].map((plan) => ({ plan, target }));
  });
}

/** What is known without a read. */
export const deployedPartitions = (world: Pick<Reader, 'exportPlans' | 'hub' | 'plans'>): PlanInTarget[] =>
  auditedTargets(world).flatMap((target) => deployedPlans(world, target).map((plan) => ({ plan, target })));

const deployedPlans = (world: Pick<Reader, 'exportPlans' | 'hub' | 'plans'>, target: Target): string[] => [
  ...plansIn(world, target).map(({ name }) => name),
  adHoc,
];
