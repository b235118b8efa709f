import { requestTimeoutMs } from '../aws/client.ts';
import { errorText, kindOf } from '../errors.ts';
import { tokenMs } from '../export/token.ts';
import { pages } from '../pages.ts';
import { fail, write } from '../task/drive.ts';
import type { Made } from './calls.ts';
import type { Importing } from './import-task.ts';
import { isLockOf } from './lock.ts';
import { sourceOf } from './plan.ts';

/** AWS is busy with 50 imports of others, or with tables. */
const busyMs = 60_000;
const unansweredMs = 15_000;
/** After so long nobody waits any more. */
const longestWaitMs = 24 * 3_600_000;
/** Clocks of ours and of AWS may disagree by so much. */
const skewMs = 5000;
/** So long after the call a new table's policy may not be seen: its consistency is not documented further. */
const policyUnseenMs = 60_000;

/**
 * Asks AWS for the table. An import's token makes the same call the same import, for eight hours from the first; when
 * they are about to end, the imports that AWS has are looked through. CreateTable has no token: its table is told from
 * another's by the policy that it was made with.
 */
export async function start(importing: Importing): Promise<'next' | number> {
  const { world, driver } = importing;
  const { sentAt } = importing.task;
  const isImport = importing.task.plan.call.operation === 'ImportTable';
  if (sentAt === undefined || (isImport && world.clock.now() >= sentAt + tokenMs)) {
    const found = sentAt === undefined ? undefined : await findByToken(importing);
    if (found !== undefined) return begun(importing, found);
    await write(importing, { sentAt: world.clock.now() });
  }
  const { plan, sentAt: since = 0 } = importing.task;
  const notAfter = Math.min(
    driver.leaseUntil - requestTimeoutMs,
    isImport ? since + tokenMs : Number.POSITIVE_INFINITY,
  );
  try {
    return await begun(importing, await world.imports(plan.target).make(plan.call, notAfter));
  } catch (error) {
    return afterError(importing, error);
  }
}

async function begun(importing: Importing, made: Made): Promise<'next'> {
  const startedAt = importing.world.clock.now();
  await write(importing, { ...made, startedAt }, `AWS is making the table from ${sourceOf(importing.task.plan)}`);
  return 'next';
}

/** Both spellings are met with when a token comes with other parameters. */
const isTokenUsed = (name: string): boolean => /^(ImportConflict|IdempotentParameterMismatch)(Exception)?$/.test(name);

async function afterError(importing: Importing, error: unknown): Promise<'next' | number> {
  const { world, task } = importing;
  const name = error instanceof Error ? error.name : '';
  const now = world.clock.now();
  if (/^(ResourceInUse|TableAlreadyExists)/.test(name)) return afterInUse(importing);
  if (isTokenUsed(name)) {
    const found = await findByToken(importing);
    return found === undefined ? failUsed(importing, error) : begun(importing, found);
  }
  const kind = kindOf(error);
  if (kind === 'refused' || kind === 'gone' || now > task.acceptedAt + longestWaitMs)
    return failRefused(importing, error);
  if (kind === 'credentials') world.renewCredentials(task.plan.target, 'import');
  if (kind === 'fenced') return now;
  return now + (kind === 'ambiguous' ? unansweredMs : busyMs);
}

/** The name is taken: by an earlier call of ours, or by somebody else's table, which is not touched. */
async function afterInUse(importing: Importing): Promise<'next' | number> {
  const { world, task } = importing;
  const { target, call } = task.plan;
  const now = world.clock.now();
  if (call.operation === 'ImportTable') {
    const found = await findByToken(importing);
    if (found !== undefined) return begun(importing, found);
  }
  const table = await world.imports(target).describeTable(target.tableName);
  if (table === undefined) return now + busyMs;
  if (call.operation === 'CreateTable' && table.createdAt >= (task.sentAt ?? now) - skewMs) {
    const policy = await world.imports(target).policyOf(table.arn);
    if (policy === undefined && now < table.createdAt + policyUnseenMs) return now + unansweredMs;
    if (policy !== undefined && isLockOf(task.id, policy.document)) {
      return begun(importing, { tableId: table.id, tableArn: table.arn });
    }
  }
  return failTaken(importing);
}

/** Among the imports to a table of that name, the one with this task's token. */
async function findByToken({ world, task }: Importing): Promise<Made | undefined> {
  const { target, call } = task.plan;
  const calls = world.imports(target);
  const table = await calls.describeTable(target.tableName);
  if (table === undefined) return undefined;
  const list = (after: string | undefined) => calls.listImports(table.arn, after);
  for await (const { arns } of pages(list, ({ next }) => next)) {
    for (const arn of arns) {
      const found = await calls.describeImport(arn);
      if (found?.clientToken === call.input.ClientToken) {
        return { importArn: arn, tableId: found?.tableId ?? '', tableArn: found?.tableArn ?? '' };
      }
    }
  }
  return undefined;
}

function failTaken(importing: Importing): Promise<'next'> {
  const { tableName, account, region } = importing.task.plan.target;
  const problem = `Somebody made a table ${tableName} in ${account}/${region} meanwhile; an import never overwrites, and it was not touched.`;
  const remedy = 'Give another name under a new requestId, or delete that table yourself first.';
  return fail(importing, 'TableAlreadyExists', [{ field: 'target.tableName', problem, remedy }]);
}

function failUsed(importing: Importing, error: unknown): Promise<'next'> {
  const problem = `AWS knows the token of this request with other parameters: ${errorText(error)}.`;
  const remedy = 'Somebody else uses it: ask under a new requestId.';
  return fail(importing, 'RequestIdUsed', [{ field: 'requestId', problem, remedy }]);
}

function failRefused(importing: Importing, error: unknown): Promise<'next'> {
  const name = error instanceof Error ? error.name : '';
  const isRight = /^AccessDenied/.test(name);
  const isKey = /KMS/.test(`${name} ${errorText(error)}`);
  const field = isRight ? '(rights)' : isKey ? 'target.encryption' : 'target';
  const remedy = isRight
    ? 'Give the importing role that right, and ask under a new requestId.'
    : 'Correct it, and ask under a new requestId.';
  return fail(importing, name || 'Refused', [
    { field, problem: `AWS refused the table: ${errorText(error)}.`, remedy },
  ]);
}
