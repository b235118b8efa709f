import { auditedTargets } from '../audit/tables.ts';
import { type Target, targetKey } from '../target.ts';
import type { World } from '../world.ts';

/** How seed 000 names a target: `<account>-<region>`. */
export const environmentIdOf = ({ account, region }: Target): string => `${account}-${region}`;

/** The deployment's target of that name; nothing is made of the text itself. */
export const environmentOf = (world: Pick<World, 'plans' | 'exportPlans' | 'hub'>, id: string): Target | undefined =>
  auditedTargets(world).find((target) => environmentIdOf(target) === id);

/** The deployment's target with that account and Region. */
export const deployedTarget = (
  world: Pick<World, 'plans' | 'exportPlans' | 'hub'>,
  asked: Target,
): Target | undefined => auditedTargets(world).find((target) => targetKey(target) === targetKey(asked));
