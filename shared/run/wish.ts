import * as z from 'zod/mini';
import { instant, planName } from '../../events/contract.ts';
import { CancelRequested } from '../../events/operation-requests.ts';
import { BackupRequested } from '../../events/requests.ts';
import type { Envelope, Received } from '../door.ts';
import { type Requester, requesterOf } from '../requester.ts';
import type { Invocation } from '../world.ts';
import type { Cancelling } from './cancel.ts';

/** What a schedule sends. */
const Firing = z.strictObject({ plan: planName, scheduledAt: instant });

/** start-run takes requests, firings, and requests without an envelope, by `serverless invoke`. */
export const startRunDoor = {
  events: [BackupRequested, CancelRequested],
  bare: z.union([Firing, BackupRequested.detail, z.strictObject({ cancel: CancelRequested.detail })]),
} as const;

/** A firing of a plan, or what somebody asks for; `requestId` is there when it is not a firing. */
export interface Wish {
  detail: z.infer<typeof Firing> | BackupRequested;
  scheduledAt: number;
  requestId?: string;
  requester?: Requester;
}

/** A request that is older is ignored: nobody waits for it any more, or it is somebody's replay. */
const oldestRequestMs = 3_600_000;

/** Why a request is not listened to, if so. */
export function whyIgnored({ account, at, isReplayed }: Envelope, hubAccount: string, now: number): string | undefined {
  if (isReplayed) return 'replayed';
  if (account !== hubAccount) return 'of another account';
  if (at < now - oldestRequestMs) return 'older than an hour';
  return undefined;
}

/** A request without an envelope has the id of its invocation and is of now. */
export function wishOf(received: Received<typeof startRunDoor>, { id }: Invocation, now: number): Wish | Cancelling {
  if (received.type === 'Cancel Requested') return { cancel: received.detail, ...received.envelope };
  const { detail } = received;
  if (received.type === 'Backup Requested') {
    const { at: scheduledAt, id, source } = received.envelope;
    const { requestId = id } = received.detail;
    return { detail: received.detail, scheduledAt, requestId, requester: requesterOf(received.detail, source) };
  }
  if ('cancel' in detail) return { cancel: detail.cancel, id, at: now };
  if ('scheduledAt' in detail) return { detail, scheduledAt: Date.parse(detail.scheduledAt) };
  return {
    detail: detail as BackupRequested,
    scheduledAt: now,
    requestId: (detail as BackupRequested).requestId ?? id,
    requester: requesterOf(detail as BackupRequested),
  };
}
