import { ImportStarted } from '../../events/import-events.ts';
import { fail, write } from '../task/drive.ts';
import { importsFromS3, leaveQueue, ticket } from '../task/queue.ts';
import type { FoundImport } from './calls.ts';
import { failWithout, leftBehindOf, ownTable } from './context.ts';
import type { Importing } from './import-task.ts';
import { started } from './told.ts';

/** So long after the call AWS may not know the table or the import: its consistency is not documented. */
const unknownMs = 120_000;
const lookEveryMs = 5000;

/**
 * Waits until the table is there. Until it is locked others could write to it: so whoever may be patient looks for as
 * long as Lambda lets him, and the next heartbeat goes on at once.
 */
export async function waitUntilMade(importing: Importing): Promise<'next' | number> {
  const { world, driver } = importing;
  const isPatient = importing.patientUntil > world.clock.now();
  if (importing.task.isStartTold !== true) {
    await world.facts.publish(ImportStarted, [started(importing.task)]);
    await write(importing, { isStartTold: true });
  }
  for (;;) {
    const came = await lookOnce(importing);
    if (came !== 'waits') return came;
    if (!isPatient || driver.isEnding) return world.clock.now() + lookEveryMs;
    await driver.pause(lookEveryMs);
  }
}

/** An import that has failed has taken its table away or left it as it was; the table of one that has ended is ACTIVE. */
async function lookOnce(importing: Importing): Promise<'next' | 'waits'> {
  const { world, task } = importing;
  const { plan, importArn, startedAt = 0 } = task;
  const isOld = world.clock.now() > startedAt + unknownMs;
  const found = importArn === undefined ? undefined : await world.imports(plan.target).describeImport(importArn);
  if (importArn !== undefined && found === undefined) return isOld ? failUnknown(importing) : 'waits';
  if (found !== undefined && ['FAILED', 'CANCELLED'].includes(found.status)) return failAsAws(importing, found);
  if (found !== undefined && found.status !== 'COMPLETED') return 'waits';
  const table = await ownTable(importing);
  if (table === 'another' || (table === 'gone' && isOld)) return failWithout(importing, table);
  if (table === 'gone' || table.status !== 'ACTIVE') return 'waits';
  return isThere(importing, found?.imported);
}

async function isThere(importing: Importing, imported: number | undefined): Promise<'next'> {
  const { world, task } = importing;
  // Its place is free before the state says so: whoever goes on frees it once more.
  await leaveQueue(world, importsFromS3, task.plan.target, ticket(task));
  const known = imported === undefined ? {} : { imported };
  await write(importing, { state: 'APPLYING', ...known }, 'the table is ACTIVE');
  return 'next';
}

/** What AWS's failures mean, as far as they are known; ItemValidationError and S3NoSuchBucket were seen. */
const remedies: [RegExp, field: string, remedy: string][] = [
  [
    /ItemValidation/,
    'target',
    'Items do not fit the keys of the table or its indexes: the log group /aws-dynamodb/imports names them; correct the keys.',
  ],
  [/NoSuchBucket/, 'source.bucket', 'Name another one of exportBuckets.'],
  [
    /AccessDenied|Forbidden/,
    'source.bucket',
    "Allow the importing role to read it, in the bucket's policy and the key's (docs/decisions/0008).",
  ],
  [/KMS/, 'source.bucket', 'Make the key of the files usable for the importing role.'],
];

async function failAsAws(importing: Importing, { failure, arn, status, errors }: FoundImport): Promise<'next'> {
  const { code = status, message = `${errors} errors` } = failure ?? {};
  const [, field = 'source', remedy = `Ask AWS about ${arn}.`] =
    remedies.find(([pattern]) => pattern.test(`${code} ${message}`)) ?? [];
  const problem = `AWS gave the import up: ${code}: ${message}.`;
  const table = await ownTable(importing);
  const mistakes = [{ field, problem, remedy: `${remedy} Then ask under a new requestId.` }];
  return fail(importing, code, mistakes, typeof table === 'string' ? '' : leftBehindOf(importing.task));
}

function failUnknown(importing: Importing): Promise<'next'> {
  const problem = `AWS does not know the import ${importing.task.importArn} that it began.`;
  const mistakes = [{ field: '(import)', problem, remedy: 'Ask AWS about it, or ask again under a new requestId.' }];
  return fail(importing, 'ImportUnknown', mistakes, leftBehindOf(importing.task));
}
