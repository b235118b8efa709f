import { errorText, kindOf } from '../errors.ts';
import { targetsOf } from '../plan.ts';
import type { World } from '../world.ts';
import type { Mistake } from './task.ts';

/** The accounts whose tables this deployment has to do with: its own, and those of the plans' targets. */
export function accountsOf({ hub, plans, exportPlans }: World): string[] {
  const targets = [...plans.values(), ...exportPlans.values()].flatMap((plan) => targetsOf(plan, hub));
  return [...new Set([hub, ...targets].map(({ account }) => account))];
}

/** What may not be read is a mistake with a sentence; what failed for the moment is thrown, and tried again. */
export async function readable<T>(
  mistakes: Mistake[],
  { field, role }: { field: string; role: string },
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (kindOf(error) !== 'refused') throw error;
    const remedy = `Give the ${role} role that right (deploy/member-account.yml has it for other accounts).`;
    mistakes.push({ field, problem: `It could not be read: ${errorText(error)}.`, remedy });
    return undefined;
  }
}
