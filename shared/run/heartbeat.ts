import { tellDue } from '../work-due.ts';
import type { World } from '../world.ts';

/** The oldest, so many a minute: the next minute brings more. */
const atOnce = 500;

/** Tells what the catalog says is due. What lives pushes its `dueAt` on, so what is due has died, waits, or begins. */
export const beat = (world: World) => async (): Promise<{ due: number }> => {
  const items = await world.catalog.due(world.clock.now(), atOnce);
  await tellDue(world, items);
  return { due: items.length };
};
