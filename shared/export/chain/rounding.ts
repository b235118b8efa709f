import { ExportChainEnded } from '../../../events/chain-events.ts';
import type { ExportsPlan } from '../../plans/exports.ts';
import type { Invocation, World } from '../../world.ts';
import { type Chain, type Round, writeChain } from './chain.ts';
import { ended } from './told.ts';

/** A round while this process drives it. */
export interface Rounding {
  world: World;
  invocation: Invocation;
  round: Round;
  plan: ExportsPlan;
  /** Everything is to be exported up to this instant. */
  goal: number;
}

/** Nothing is left to do for it in this round, or it is left to the next one. */
export const isSettled = ({ settledFor, endedAt }: Chain, goal: number): boolean =>
  endedAt !== undefined || (settledFor !== undefined && settledFor >= goal);

/** Something stands in the way: it is said when the round is over, and the next one looks again. */
export const leaveInTrouble = ({ world, round, goal }: Rounding, chain: Chain, trouble: string): Promise<Chain> =>
  writeChain(world, round, chain, { trouble: trouble.slice(0, 500), settledFor: goal, retryAt: undefined });

/** What it has exported stays; a table of the same name is another. */
export async function end({ world, round }: Rounding, chain: Chain, reason: string): Promise<Chain> {
  const now = world.clock.now();
  await world.facts.publish(ExportChainEnded, [ended(round, chain, reason, now)]);
  return writeChain(world, round, chain, { endedAt: now, step: undefined, retryAt: undefined, trouble: undefined });
}
