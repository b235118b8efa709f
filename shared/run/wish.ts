import * as z from 'zod/mini';
import { instant, planName } from '../../events/contract.ts';
import { BackupRequested } from '../../events/requests.ts';
import type { Envelope, Received } from '../door.ts';
import type { Invocation } from '../world.ts';

/** What a schedule sends. */
const Firing = z.strictObject({ plan: planName, scheduledAt: instant });

/** start-run takes requests, firings, and requests without an envelope, by `serverless invoke`. */
export const startRunDoor = {
  events: [BackupRequested],
  bare: z.union([Firing, BackupRequested.detail]),
} as const;

/** A firing of a plan, or what somebody asks for; `requestId` is there when it is not a firing. */
export interface Wish {
  detail: z.infer<(typeof startRunDoor)['bare']>;
  scheduledAt: number;
  requestId?: string;
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
export function wishOf(received: Received<typeof startRunDoor>, { id }: Invocation, now: number): Wish {
  const { detail } = received;
  if (received.type !== 'bare') return { detail, scheduledAt: received.envelope.at, requestId: received.envelope.id };
  if ('scheduledAt' in detail) return { detail, scheduledAt: Date.parse(detail.scheduledAt) };
  return { detail, scheduledAt: now, requestId: id };
}
