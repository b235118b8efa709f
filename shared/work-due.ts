import { WorkDue } from '../events/run-events.ts';
import { iso } from './clock.ts';
import { runIdOfKey } from './ledger.ts';
import type { Fact, Key, World } from './world.ts';

/** Tells that items are due. Its id follows from the item and when it was due: told by two, it is the same fact. */
export async function tellDue({ clock, facts }: World, items: (Key & { dueAt: number })[]): Promise<void> {
  const at = iso(clock.now());
  const due = items.map((item): Fact<typeof WorkDue> => {
    const work = workOf(item);
    const key = work === 'run' ? runIdOfKey(item) : `${item.pk}|${item.sk}`;
    return { id: `${key}/${item.dueAt}`, at, sentence: `${work} ${key} is to be gone on with.`, work, key };
  });
  await facts.publish(WorkDue, due);
}

/** Which function goes on with an item: its key tells (docs/decisions/0001). */
export function workOf({ pk, sk }: Key): Fact<typeof WorkDue>['work'] {
  if (sk.startsWith('run#')) return 'run';
  if (sk === 'retention') return 'retention';
  return pk.startsWith('audit#') ? 'audit' : 'task';
}
