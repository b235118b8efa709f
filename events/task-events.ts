import * as z from 'zod/mini';
import { account, fact, region, tableName } from './contract.ts';

/** Of mistakes, notices and differences: there are never so many. */
export const few = z.maxLength(50);

export const count = z.number().check(z.int(), z.nonnegative());

/** What every event of an accepted task has: the task, and the table that it makes or exports. */
export const ofATask = {
  task: z.string().check(z.minLength(1)),
  requestId: z.string(),
  account,
  region,
  table: tableName,
};

/** Who asked, and why. */
export const asker = { requester: z.string(), reason: z.string() };

const notices = z.array(z.string()).check(few);

/** The answer to a dry run, of any kind of task; `more`: what it has beside. */
export function taskPlanned<const Type extends string, More extends z.core.$ZodLooseShape>(
  type: Type,
  sentBy: string,
  more: More,
) {
  const when = `${/^[aeiou]/.test(sentBy) ? 'an' : 'a'} ${type.replace('Planned', 'Requested')} with dryRun has been looked at`;
  const steps = z.array(z.string()).check(few);
  return fact(type, { sentBy, heardBy: 'who asked', when }, { ...ofATask, ...more, steps, notices });
}

/** AWS has begun; the notices are what whoever asked should know before it is done, as that a TTL will delete items. */
export function taskStarted<const Type extends string, More extends z.core.$ZodLooseShape>(
  type: Type,
  { sentBy, when }: { sentBy: string; when: string },
  more: More,
) {
  return fact(type, { sentBy, heardBy: 'who asked', when }, { ...ofATask, ...more, ...asker, notices });
}

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
