import { isDeepStrictEqual } from 'node:util';
import { AwsError, type Call } from '../service.ts';

/** What was asked for with a client token, and what came of it. Refused requests leave no token behind. */
export type Tokens<Answer> = Map<string, { answer: Answer; input: Record<string, unknown>; at: number }>;

/** "Valid for 8 hours after the first request that uses it is completed": taken to be when it was answered. */
const validMs = 8 * 3_600_000;

/** What an earlier request of this token made; throws `conflict` when that one asked for something else. */
export function reuse<Answer>(
  tokens: Tokens<Answer>,
  token: string,
  { input }: Call,
  now: number,
  conflict: string,
): Answer | undefined {
  const earlier = tokens.get(token);
  if (earlier === undefined || now >= earlier.at + validMs) return undefined;
  if (isDeepStrictEqual(earlier.input, input)) return earlier.answer;
  throw new AwsError(conflict, 'Duplicate request detected with a different request body');
}
