import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { beforeMissed } from './aws/fence.ts';
import type { Clock, Random } from './clock.ts';
import type { ClockCheck } from './clock-check.ts';
import { kindOf, MissedSlot } from './errors.ts';
import {
  cut,
  expectedMs,
  gateAt,
  isPossible,
  leadMs,
  missedAfterMs,
  nextStep,
  type Quota,
  rangeOf,
  rateAt,
  slotsBefore,
  slotsPerLease,
} from './quota.ts';
import { documentedPerSecond, fullRate, type PacedOperation } from './quota-rates.ts';
import { leaseOf, quotaOf, resetOf } from './quota-writes.ts';
import { type Target, targetKey } from './target.ts';
import type { Catalog, Change, Key } from './world.ts';

/** Who has just had slots lets others ask first, whose clocks may be behind. */
const yieldMs = 250;

interface Surroundings {
  catalog: Catalog;
  clock: Clock;
  random: Random;
  clockCheck: ClockCheck;
  logger: Logger;
  metrics: Metrics;
}

export interface LeaseOptions {
  /** How far ahead slots are taken: 2 s for bulk, 3 s for what a person waits for. */
  horizonMs?: number;
  /** Slots a second at most for this caller, when a plan asks for less than the quota. */
  perSecond?: number;
  /** Epoch ms: then it gives up and answers with no slots. */
  until?: number;
  /** Writes to the catalog that are made one after the other between the lease and the call: the slots begin after them. */
  writesBefore?: number;
}

/** What this process remembers of one quota, so that one write leases slots. */
interface Known {
  key: Key;
  operation: PacedOperation;
  full: number;
  quota?: Quota;
  /** Callers take turns: they would only refuse each other. */
  turn: Promise<unknown>;
  /** The cut that our newest slots know of, when they end, and when those end that did not know of it. */
  leased: { gen: number; until: number; staleUntil: number };
  /** What others took between our last two leases, in ms of slots: so much later it is worth asking again. */
  othersMs: number;
  /** When this process sent last, as often as the documented rate allows in a second: see `gateAt`. */
  sentAt: number[];
  /** The callers' own slower pace. */
  paceAt: number;
}

/** One for each process: it remembers what it has leased. */
export const quotasOf = (surroundings: Surroundings): Quotas => new Quotas(surroundings);

/** Slots of every quota: the instants at which this process may send one call each. */
export class Quotas {
  readonly #world: Surroundings;
  readonly #known = new Map<string, Known>();
  /** What a write to the catalog is expected to take; until one was made, what its last answer took. */
  #writeMs: number | undefined;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Throws while our clock is known to be off: see ClockCheck. */
  requireClock(): void {
    this.#world.clockCheck.require();
  }

