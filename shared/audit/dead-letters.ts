import { DeadLettersFound, DeliveryFailed } from '../../events/audit-events.ts';
import type { World } from '../world.ts';
import { deadLettersFound, deliveryFailed, nameOf } from './facts.ts';

/** Of each queue in one audit; more wait for the next. */
const mostReceives = 100;

/** A letter that programs have been told of. */
interface Told {
  queue: string;
  receipt: string;
  id: string;
  name: string;
}

/**
 * Tells of what could not be delivered, each to programs and all at once to people, and removes it then: after a crash
 * in between it is told again, with the same ids.
 */
export async function readDeadLetters(world: World): Promise<number> {
  const told: Told[] = [];
  for (const queue of world.options.deadLetterQueues) {
    for (let receives = 0; receives < mostReceives; receives++) {
      const letters = await tellOfSome(world, queue);
      if (letters.length === 0) break;
      told.push(...letters);
    }
  }
  if (told.length === 0) return 0;
  const names = told.map(({ name }) => name);
  const ids = told.map(({ id }) => id);
  await world.facts.publish(DeadLettersFound, [deadLettersFound(names, ids, world.clock.now())]);
  for (const { queue, receipt } of told) await world.queues.remove(queue, receipt);
  return told.length;
}

async function tellOfSome(world: World, queue: string): Promise<Told[]> {
  const letters = await world.queues.receive(queue);
  const now = world.clock.now();
  const facts = letters.map((letter) => deliveryFailed(queue, letter, now));
  await world.facts.publish(DeliveryFailed, facts);
  return letters.map((letter, index) => {
    const { receipt } = letter;
    return { queue, receipt, id: facts[index]?.id ?? '', name: nameOf(letter) };
  });
}
