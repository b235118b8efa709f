import { countItems } from '../task/count.ts';
import type { ItemKey } from './calls.ts';
import type { Restoring } from './context.ts';

/** Counts all items of the new table. A number: this invocation must end, it goes on then (epoch ms). */
export function count(restoring: Restoring): Promise<{ items: number } | number> {
  const { target, structure } = restoring.task.plan;
  const calls = restoring.world.restores(target);
  return countItems(restoring, {
    page: ({ after, ...segment }) =>
      calls.countPage(target.tableName, { ...segment, ...(after && { after: after as ItemKey }) }),
    ...(structure.billingMode === 'PROVISIONED' && { readUnits: structure.throughput.read }),
  });
}
