import { requestTimeoutMs } from '../aws/client.ts';
import { iso } from '../clock.ts';
import { errorText, kindOf } from '../errors.ts';
import { fail, write } from '../task/drive.ts';
import { inSlots } from '../task/paced.ts';
import type { Mistake } from '../task/task.ts';
import type { Exporting } from './export-task.ts';
import { findByToken } from './find.ts';
import { folderOf } from './plan.ts';
import { tokenMs } from './token.ts';

/** AWS is busy with the table, or with 300 exports of others. */
const busyMs = 60_000;
const unansweredMs = 15_000;
/** After so long nobody waits any more. */
const longestWaitMs = 24 * 3_600_000;

/**
 * Asks AWS for the export. Its token makes the same call the same export, for eight hours from the first; when they are
 * about to end, the exports that AWS has are looked through for the token before another call leaves.
 */
export async function start(exporting: Exporting): Promise<'next' | number> {
  const { world, driver } = exporting;
  const { sentAt } = exporting.task;
  if (sentAt === undefined || world.clock.now() >= sentAt + tokenMs) {
    const found = sentAt === undefined ? undefined : await findByToken(exporting, sentAt);
    if (found !== undefined) return begun(exporting, found);
    await write(exporting, { sentAt: world.clock.now() });
  }
  const { plan, sentAt: since = 0 } = exporting.task;
  const notAfter = Math.min(driver.leaseUntil - requestTimeoutMs, since + tokenMs);
  try {
    return await begun(exporting, await world.exports(plan.target).start(plan.call, notAfter));
  } catch (error) {
    return afterError(exporting, error);
  }
}

async function begun(exporting: Exporting, exportArn: string): Promise<'next'> {
  const startedAt = exporting.world.clock.now();
  await write(exporting, { exportArn, startedAt }, `AWS is writing to ${folderOf(exporting.task.plan)}`);
  return 'next';
}

/** AWS's model says ExportConflict where DynamoDB's transactions say IdempotentParameterMismatch: both are met with. */
const isTokenUsed = (name: string): boolean => /^(ExportConflict|IdempotentParameterMismatch)(Exception)?$/.test(name);

/** Definite refusals that no general rule names. */
const forGood = /^(InvalidExportTime|PointInTimeRecoveryUnavailable)Exception$/;

async function afterError(exporting: Exporting, error: unknown): Promise<'next' | number> {
  const { world, task } = exporting;
  const name = error instanceof Error ? error.name : '';
  const now = world.clock.now();
  if (isTokenUsed(name)) {
    const found = await findByToken(exporting, task.sentAt ?? now);
    return found === undefined ? failUsed(exporting, error) : begun(exporting, found);
  }
  const kind = forGood.test(name) ? 'refused' : kindOf(error);
  const isForGood = kind === 'refused' || kind === 'gone' || now > task.acceptedAt + longestWaitMs;
  if (isForGood) return failRefused(exporting, error, name);
  if (kind === 'credentials') world.renewCredentials(task.plan.target, 'export');
  if (kind === 'fenced') return now;
  return now + (kind === 'ambiguous' ? unansweredMs : busyMs);
}

function failUsed(exporting: Exporting, error: unknown): Promise<'next'> {
  const { ClientToken } = exporting.task.plan.call.input;
  const problem = `AWS has a conflict with another export, of the bucket or of this request's token ${ClientToken}: ${errorText(error)}.`;
  const remedy = 'Ask under a new requestId, when other exports to the same folder have ended.';
  return fail(exporting, 'RequestIdUsed', [{ field: 'requestId', problem, remedy }]);
}

async function failRefused(exporting: Exporting, error: unknown, name: string): Promise<'next'> {
  const problem = `AWS refused the export: ${errorText(error)}.`;
  return fail(exporting, name || 'Refused', [{ problem, ...(await whereAndWhat(exporting, error, name)) }]);
}

async function whereAndWhat(
  { world, task }: Exporting,
  error: unknown,
  name: string,
): Promise<Omit<Mistake, 'problem'>> {
  const { target, table, type, call } = task.plan;
  if (name === 'InvalidExportTimeException') {
    const paced = inSlots(world, target);
    const window = await paced('DescribeContinuousBackups', () => world.exports(target).recoveryWindow(table.name));
    const from = window === undefined ? 'nothing at all' : `${iso(window.earliest)} to ${iso(world.clock.now())}`;
    const field = type === 'full' ? 'exportTime' : 'window';
    return { field, remedy: `What can be exported now is ${from}; ask for that under a new requestId.` };
  }
  if (name === 'PointInTimeRecoveryUnavailableException') {
    const remedy = 'Switch point-in-time recovery on, or give enablePointInTimeRecovery: true under a new requestId.';
    return { field: 'source', remedy };
  }
  if (/^AccessDenied/.test(name)) {
    return { field: '(rights)', remedy: 'Give the exporting role that right, and ask under a new requestId.' };
  }
  const isFilter = call.input.FilterSpecification !== undefined && name === 'ValidationException';
  const field = isFilter ? 'filter' : kindOf(error) === 'gone' ? 'source' : '(request)';
  return { field, remedy: 'Correct it, and ask under a new requestId.' };
}