  /**
   * Takes at least one and at most `want` slots (epoch ms, in order) and sleeps until it can; none only after `until`.
   * Throws when this worker's clock is off.
   */
  leaseSlots(target: Target, operation: PacedOperation, want: number, options: LeaseOptions = {}): Promise<number[]> {
    const known = this.#of(target, operation);
    const lease = known.turn.then(() => this.#lease(known, want, options));
    known.turn = lease.catch(() => {});
    return lease;
  }

  /** Waits for the slot, and behind earlier sends; false when it was missed and must not be used. */
  async untilSlot(target: Target, operation: PacedOperation, slot: number): Promise<boolean> {
    const { clock } = this.#world;
    const known = this.#of(target, operation);
    for (;;) {
      const now = clock.now();
      const sendAt = Math.max(slot, gateAt(known.sentAt, documentedPerSecond[operation]));
      if (Math.max(sendAt, now) > slot + missedAfterMs) return false;
      if (sendAt <= now) {
        known.sentAt = [...known.sentAt.slice(1 - documentedPerSecond[operation]), now];
        return true;
      }
      // A process that was busy wakes late, and all at once: each looks at the gate again.
      await clock.sleep(Math.ceil(sendAt - now));
    }
  }

  /**
   * Makes the call in that slot; undefined when it was missed, before or while the request was made: nothing was sent, and
   * another slot is needed.
   */
  async inSlot<Answer>(
    target: Target,
    operation: PacedOperation,
    slot: number,
    call: () => Promise<Answer>,
  ): Promise<{ answer: Answer } | undefined> {
    if (!(await this.untilSlot(target, operation, slot))) return undefined;
    const { clock } = this.#world;
    try {
      return { answer: await beforeMissed(() => clock.now() > slot + missedAfterMs, call) };
    } catch (error) {
      if (error instanceof MissedSlot) return undefined;
      throw error;
    }
  }

  /** Makes one call in a slot of its own, and again when it was throttled; undefined when there was no slot `until` then. */
  async pace<T>(
    target: Target,
    operation: PacedOperation,
    call: () => Promise<T>,
    options: LeaseOptions = {},
  ): Promise<T | undefined> {
    for (;;) {
      const [slot] = await this.leaseSlots(target, operation, 1, options);
      if (slot === undefined) return undefined;
      try {
        const made = await this.inSlot(target, operation, slot, call);
        if (made !== undefined) return made.answer;
      } catch (error) {
        if (kindOf(error) !== 'throttle') throw error;
        await this.throttled(target, operation);
      }
    }
  }

  /** Somebody else uses the quota, too: all workers slow down at their next lease. */
  async throttled(target: Target, operation: PacedOperation): Promise<void> {
    const { clock, logger, metrics } = this.#world;
    const known = this.#of(target, operation);
    metrics.addMetric('Throttled', MetricUnit.Count, 1);
    const before = known.quota;
    const now = clock.now();
    if (before === undefined || !isPossible(before, now) || before.cutAt >= now - 1000) return;
    // Slots from before the last cut say nothing about the rate since then.
    if (before.gen !== known.leased.gen || now <= known.leased.staleUntil) return;
    const { rate, gen, cutAt } = cut(before, known.full, now);
    const isCut = await this.#write(known, {
      update: 'SET rate = :rate, gen = :next, cutAt = :now',
      condition: 'gen = :gen AND cutAt < :before',
      values: { ':rate': rate, ':next': gen, ':now': cutAt, ':gen': before.gen, ':before': now - 1000 },
    });
    if (isCut) logger.warn('throttled, slowing down', { quota: known.key.pk, operation, perSecond: rate });
  }

  async #lease(known: Known, want: number, options: LeaseOptions): Promise<number[]> {
    const { clock, random, clockCheck } = this.#world;
    const { horizonMs = 2000, perSecond = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options;
    const writes = 1 + (options.writesBefore ?? 0);
    const sleep = (ms: number) => clock.sleep(Math.min(ms, until - clock.now()));

    await sleep(known.paceAt - clock.now());
    const before = known.quota && isPossible(known.quota, clock.now()) ? known.quota.tat : undefined;
    // Others take theirs meanwhile: who asks as early as he could alone is refused. Half of the horizon stays.
    const patience = () => Math.ceil(Math.min(known.othersMs, 0.5 * horizonMs) + random() * 20);
    if (before !== undefined) await sleep(Math.ceil(before - horizonMs - clock.now()) + Math.max(yieldMs, patience()));
    for (;;) {
      clockCheck.require();
      const now = clock.now();
      if (now >= until) return [];
      const range = rangeOf(now, horizonMs, leadMs(writes, this.#writeMs ?? clockCheck.answerMs));
      const rate = known.quota === undefined ? known.full : rateAt(known.quota, known.full, range.from);
      const slots = slotsPerLease(want, Math.min(rate, perSecond));
      const next = nextStep(known.quota, slots, known.full, range);
      if (next.step === 'wait') {
        await sleep(next.ms + patience());
      } else if (next.step === 'reset') {
        await this.#reset(known, range.from);
      } else if (await this.#isLeased(known, leaseOf(known, next.step, next.spanMs, range))) {
        if (Number.isFinite(perSecond)) known.paceAt = Math.max(known.paceAt, now) + (slots * 1000) / perSecond;
        const tat = known.quota?.tat ?? now;
        known.othersMs = next.step === 'takeBusy' ? takenSince(before, tat - next.spanMs) : 0;
        granted(known, tat);
        return slotsBefore(tat, next.spanMs, slots);
      } else {
        known.othersMs = takenSince(before, known.quota?.tat);
      }
    }
  }

  /** A write that the SDK repeats finds its own mark, also where somebody has spoilt the item since. */
  async #isLeased(known: Known, lease: Change): Promise<boolean> {
    const isDone = await this.#write(known, lease);
    return isDone && known.quota !== undefined && isPossible(known.quota, this.#world.clock.now());
  }

  /** True when it was done; either way what is known is now what the catalog says. */
  async #write(known: Known, change: Change): Promise<boolean> {
    const { catalog, clock } = this.#world;
    const begunAt = clock.now();
    const written = await catalog.update(known.key, change);
    this.#writeMs = expectedMs(this.#writeMs ?? 0, clock.now() - begunAt);
    const item = written.done ? written.item : written.found;
    if (item === undefined) delete known.quota;
    else known.quota = quotaOf(item);
    return written.done;
  }

  /** Begins anew, at the full rate when that cannot be either, unless another has done it. */
  async #reset(known: Known, now: number): Promise<void> {
    const { logger } = this.#world;
    const found = known.quota;
    const isPaced = found !== undefined && isPossible({ ...found, tat: now }, now);
    const isDone = await this.#write(known, resetOf(found, isPaced, known.full, now));
    if (isDone) logger.error('quota was impossible, reset', { ...known.key, found, now });
  }

  #of(target: Target, operation: PacedOperation): Known {
    const key = { pk: `quota#${targetKey(target)}`, sk: operation };
    const id = `${key.pk}#${key.sk}`;
    const known = this.#known.get(id) ?? {
      key,
      operation,
      full: fullRate(operation),
      turn: Promise.resolve(),
      leased: { gen: 0, until: 0, staleUntil: 0 },
      othersMs: 0,
      sentAt: [],
      paceAt: 0,
    };
    this.#known.set(id, known);
    return known;
  }
}

/** What others have taken since, in ms of slots; nothing can be said of an item that cannot be. */
const takenSince = (before: number | undefined, tat: number | undefined): number =>
  Math.max(0, (tat ?? Number.NaN) - (before ?? Number.NaN)) || 0;

/** Slots up to `tat` are ours, by the last cut that we know of. */
function granted(known: Known, tat: number): void {
  const gen = known.quota?.gen ?? 0;
  if (gen !== known.leased.gen) known.leased = { gen, staleUntil: known.leased.until, until: tat };
  known.leased.until = tat;
}
