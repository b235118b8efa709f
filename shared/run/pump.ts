import { takeBackup } from './attempt.ts';
import { type Driving, fenceBeforeDeadlineMs, isDone, isStopped, pause, stopAt } from './context.ts';
import { type Entry, isSettled } from './entries.ts';
import { lookAtAll } from './watch.ts';

/** A second's worth at the full quota. */
const slotsAtOnce = 49;

/**
 * Sends the run's tables into slots: slots first, then a claim for each. Entries of an attempt whose fate is unknown
 * settle first and are looked for in AWS's list; only what is not there is claimed again.
 */
export async function pump(driven: Driving): Promise<void> {
  const { clock, quotas } = driven.world;
  const { target, deadlineAt, rate } = driven.run;
  while (!isStopped(driven) && !isDone(driven) && clock.now() < deadlineAt - fenceBeforeDeadlineMs) {
    const open = driven.entries.open();
    const unclear = open.filter((entry) => isUnclear(entry, clock.now()));
    if (unclear.length > 0) await clear(driven, unclear);
    const ready = open.filter(isReady);
    if (ready.length === 0) {
      await pause(driven, driven.isSelected ? 1000 : 100);
      continue;
    }
    const slots = await quotas.leaseSlots(target, 'CreateBackup', Math.min(ready.length, slotsAtOnce), {
      until: Math.min(stopAt(driven), deadlineAt - fenceBeforeDeadlineMs),
      writesBefore: 1,
      ...(rate !== undefined && { perSecond: rate }),
    });
    for (const [index, slot] of slots.entries()) {
      const entry = ready[index];
      if (entry !== undefined) start(driven, entry, slot);
    }
  }
}

/** Not claimed yet, or settled and not to be found at AWS. */
const isReady = ({ state, isBusy, attempt, clearedAttempt, isDuplicate }: Entry): boolean =>
  !isBusy && !isDuplicate && (attempt === 0 ? state === 'PENDING' : state === 'STARTING' && clearedAttempt === attempt);

const isUnclear = (entry: Entry, now: number): boolean =>
  !entry.isBusy && isSettled(entry, now) && entry.clearedAttempt !== entry.attempt;

/** A look that begins after they have settled finds whatever came of their attempts; the claim is by attempt again. */
async function clear(driven: Driving, unclear: Entry[]): Promise<void> {
  const attempts = unclear.map(({ attempt }) => attempt);
  if (!(await lookAtAll(driven))) return;
  for (const [index, entry] of unclear.entries()) {
    const attempt = attempts[index];
    if (entry.state === 'STARTING' && attempt !== undefined && entry.attempt === attempt)
      entry.clearedAttempt = attempt;
  }
}

function start(driven: Driving, entry: Entry, slot: number): void {
  entry.isBusy = true;
  const attempt = takeBackup(driven, entry, slot)
    .catch((error: unknown) => {
      driven.failure ??= error;
    })
    .finally(() => {
      entry.isBusy = false;
      driven.attempts.delete(attempt);
    });
  driven.attempts.add(attempt);
}
