import * as z from 'zod/mini';
import { request, requestId, runId } from './contract.ts';
import { backupArnPattern, backupIdPattern } from './patterns.ts';
import { requester, text } from './words.ts';

const backupIdWords = 'write <run>/<table id>, as `run` and `tableId` of Backup Completed have them';
const arnWords = 'write the ARN of the second backup, as `backupArn` has it';
const ofABackup = {
  /** The same id is the same request. By default the id of the event, or of the invocation. */
  requestId: z.optional(requestId),
  backupId: z.string(backupIdWords).check(z.regex(backupIdPattern, backupIdWords)),
  /** Which one, when AWS made two backups of that run and table: of the second. */
  duplicateArn: z.optional(z.string(arnWords).check(z.regex(backupArnPattern, arnWords))),
  reason: text('say why, in 1 to 500 characters', 500),
  requester: z.optional(requester),
};

const by = { sentBy: 'a requester', heardBy: 'apply-retention' };

export const HoldRequested = request(
  'Hold Requested',
  { ...by, when: 'somebody wants a backup to stay, whatever its plan says' },
  ofABackup,
);

export const ReleaseRequested = request(
  'Release Requested',
  { ...by, when: 'somebody lifts the hold from a backup: its plan decides again' },
  ofABackup,
);

export const DeleteRequested = request(
  'Delete Requested',
  { ...by, when: 'somebody wants a backup gone that was asked for by hand' },
  ofABackup,
);

export const CancelRequested = request(
  'Cancel Requested',
  { sentBy: 'a requester', heardBy: 'start-run', when: 'somebody wants a run not to begin that has not begun' },
  {
    requestId: ofABackup.requestId,
    run: runId,
    reason: ofABackup.reason,
    requester: ofABackup.requester,
  },
);

export type OperationOnBackup = z.infer<(typeof HoldRequested)['detail']>;
export type CancelRequested = z.infer<(typeof CancelRequested)['detail']>;
