import * as z from 'zod/mini';
import { requestId } from '../../events/contract.ts';
import type { Mistake } from '../task/task.ts';
import { wrong } from './failure.ts';
import type { HttpRequest } from './http.ts';
import type { Route } from './route.ts';

/** The version of Veeam's API whose words are spoken: seed 001. */
export const veeamVersion = '1.7-rev0';

/** What a client calls its request, so that it can be sent twice. */
export const idempotencyKey = requestId;

/** Throws for another version of the dialect than the one that is spoken; without the header it is meant. */
export function checkVersion({ dialect }: Route, { headers }: HttpRequest): void {
  const asked = headers['x-api-version'] ?? veeamVersion;
  if (dialect !== 'veeam' || asked === veeamVersion) return;
  const problem = `The version ${JSON.stringify(asked.slice(0, 100))} is not spoken here.`;
  throw wrong([{ field: 'x-api-version', problem, remedy: `Give ${veeamVersion}, or leave the header out.` }]);
}

/** The id of the request on its way: the client's, else the gateway's, which has signs that ids of ours have not. */
export function requestIdOf({ headers, id }: HttpRequest, body: unknown): string {
  const given = headers['idempotency-key'];
  const { requestId: inBody } = (body ?? {}) as { requestId?: string };
  if (given === undefined) return inBody ?? `api-${id.replaceAll(/[^\w+/-]/g, '')}`;
  const result = z.safeParse(idempotencyKey, given);
  if (result.success && (inBody ?? given) === given) return given;
  if (result.success) {
    const problem = `The header Idempotency-Key says ${given}, and the body ${inBody}.`;
    throw wrong([{ field: 'requestId', problem, remedy: 'Give one of the two, or the same in both.' }]);
  }
  const mistake: Mistake = {
    field: 'idempotency-key',
    problem: `${JSON.stringify(given.slice(0, 100))} is not right.`,
    remedy: 'Write 1 to 128 letters, digits and . : / @ + - _, or leave the header out.',
  };
  throw wrong([mistake]);
}
