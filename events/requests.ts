import * as z from 'zod/mini';
import { account, instant, region, request, requestId, tableName } from './contract.ts';
import { planNamePattern } from './patterns.ts';
import { requester } from './words.ts';

const plan = z
  .string('give a plan of plans.yml, or tables and a reason')
  .check(z.regex(planNamePattern, 'write the name of a plan of plans.yml'));

const why = 'say why, in 1 to 500 characters';
const reason = z.string(why).check(z.minLength(1, why), z.maxLength(500, why));

const tables = z
  .array(tableName, 'write a list of names, as in ["orders"]')
  .check(
    z.minLength(1, 'name at least one table'),
    z.maxLength(100, 'name at most 100 tables, and the others in another request'),
  );

const planOrTables = z.union([
  z.strictObject({
    plan,
    reason: z.optional(reason),
    requester: z.optional(requester),
    /** Names the run. By default the id of the event, or of the invocation. */
    requestId: z.optional(requestId),
  }),
  z.strictObject({
    tables,
    reason,
    requester: z.optional(requester),
    requestId: z.optional(requestId),
    /** When retention may delete these backups; without it they stay until somebody deletes them. */
    expiresAt: z.optional(instant),
    /** One of the deployment's targets; where the service is deployed by default. */
    target: z.optional(
      z.strictObject(
        { account, region },
        'write an account and a Region, as in {"account": "123456789012", "region": "eu-central-1"}',
      ),
    ),
  }),
]);

export const BackupRequested = {
  ...request(
    'Backup Requested',
    { sentBy: 'a requester', heardBy: 'start-run', when: 'somebody wants a backup now: of a plan, or of some tables' },
    {},
  ),
  detail: planOrTables,
};

export type BackupRequested = z.infer<typeof planOrTables>;
