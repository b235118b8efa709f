import type { Quota, Range } from './quota.ts';
import type { Change, Item } from './world.ts';

/** The conditional write that takes slots: who does not know the last cut is refused, and learns. */
export function leaseOf(
  { quota, full }: { quota?: Quota; full: number },
  step: 'make' | 'takeIdle' | 'takeBusy',
  span: number,
  { from, until }: Range,
): Change {
  const gen = quota?.gen ?? 0;
  const changes: Record<typeof step, Change> = {
    make: {
      update: 'SET tat = :next, rate = :rate, gen = :gen, cutAt = :never',
      condition: 'attribute_not_exists(pk)',
      values: { ':next': from + span, ':rate': full, ':gen': gen, ':never': 0 },
    },
    takeIdle: {
      update: 'SET tat = :next',
      condition: 'tat < :now AND gen = :gen',
      values: { ':next': from + span, ':now': from, ':gen': gen },
    },
    takeBusy: {
      update: 'SET tat = tat + :span',
      condition: 'gen = :gen AND tat BETWEEN :now AND :end',
      values: { ':span': span, ':gen': gen, ':now': from, ':end': until },
    },
  };
  return changes[step];
}

/** Begins a quota anew that cannot be: only as it was found, and at its own rate where that can be. */
export function resetOf(found: Quota | undefined, isPaced: boolean, full: number, now: number): Change {
  const isRead = found !== undefined && Number.isFinite(found.tat);
  // A number in the catalog may have more digits than we read of it.
  const rounding = isRead ? Math.abs(found.tat) * Number.EPSILON : 0;
  const [least, most] = isRead ? [found.tat - rounding, found.tat + rounding] : [-greatest, greatest];
  return {
    update: 'SET tat = :now, rate = :rate, gen = :gen, cutAt = :cutAt',
    condition: `${isRead ? '' : 'NOT '}tat BETWEEN :least AND :most`,
    values: {
      ':now': now,
      ':rate': isPaced ? found?.rate : full,
      ':gen': Number.isFinite(found?.gen) ? Number(found?.gen) + 1 : 0,
      ':cutAt': isPaced ? found?.cutAt : 0,
      ':least': Math.max(least, -greatest),
      ':most': Math.min(most, greatest),
    },
  };
}

/** Numbers beyond these are none that we count with, and none that the catalog takes from us. */
const greatest = Number.MAX_SAFE_INTEGER;

export function quotaOf({ tat, rate, gen, cutAt }: Item): Quota {
  const number = (value: unknown) => (typeof value === 'number' && Math.abs(value) < greatest ? value : Number.NaN);
  return { tat: number(tat), rate: number(rate), gen: number(gen), cutAt: number(cutAt) };
}
