import { apiSource } from '../events/contract.ts';

/** Who asked. `verified`: a signed call said it, and our API passed it on; `claimed`: the request did. */
export interface Requester {
  name: string;
  kind: 'verified' | 'claimed';
}

/** Of a request with that `source`; by hand there is none. */
export function requesterOf(
  { requester = 'somebody' }: { requester?: string | undefined },
  source?: string,
): Requester {
  return { name: requester, kind: source === apiSource ? 'verified' : 'claimed' };
}
