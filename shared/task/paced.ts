import { kindOf } from '../errors.ts';
import type { PacedOperation } from '../quota-rates.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';

/** Makes a call whose rate AWS limits, and again when it was throttled. */
export type Paced = <Answer>(operation: PacedOperation, call: () => Promise<Answer>) => Promise<Answer>;

/** What a person waits for. */
const horizonMs = 3000;

/** In slots of the target, like every other call. */
export function inSlots({ quotas }: World, target: Target): Paced {
  return async (operation, call) => {
    const answer = await quotas.pace(target, operation, async () => ({ of: await call() }), { horizonMs });
    if (answer === undefined) throw new Error(`There was no slot for ${operation}.`);
    return answer.of;
  };
}

const rests = 5;
const restMs = 1000;

/** For a dry run, which writes nothing, so that it takes no slots either: a handful of calls, one by one. */
export function withoutSlots({ clock }: World): Paced {
  return async (_operation, call) => {
    for (let rest = 0; ; rest++) {
      try {
        return await call();
      } catch (error) {
        if (kindOf(error) !== 'throttle' || rest === rests) throw error;
        await clock.sleep(restMs);
      }
    }
  };
}
