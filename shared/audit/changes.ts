import { ProtectionChanged } from '../../events/audit-events.ts';
import type { Contract } from '../../events/contract.ts';
import { addTo, type Kind, protectionChanged, type Tally } from '../protection-changed.ts';
import type { WantedLease } from '../retention/lease.ts';
import type { Target } from '../target.ts';
import type { Fact, World } from '../world.ts';

/** How many writes go out at once. */
const writtenAtOnce = 20;

/** Something that has changed, as programs are told of it. */
export interface Change<Any extends Contract<unknown>> {
  fact: Fact<Any>;
  /** What people call it. */
  name: string;
  /** Writes down that it was told: it is not found again. */
  remember(): Promise<unknown>;
}

/** What people are still to be told, and since when. */
export interface Untold {
  tally: Tally;
  since: number;
}

/**
 * The changes that an audit finds: a fact of each for programs, one of all of them for people. What people are to be
 * told is in the item of the audit before a change is remembered, so that a driver that dies leaves it to the next.
 */
export class Changes {
  readonly #world: World;
  readonly #target: Target;
  readonly #lease: WantedLease;
  #untold: Untold | undefined;

  constructor(world: World, target: Target, lease: WantedLease) {
    this.#world = world;
    this.#target = target;
    this.#lease = lease;
    this.#untold = (lease.item.untold ?? undefined) as Untold | undefined;
  }

  async found<Any extends Contract<unknown>>(kind: Kind, contract: Any, changes: Change<Any>[]): Promise<void> {
    if (changes.length === 0) return;
    await this.#world.facts.publish(
      contract,
      changes.map(({ fact }) => fact),
    );
    const names = changes.map(({ name }) => name);
    const { tally, since } = this.#untold ?? { tally: {}, since: this.#world.clock.now() };
    this.#untold = { tally: addTo(tally, kind, names), since };
    await this.#lease.remember({ untold: this.#untold });
    for (let start = 0; start < changes.length; start += writtenAtOnce) {
      await Promise.all(changes.slice(start, start + writtenAtOnce).map((change) => change.remember()));
    }
  }

  /** One message, or none. */
  async tellPeople(): Promise<void> {
    if (this.#untold === undefined) return;
    const { tally, since } = this.#untold;
    const { facts, clock } = this.#world;
    await facts.publish(ProtectionChanged, [protectionChanged(this.#target, tally, String(since), clock.now())]);
    this.#untold = undefined;
    await this.#lease.remember({ untold: null });
  }
}
