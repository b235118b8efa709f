import { requestTimeoutMs } from '../aws/client.ts';
import { kindOf } from '../errors.ts';
import { fail, write } from '../task/drive.ts';
import { leftBehindOf } from './context.ts';
import type { Importing } from './import-task.ts';
import { quietAt, signedForMs } from './writer.ts';

/** Whatever changes items (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html). */
const writes = [
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
  'PartiQLDelete',
];

const idOf = (taskId: string): string => `tablekeep-${taskId}`;

/** The policy of a table that is being filled: nobody writes but the importing role. Its id says whose it is. */
export function lockOf(taskId: string, tableArn: string, importer: string): string {
  const [, partition = 'aws'] = tableArn.split(':');
  return JSON.stringify({
    Version: '2012-10-17',
    Id: idOf(taskId),
    Statement: [
      {
        Sid: 'OnlyTheImport',
        Effect: 'Deny',
        Principal: '*',
        Action: writes.map((name) => `dynamodb:${name}`),
        Resource: tableArn,
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': importer.replace(/^arn:[^:]+:/, `arn:${partition}:`) } },
      },
    ],
  });
}

/** Made by this task. */
export function isLockOf(taskId: string, document: string): boolean {
  try {
    return (JSON.parse(document) as { Id?: unknown }).Id === idOf(taskId);
  } catch {
    return false;
  }
}

const busyMs = 15_000;

/**
 * Keeps other writers out. It is told beforehand, as with writes: a policy that arrived when the import is over would
 * close the table for good. A policy of somebody else's is not touched: then nobody can be kept out, and it ends.
 */
export async function lock(importing: Importing): Promise<'next' | number> {
  const { world, task } = importing;
  const calls = world.imports(task.plan.target);
  const found = await calls.policyOf(task.tableArn ?? '');
  if (found !== undefined && !isLockOf(task.id, found.document)) return failTaken(importing);
  if (found === undefined) {
    const came = await putLock(importing);
    if (came !== 'next') return came;
  }
  const lockedAt = world.clock.now();
  await write(importing, { lockedAt, writingUntil: undefined }, 'other writers are kept out');
  return 'next';
}

async function putLock(importing: Importing): Promise<'next' | number> {
  const { world, task } = importing;
  const { target } = task.plan;
  const tableArn = task.tableArn ?? '';
  const writingUntil = world.clock.now() + signedForMs;
  await write(importing, { writingUntil });
  try {
    const document = lockOf(task.id, tableArn, world.importer(target));
    await world.imports(target).putPolicy(tableArn, document, writingUntil - requestTimeoutMs);
    return 'next';
  } catch (error) {
    // Somebody was faster, or an earlier call of ours is seen only now.
    const isThere = error instanceof Error && /^PolicyNotFound/.test(error.name);
    const kind = isThere ? 'later' : kindOf(error);
    if (kind === 'refused' || kind === 'gone') throw error;
    const now = world.clock.now();
    const isOpen = kind === 'ambiguous';
    await write(importing, { writingUntil: isOpen ? now : undefined });
    return isOpen ? quietAt(now) : now + busyMs;
  }
}

/** Lets others write. Answers with a sentence when somebody has exchanged the policy meanwhile: it stays. */
export async function unlock(importing: Importing): Promise<string | undefined | number> {
  const { world, task } = importing;
  const calls = world.imports(task.plan.target);
  const tableArn = task.tableArn ?? '';
  const found = await calls.policyOf(tableArn);
  if (found === undefined) return undefined;
  if (!isLockOf(task.id, found.document)) return 'somebody exchanged its policy, which was not touched';
  try {
    await calls.deletePolicy(tableArn, found.revision);
    return undefined;
  } catch (error) {
    const kind = kindOf(error);
    if (error instanceof Error && /^AccessDenied/.test(error.name)) {
      return `its policy keeps writers out and could not be deleted (${error.message}): delete it by hand`;
    }
    if (kind === 'refused') throw error;
    return world.clock.now() + busyMs;
  }
}

function failTaken(importing: Importing): Promise<'next'> {
  const { plan } = importing.task;
  const problem = `Somebody gave ${plan.target.tableName} a policy while it was being made, so that other writers cannot be kept out.`;
  const remedy = 'Delete the table, and ask under a new requestId.';
  return fail(importing, 'PolicyThere', [{ field: 'target.tableName', problem, remedy }], leftBehindOf(importing.task));
}
