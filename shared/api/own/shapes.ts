import * as z from 'zod/mini';
import { account, region } from '../../../events/contract.ts';
import { knownTargets } from '../../points/known.ts';
import { type Target, targetKey } from '../../target.ts';
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

const noTarget = ({ account, region }: Target) =>
  missing('account', `${account}/${region} is no target of this deployment.`, 'See GET /datasources/aws/environments.');

/** A target of the deployment, or 404: nothing is looked for elsewhere. */
export function targetOf(world: World, asked: Target): Target {
  const target = deployedTarget(world, asked);
  if (target !== undefined) return target;
  throw noTarget(asked);
}

/** The same, or one that plans had once: what was written down of it can still be read. */
export async function knownTargetOf(world: World, asked: Target): Promise<Target> {
  const target = (await knownTargets(world)).find((one) => targetKey(one) === targetKey(asked));
  if (target !== undefined) return target;
  throw noTarget(asked);
}

/** A filter by target needs both halves. */
export function halvesOf({ account, region }: { account?: string | undefined; region?: string | undefined }) {
  if (account === undefined && region === undefined) return undefined;
  if (account !== undefined && region !== undefined) return { account, region };
  const field = account === undefined ? 'account' : 'region';
  throw wrong([{ field, problem: 'account and region go together.', remedy: 'Give both, or leave both out.' }]);
}

export const defined = <Value extends object>(
  value: Value,
): { [Name in keyof Value]: Exclude<Value[Name], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
