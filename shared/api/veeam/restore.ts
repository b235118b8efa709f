import * as z from 'zod/mini';
import { region, tableName } from '../../../events/contract.ts';
import type { RestoreRequest } from '../../../events/restore-request.ts';
import { iso } from '../../clock.ts';
import type { Backup } from '../../run.ts';
import { targetKey } from '../../target.ts';
import type { World } from '../../world.ts';
import { askForTask } from '../ask.ts';
import { conflict, wrong } from '../failure.ts';
import { lastKnownToLive } from '../lives.ts';
import { availablePointOf, sourceOf } from '../points.ts';
import { route } from '../route.ts';
import { path, point } from './points.ts';

const maybe = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));
const yesOrNo = z.boolean('write true or false, without quotes');
const unitsWords = 'write a whole number above 0';
const units = z.int(unitsWords).check(z.positive(unitsWords), z.maximum(2 ** 31 - 1, unitsWords));
const reasonWords = 'say in 500 characters at most why';

/** Its members have the words of a restore point; what is left out or null is as the restore point has it. */
const elsewhere = z.strictObject(
  {
    /** Of the new table. */
    name: maybe(tableName),
    regionName: maybe(region),
    tableClass: maybe(
      z.enum(['Standard', 'StandardInfrequentAccess'], 'write "Standard" or "StandardInfrequentAccess"'),
    ),
    deletionProtection: maybe(yesOrNo),
    pointInTimeRecovery: maybe(yesOrNo),
    /** Empty: none. */
    ttlAttribute: maybe(z.string().check(z.maxLength(255))),
    /** Id, ARN or alias; empty: the key that AWS owns. */
    encryptionKey: maybe(z.string().check(z.maxLength(2048))),
    readCapacityUnits: maybe(units),
    writeCapacityUnits: maybe(units),
  },
  'write an object, as in {"name": "orders-copy"}',
);
type Elsewhere = z.infer<typeof elsewhere>;

const body = z.strictObject(
  {
    restoreToOriginal: yesOrNo,
    /** Not used: who may restore says IAM, by the signature of the request. */
    authenticationSpecification: maybe(z.record(z.string(), z.unknown(), 'write an object, or leave it out')),
    differentLocationSpecification: maybe(elsewhere),
    reason: maybe(z.string(reasonWords).check(z.maxLength(500, reasonWords))),
  },
  'write an object, as in {"restoreToOriginal": true}',
);
type Body = z.infer<typeof body>;

export const restoreRestorePoint = route({
  method: 'POST',
  path: `${path}/:restorePointId/restore`,
  dialect: 'veeam',
  rights: 'operate',
  id: 'restoreDynamoDbRestorePoint',
  summary: 'Restore a table to its own name, or to another one',
  description:
    'restoreToOriginal brings a table back that is gone; while the table lives the answer is 409, since a restore never overwrites. differentLocationSpecification has the words of a restore point; what is left out or null is as it was. The seed does not show its members, so these are ours. authenticationSpecification is taken and not used: IAM decides.',
  params: point,
  body,
  success: {
    status: 202,
    description: 'The restore was asked for.',
    body: z.object({
      taskId: z.string(),
      _links: z.array(z.object({ rel: z.string(), href: z.string(), method: z.string() })),
    }),
  },
  failures: [404, 409],
  async act(world, { params, body, ...asked }) {
    const wanted = checked(body);
    const backup = await availablePointOf(world, params.restorePointId, 'restorePointId');
    const request = {
      source: sourceOf(backup),
      target: targetOf(backup, wanted),
      reason: body.reason || `Asked for by POST ${path}/{id}/restore.`,
    };
    const checkNew = body.restoreToOriginal ? () => checkGone(world, backup) : undefined;
    const { id } = await askForTask(world, asked, 'restore', request, { fieldOf, checkNew });
    return { taskId: id, _links: [{ rel: 'task', href: `/tasks/${id}`, method: 'GET' }] };
  },
});

/** To the original there is nothing else to say; to a different location at least its name. */
function checked({ restoreToOriginal, differentLocationSpecification: given }: Body): Elsewhere {
  const wanted = given ?? {};
  const isSaid = Object.values(wanted).some((value) => value !== null && value !== undefined);
  const field = 'differentLocationSpecification';
  if (restoreToOriginal && isSaid) {
    const problem = 'restoreToOriginal brings the table back as it was.';
    throw wrong([{ field, problem, remedy: 'Leave it out, or give restoreToOriginal: false.' }]);
  }
  if (!restoreToOriginal && !wanted.name) {
    const problem = 'A different location needs the name of the new table.';
    throw wrong([{ field: `${field}.name`, problem, remedy: 'Give it, or restoreToOriginal: true.' }]);
  }
  return wanted;
}

/** Whether it lives now, the restore itself looks at once more. */
async function checkGone(world: World, backup: Backup): Promise<void> {
  const { target, tableName: name } = backup;
  const at = await lastKnownToLive(world, backup);
  if (at === undefined) return;
  throw conflict(
    'TableLives',
    'restoreToOriginal',
    `The table ${name} lives in ${targetKey(target)}, as of ${iso(at)}, and a restore never overwrites.`,
    `Give restoreToOriginal: false and another name; or, if it was deleted since, the name ${name}.`,
  );
}

function targetOf({ target, tableName: original }: Backup, wanted: Elsewhere): RestoreRequest['target'] {
  const { name, regionName, tableClass, deletionProtection, pointInTimeRecovery, ttlAttribute, encryptionKey } = wanted;
  const { readCapacityUnits: read, writeCapacityUnits: write } = wanted;
  if ((read ?? undefined) === undefined ? write : (write ?? undefined) === undefined) {
    const problem = 'readCapacityUnits and writeCapacityUnits go together.';
    const field = 'differentLocationSpecification';
    throw wrong([{ field, problem, remedy: 'Give both, or leave both out.' }]);
  }
  return {
    tableName: name ?? original,
    account: target.account,
    region: regionName ?? target.region,
    ...(tableClass && {
      tableClass: tableClass === 'Standard' ? ('STANDARD' as const) : ('STANDARD_INFREQUENT_ACCESS' as const),
    }),
    ...(given(deletionProtection) && { deletionProtection }),
    ...(given(pointInTimeRecovery) && { pointInTimeRecovery }),
    ...(given(ttlAttribute) && { timeToLive: ttlAttribute === '' ? null : { attribute: ttlAttribute } }),
    ...(given(encryptionKey) && {
      encryption: encryptionKey === '' ? null : { type: 'CUSTOMER_MANAGED' as const, keyArn: encryptionKey },
    }),
    ...(given(read) && given(write) && { billingMode: 'PROVISIONED' as const, provisionedThroughput: { read, write } }),
  };
}

const given = <Value>(value: Value | null | undefined): value is Value => value !== null && value !== undefined;

const words: Record<string, string> = {
  'target.tableName': 'name',
  'target.region': 'regionName',
  'target.tableClass': 'tableClass',
  'target.encryption': 'encryptionKey',
  'target.timeToLive': 'ttlAttribute',
  'target.provisionedThroughput': 'readCapacityUnits',
};

/** Where a mistake of our request is in theirs. */
function fieldOf(field: string): string {
  const [ours] = Object.keys(words).filter((name) => field === name || field.startsWith(`${name}.`));
  return ours === undefined ? field : `differentLocationSpecification.${words[ours]}`;
}
