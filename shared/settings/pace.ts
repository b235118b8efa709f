import { kindOf } from '../errors.ts';
import type { PacedOperation } from '../quota-rates.ts';
import type { Target } from '../target.ts';
import type { World } from '../world.ts';

/** A second's worth is leased with one write instead of ten. */
const slotsAtOnce = 8;

/** Paces calls that many workers of this process make, with slots taken in advance. */
export class Pace {
  readonly #world: World;
  readonly #target: Target;
  readonly #operation: PacedOperation;
  #slots: number[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: World, target: Target, operation: PacedOperation) {
    this.#world = world;
    this.#target = target;
    this.#operation = operation;
  }

  /** Makes the call in a slot of its own, and again when it was throttled. */
  async call<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const { quotas } = this.#world;
    for (;;) {
      const slot = await this.#nextSlot();
      try {
        const made = await quotas.inSlot(this.#target, this.#operation, slot, call);
        if (made !== undefined) return made.answer;
      } catch (error) {
        if (kindOf(error) !== 'throttle') throw error;
        await quotas.throttled(this.#target, this.#operation);
      }
    }
  }

  #nextSlot(): Promise<number> {
    const next = this.#turn.then(async () => {
      const { quotas } = this.#world;
      if (this.#slots.length === 0) {
        this.#slots = await quotas.leaseSlots(this.#target, this.#operation, slotsAtOnce);
      }
      return this.#slots.shift() ?? 0;
    });
    this.#turn = next.catch(() => {});
    return next;
  }
}
