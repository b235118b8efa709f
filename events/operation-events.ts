import * as z from 'zod/mini';
import { account, type DetailOf, fact, planName, region, requestId, runId, tableName } from './contract.ts';

const asked = {
  requestId,
  /** Whoever asked: a signed call said it, or the request itself. */
  requester: z.object({ name: z.string(), kind: z.enum(['verified', 'claimed']) }),
  reason: z.string(),
};
const ofABackup = { run: runId, plan: planName, account, region, table: tableName, tableId: z.string() };

export const BackupHeld = fact(
  'Backup Held',
  { sentBy: 'apply-retention', heardBy: 'the auditor', when: 'a backup stays until the hold on it is lifted' },
  { ...asked, ...ofABackup },
);

export const BackupReleased = fact(
  'Backup Released',
  { sentBy: 'apply-retention', heardBy: 'the auditor', when: 'the hold on a backup is lifted: its plan decides again' },
  { ...asked, ...ofABackup },
);

export const RequestRefused = fact(
  'Request Refused',
  {
    sentBy: 'apply-retention, start-run',
    heardBy: 'whoever asked',
    when: 'a hold, a release, a delete or a cancellation could not be done, or the id of a request for backups had been used for others',
  },
  { ...asked, request: z.enum(['Backup', 'Hold', 'Release', 'Delete', 'Cancel']), account, region },
);

export type BackupHeld = DetailOf<typeof BackupHeld>;
export type BackupReleased = DetailOf<typeof BackupReleased>;
export type RequestRefused = DetailOf<typeof RequestRefused>;
