import { AsyncLocalStorage } from 'node:async_hooks';
import { FencedError, MissedSlot } from '../errors.ts';

/** `20260131T020000Z` in epoch ms. */
function stampedAt(stamp: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** What the fence sees of a request on its way. */
interface Signed {
  request: unknown;
}

/**
 * A middleware for after the signing: a request whose own stamp is later than `notAfter` (epoch ms) does not leave.
 * A pause before the signing makes the stamp too late for us, a pause after it makes it too old for AWS, which refuses
 * a stamp older than five minutes (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
 * Stamps are whole seconds, cut off: `notAfter` has a second to spare.
 */
export function fence<Args extends Signed, Output>(notAfter: number) {
  return (next: (args: Args) => Promise<Output>) => (args: Args) => {
    const { headers } = args.request as { headers: Record<string, string> };
    const stamp = headers['x-amz-date'] ?? headers['X-Amz-Date'] ?? '';
    // Not `>`: a stamp that cannot be read does not leave either.
    if (!(stampedAt(stamp) <= notAfter)) throw new FencedError(stamp, notAfter);
    return next(args);
  };
}

/** Whether the slot of the call that is being made has passed. */
const hasPassed = new AsyncLocalStorage<() => boolean>();

/** Makes a call whose requests do not leave once its slot `isMissed`, by a clock that is looked at after the signing. */
export function beforeMissed<Answer>(isMissed: () => boolean, call: () => Promise<Answer>): Promise<Answer> {
  return hasPassed.run(isMissed, call);
}

/** A middleware for after the signing, of every client with paced operations: see `beforeMissed`. */
export const slotFence =
  <Args, Output>(next: (args: Args) => Promise<Output>) =>
  (args: Args) => {
    if (hasPassed.getStore()?.()) throw new MissedSlot('The slot passed before its request was signed.');
    return next(args);
  };

export const afterSigning = { relation: 'after', toMiddleware: 'httpSigningMiddleware' } as const;
