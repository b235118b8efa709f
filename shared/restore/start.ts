import { requestTimeoutMs } from '../aws/client.ts';
import { errorText, kindOf } from '../errors.ts';
import { fail, write } from '../task/drive.ts';
import type { LivingTable } from './calls.ts';
import type { Restoring } from './context.ts';
import { sourceInWords } from './plan.ts';
import type { RestoreTask } from './restore-task.ts';

/** What a person waits for. */
const horizonMs = 3000;
/** AWS is busy with the backup, the table or 50 restores of others. */
const busyMs = 60_000;
/** A call without an answer is looked after so much later. */
const unansweredMs = 15_000;
/** AWS takes a request five minutes after its stamp, and two minutes later its table is seen. */
const settledMs = 420_000;
/** Clocks of ours and of AWS may disagree by so much. */
const skewMs = 5000;
/** After so long nobody waits any more. */
const longestWaitMs = 24 * 3_600_000;

/**
 * Asks AWS for the table, exactly once: its name is the only key. That a call may have left is written before it does,
 * so that a table of that name is told from one of ours, whoever goes on.
 */
export async function start(restoring: Restoring): Promise<'next' | number> {
  const { world, driver, task } = restoring;
  const { call, target } = task.plan;
  const isFirst = task.sentAt === undefined;
  if (!isFirst) {
    const found = await world.restores(target).describeTable(target.tableName);
    if (found !== undefined) return isOurs(found, task) ? begun(restoring, found.id) : failTaken(restoring);
  } else {
    await write(restoring, { sentAt: world.clock.now() });
  }
  const send = () => world.restores(target).start(call, driver.leaseUntil - requestTimeoutMs);
  try {
    const made = await world.quotas.pace(target, call.operation, send, { horizonMs });
    return made === undefined ? world.clock.now() : begun(restoring, made.tableId);
  } catch (error) {
    return afterError(restoring, error, isFirst);
  }
}

async function begun(restoring: Restoring, tableId: string): Promise<'next'> {
  const startedAt = restoring.world.clock.now();
  const step = `AWS is making the table from ${sourceInWords(restoring.task.plan.source)}`;
  await write(restoring, { tableId, startedAt, sentAt: undefined }, step);
  return 'next';
}

/** Made from what we asked for, and not before we asked: last month's restore of the same backup says the same. */
export function isOurs({ restoredFrom, createdAt }: LivingTable, { plan, sentAt = 0 }: RestoreTask): boolean {
  if (restoredFrom === undefined || plan === undefined || createdAt < sentAt - skewMs) return false;
  const { source } = plan;
  if (source.kind === 'backup') return restoredFrom.backupArn === source.backupArn;
  // AWS keeps whole seconds.
  return restoredFrom.tableArn === source.tableArn && Math.abs(restoredFrom.at - source.at) <= 1000;
}

/** `isFirst`: no earlier call of this task can have arrived, so a definite refusal of this one leaves nothing open. */
async function afterError(restoring: Restoring, error: unknown, isFirst: boolean): Promise<'next' | number> {
  const { world, task } = restoring;
  const now = world.clock.now();
  const name = nameOf(error);
  if (name === 'TableAlreadyExistsException') return isFirst ? failTaken(restoring) : now + unansweredMs;
  if (name === 'TableInUseException' && isFirst && (await isTaken(restoring))) return failTaken(restoring);
  const kind = forGood.test(name) ? 'refused' : kindOf(error);
  const isWaitedFor = now < task.acceptedAt + longestWaitMs;
  if (kind === 'ambiguous' && isWaitedFor) return now + unansweredMs;
  const isForGood = kind === 'refused' || kind === 'gone' || !isWaitedFor;
  // What an earlier call made may come to be seen later: only then is a refusal the end.
  if (isForGood && !isFirst && now < (task.sentAt ?? 0) + settledMs) return now + unansweredMs;
  if (isForGood) return failRefused(restoring, error);
  if (isFirst) await write(restoring, { sentAt: undefined });
  if (kind === 'credentials') world.renewCredentials(task.plan.target, 'restore');
  return kind === 'fenced' ? now : now + busyMs;
}

/** AWS says "in use" of a table that somebody else is making, and of one that is being restored from. */
async function isTaken({ world, task }: Restoring): Promise<boolean> {
  const { target } = task.plan;
  return (await world.restores(target).describeTable(target.tableName)) !== undefined;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Definite refusals that no general rule names. */
const forGood = /^(InvalidRestoreTime|PointInTimeRecoveryUnavailable)Exception$/;

function failTaken(restoring: Restoring): Promise<'next'> {
  const { tableName, account, region } = restoring.task.plan.target;
  return fail(restoring, 'TableAlreadyExists', [
    {
      field: 'target.tableName',
      problem: `Somebody made a table ${tableName} in ${account}/${region} meanwhile; a restore never overwrites, and it was not touched.`,
      remedy: 'Give another name under a new requestId, or delete that table yourself first.',
    },
  ]);
}

function failRefused(restoring: Restoring, error: unknown): Promise<'next'> {
  const isKey = /KMS/.test(nameOf(error)) || /\bKMS\b/.test(errorText(error));
  const isSource = kindOf(error) === 'gone' || forGood.test(nameOf(error));
  const field = isKey ? 'target.encryption' : isSource ? 'source' : 'target';
  return fail(restoring, nameOf(error) || 'Refused', [
    { field, problem: `AWS refused the restore: ${errorText(error)}.`, remedy: remedyOf(error, isKey) },
  ]);
}

function remedyOf(error: unknown, isKey: boolean): string {
  if (isKey) return 'Make the key usable for the restoring role, and ask under a new requestId.';
  if (/^AccessDenied/.test(nameOf(error))) return 'Give the restoring role that right, and ask under a new requestId.';
  return 'Correct it, and ask under a new requestId.';
}
