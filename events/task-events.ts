import * as z from 'zod/mini';
import { account, fact, region } from './contract.ts';

/** Of mistakes, notices and differences: there are never so many. */
export const few = z.maxLength(50);

/** The end without what was asked for, of any kind of task; `more`: what it has beside. */
export function taskFailed<const Type extends string, More extends z.core.$ZodLooseShape>(
  type: Type,
  sentBy: string,
  more: More,
) {
  const when = `a request was refused, with all its mistakes, or ${/^[aeiou]/.test(sentBy) ? 'an' : 'a'} ${sentBy} could not be brought to its end`;
  return fact(
    type,
    { sentBy, heardBy: 'people', when },
    {
      /** Absent when the request could not be read so far. */
      task: z.optional(z.string()),
      requestId: z.string(),
      account: z.optional(account),
      region: z.optional(region),
      table: z.optional(z.string()),
      ...more,
      code: z.string(),
      mistakes: z.array(z.object({ field: z.string(), problem: z.string(), remedy: z.string() })).check(few),
      /** What there is now that was not there before; empty when nothing was begun. */
      leftBehind: z.string(),
      /** The answer to a dry run: whoever asked hears it, and people are not told. */
      dryRun: z.optional(z.literal(true)),
    },
  );
}
