import * as z from 'zod/mini';
import { account, region } from '../../../events/contract.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';
import { missing, wrong } from '../failure.ts';
import { deployedTarget } from '../places.ts';

const limitWords = 'write a whole number from 1 to 1000';

/** What lists of ours take: `cursor` is `next` of the page before. */
export const pageQuery = {
  limit: z.optional(z.int(limitWords).check(z.minimum(1, limitWords), z.maximum(1000, limitWords))),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
};

/** Why: it is kept with what was done. */
export const reason = (() => {
  const why = 'say why, in 1 to 500 characters';
  return z.string(why).check(z.minLength(1, why), z.maxLength(500, why));
})();

/** A place in a list that is none of this list. */
export const wrongCursor = () =>
  wrong([
    {
      field: 'cursor',
      problem: 'It is no place in this list.',
      remedy: 'Take it from next of the page before, with the same query; or leave it out.',
    },
  ]);

/** Path parameters and queries that name a target. */
export const place = { account, region };

/** A target of the deployment, or 404: nothing is looked for elsewhere. */
export function targetOf(world: World, asked: Target): Target {
  const target = deployedTarget(world, asked);
  if (target !== undefined) return target;
  const problem = `${asked.account}/${asked.region} is no target of this deployment.`;
  throw missing('account', problem, 'See GET /datasources/aws/environments.');
}

/** A filter by target needs both halves. */
export function filterOf(
  world: World,
  { account, region }: { account?: string | undefined; region?: string | undefined },
): { target?: Target } {
  if (account === undefined && region === undefined) return {};
  if (account !== undefined && region !== undefined) return { target: targetOf(world, { account, region }) };
  const field = account === undefined ? 'account' : 'region';
  throw wrong([{ field, problem: 'account and region go together.', remedy: 'Give both, or leave both out.' }]);
}

export const defined = <Value extends object>(
  value: Value,
): { [Name in keyof Value]: Exclude<Value[Name], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
