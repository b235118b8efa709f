import type { RequestRefused } from '../events/operation-events.ts';
import { iso } from './clock.ts';
import type { Requester } from './requester.ts';
import type { Target } from './target.ts';
import type { Fact } from './world.ts';

/** Why a request of a person was not done: its answer, for whoever asked by event. */
export function requestRefused(
  request: RequestRefused['request'],
  { account, region }: Target,
  { requestId, requester, reason }: { requestId: string; requester: Requester; reason: string },
  at: number,
  sentence: string,
): Fact<typeof RequestRefused> {
  const id = ['refused', request, requestId].join('/');
  return { id, requestId, requester, reason, request, account, region, at: iso(at), sentence };
}
