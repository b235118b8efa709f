import { WorkDue } from '../../events/run-events.ts';
import { iso } from '../clock.ts';
import { runIdOfKey } from '../ledger.ts';
import type { Fact, Key, World } from '../world.ts';

/** The oldest, so many a minute: the next minute brings more. */
const atOnce = 500;

/** Tells what the catalog says is due. What lives pushes its `dueAt` on, so what is due has died, waits, or begins. */
export const beat = (world: World) => async (): Promise<{ due: number }> => {
  const now = world.clock.now();
  const items = await world.catalog.due(now, atOnce);
  const facts = items.map((item): Fact<typeof WorkDue> => {
    const work = workOf(item);
    const key = work === 'run' ? runIdOfKey(item) : `${item.pk}|${item.sk}`;
    const sentence = `${work} ${key} is to be gone on with.`;
    return { id: `${key}/${item.dueAt}`, at: iso(now), sentence, work, key };
  });
  await world.facts.publish(WorkDue, facts);
  return { due: items.length };
};

/** Which function goes on with an item: its key tells (docs/decisions/0001). */
export function workOf({ pk, sk }: Key): Fact<typeof WorkDue>['work'] {
  if (sk.startsWith('run#')) return 'run';
  if (sk === 'retention') return 'retention';
  return pk.startsWith('audit#') ? 'audit' : 'task';
}
