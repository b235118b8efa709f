import { backupsOf } from '../ledger.ts';
import { parseTarget, type Target, targetKey } from '../target.ts';
import type { World } from '../world.ts';
import { auditKey, type Memory } from './memory.ts';
import { auditedTargets } from './tables.ts';

/** Of the targets that plans once had: those that no plan has now, with backups that nobody deletes. */
export async function targetsLeft(world: World, known: string[]): Promise<string[]> {
  const deployed = new Set(auditedTargets(world).map(targetKey));
  const left: string[] = [];
  for (const key of known) {
    if (!deployed.has(key) && (await hasBackups(world, parseTarget(key)))) left.push(key);
  }
  return left.sort();
}

async function hasBackups(world: World, target: Target): Promise<boolean> {
  const [memory = {}] = await world.catalog.getAll([auditKey(target)]);
  const { knownPlans = [] } = memory as Memory;
  for (const plan of knownPlans) {
    for await (const { state } of world.catalog.query(backupsOf({ target, plan }))) {
      if (state === 'AVAILABLE') return true;
    }
  }
  return false;
}
