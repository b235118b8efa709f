import { requestTimeoutMs } from '../aws/client.ts';
import { type ErrorKind, errorText, kindOf } from '../errors.ts';
import { type Driving, fenceBeforeDeadlineMs, isStopped, pause, stopAt } from './context.ts';
import type { Entry } from './entries.ts';
import { claim, endWithout, record } from './writes.ts';

/** The first and the longest rest of a table that is busy. */
const restMs = 5000;
const longestRestMs = 60_000;

/** A session that is refused so often in a row is refused for a reason that does not pass at once. */
const renewalsInARow = 3;

/** One table's way to its backup, from the claim on. Whatever was sent and not made, nobody but us knows of. */
interface Attempt {
  driven: Driving;
  entry: Entry;
  /** When the next request may be sent; taken before the claim, and anew for each further request. */
  slot?: number;
  rests: number;
  renewals: number;
  /** The last answer proved that nothing was made. */
  isToBeSentAgain: boolean;
}

interface Made {
  backupArn: string;
  createdAt: number;
}

/** What is done about an error of CreateBackup; true when the request is to be sent again. */
const answers: Record<ErrorKind, (attempt: Attempt, error: unknown) => Promise<boolean>> = {
  async throttle({ driven }) {
    driven.throttled++;
    await driven.world.quotas.throttled(driven.run.target, 'CreateBackup');
    return true;
  },
  later: rest,
  async credentials(attempt) {
    const { driven } = attempt;
    driven.world.renewCredentials(driven.run.target, 'backup');
    return ++attempt.renewals % (renewalsInARow + 1) !== 0 || rest(attempt);
  },
  fenced: async () => true,
  async gone({ driven, entry }) {
    await endWithout(driven, entry, 'SKIPPED', 'The table was deleted before its backup was taken.');
    return false;
  },
  async refused({ driven, entry }, error) {
    await endWithout(driven, entry, 'FAILED', errorText(error));
    return false;
  },
  ambiguous: async () => false,
};

/**
 * Claims the table and asks for its backup in that slot. An answer that proves that nothing was made may be followed
 * by another request under the same claim; after an ambiguous one the entry is left alone until it has settled.
 */
export async function takeBackup(driven: Driving, entry: Entry, slot: number): Promise<void> {
  const attempt: Attempt = { driven, entry, slot, rests: 0, renewals: 0, isToBeSentAgain: true };
  if (!(await claim(driven, entry))) return;
  for (let slot = await nextSlot(attempt); slot !== undefined; slot = await nextSlot(attempt)) {
    const made = await sent(attempt, slot);
    // What the catalog answers to this says nothing of the backup: thrown, it ends the attempt, and the claim settles.
    if (made !== undefined) await record(driven, entry, made);
    if (made !== undefined || !attempt.isToBeSentAgain) return;
  }
}

/** Asks for the backup; undefined when there is no answer that says that it was made, or the slot was missed. */
async function sent(attempt: Attempt, slot: number): Promise<Made | undefined> {
  const { target } = attempt.driven.run;
  try {
    const made = await attempt.driven.world.quotas.inSlot(target, 'CreateBackup', slot, () => send(attempt));
    return made?.answer;
  } catch (error) {
    attempt.entry.error = errorText(error);
    const kind = kindOf(error);
    if (kind !== 'throttle') logFailure(attempt, kind);
    attempt.isToBeSentAgain = await answers[kind](attempt, error);
    return undefined;
  }
}

function logFailure({ driven, entry }: Attempt, kind: ErrorKind): void {
  driven.world.logger.info('backup not taken', { tableId: entry.tableId, kind, error: entry.error });
}

/** The slot for the next request; renews the claim where it would not outlast that: nothing was made under it. */
async function nextSlot(attempt: Attempt): Promise<number | undefined> {
  const { driven, entry } = attempt;
  const { clock, quotas } = driven.world;
  const { target, deadlineAt } = driven.run;
  if (isStopped(driven) || clock.now() >= deadlineAt - fenceBeforeDeadlineMs) return undefined;
  if (clock.now() >= lastSendAt(entry) && !(await claim(driven, entry))) return undefined;
  const { slot } = attempt;
  delete attempt.slot;
  if (slot !== undefined) return slot;
  const [leased] = await quotas.leaseSlots(target, 'CreateBackup', 1, { until: stopAt(driven) });
  return leased;
}

/** A request that leaves later could be on its way when the claim has ended. */
const lastSendAt = ({ leaseUntil = 0 }: Entry): number => leaseUntil - requestTimeoutMs;

function send({ driven, entry }: Attempt): Promise<Made> {
  const notAfter = Math.min(lastSendAt(entry), driven.run.deadlineAt - fenceBeforeDeadlineMs);
  return driven.world.dynamodb(driven.run.target, 'backup').createBackup(entry.tableName, entry.name, notAfter);
}

async function rest(attempt: Attempt): Promise<boolean> {
  const { driven } = attempt;
  const longest = Math.min(longestRestMs, restMs * 2 ** attempt.rests++);
  await pause(driven, restMs + Math.floor(driven.world.random() * (longest - restMs)));
  return true;
}
