import * as z from 'zod/mini';
import { account, instant, planName, region, request, tableName } from './contract.ts';

const reason = z.string().check(z.minLength(1), z.maxLength(500));

const planOrTables = z.union([
  z.strictObject({ plan: planName, reason: z.optional(reason) }),
  z.strictObject({
    tables: z.array(tableName).check(z.minLength(1), z.maxLength(100)),
    reason,
    /** When retention may delete these backups; without it they stay until somebody deletes them. */
    expiresAt: z.optional(instant),
    /** One of the deployment's targets; where the service is deployed by default. */
    target: z.optional(z.strictObject({ account, region })),
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
