import { DeliveryFailed } from '../../events/audit-events.ts';
import type { World } from '../world.ts';
import { deliveryFailed } from './facts.ts';

/** In one audit; more wait for the next. */
const mostReceives = 100;

/** Tells of what could not be delivered, then removes it: a crash in between tells it again with the same id. */
export async function readDeadLetters(world: World): Promise<number> {
  let told = 0;
  for (const queue of world.options.deadLetterQueues) {
    for (let receives = 0; receives < mostReceives; receives++) {
      const letters = await world.queues.receive(queue);
      if (letters.length === 0) break;
      const now = world.clock.now();
      await world.facts.publish(
        DeliveryFailed,
        letters.map((letter) => deliveryFailed(queue, letter, now)),
      );
      for (const { receipt } of letters) await world.queues.remove(queue, receipt);
      told += letters.length;
    }
  }
  return told;
}
