import { WorkDue } from '../../events/run-events.ts';
import { iso } from '../clock.ts';
import { runIdOfKey } from '../ledger.ts';
import type { Fact, World } from '../world.ts';

const works = ['run', 'retention', 'audit', 'task'] as const;

/** Of each kind a minute: the next minute brings more. */
const atOnce = 200;

/** Tells what the catalog says is due. What lives pushes its `dueAt` on, so what is due has died, waits, or begins. */
export const beat = (world: World) => async (): Promise<{ due: number }> => {
  const now = world.clock.now();
  let due = 0;
  for (const work of works) {
    const items = await world.catalog.due(work, now, atOnce);
    const facts = items.map(({ pk, sk, dueAt }): Fact<typeof WorkDue> => {
      const key = work === 'run' ? runIdOfKey({ pk, sk }) : `${pk}|${sk}`;
      const sentence = `${work} ${key} is to be gone on with.`;
      return { id: `${key}/${dueAt}`, at: iso(now), sentence, work, key };
    });
    await world.facts.publish(WorkDue, facts);
    due += items.length;
  }
  return { due };
};
