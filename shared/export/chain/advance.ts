import { errorText, kindOf } from '../../errors.ts';
import { inSlots } from '../../task/paced.ts';
import { type Chain, writeChain } from './chain.ts';
import { decide } from './decide.ts';
import { end, isSettled, leaveInTrouble, type Rounding } from './rounding.ts';
import { lookAtStep, stepOf } from './step.ts';

/** Goes on with one table until it is settled, or has to wait; may be killed anywhere. */
export async function advance(rounding: Rounding, chain: Chain): Promise<Chain> {
  const { world, goal } = rounding;
  for (let now = chain; ; ) {
    if (isSettled(now, goal) || (now.retryAt ?? 0) > world.clock.now()) return now;
    const came = await (now.step === undefined ? begin(rounding, now) : lookAtStep(rounding, now, now.step)).catch(
      (error: unknown) => orTrouble(rounding, now, error),
    );
    if (came === undefined) return now;
    now = came;
  }
}

/** A right that is missing does not come by trying again soon. */
function orTrouble(rounding: Rounding, chain: Chain, error: unknown): Promise<Chain> {
  if (kindOf(error) !== 'refused') throw error;
  return leaveInTrouble(rounding, chain, `It was refused: ${errorText(error)}.`);
}

/** Decides what is next, and writes it down before anything is asked for. */
async function begin(rounding: Rounding, chain: Chain): Promise<Chain> {
  const { world, round, plan, goal } = rounding;
  const { name, id } = chain.table;
  if (chain.endsAs !== undefined) return end(rounding, chain, chain.endsAs);
  const bucket = world.options.exportBuckets.find((one) => one.name === plan.bucket);
  if (bucket === undefined) {
    const remedy = `deploy with ${plan.bucket} among the buckets of the parameter exportBuckets`;
    return leaveInTrouble(
      rounding,
      chain,
      `The deployment does not let exports be written to ${plan.bucket}: ${remedy}.`,
    );
  }
  const calls = world.exports(round.target);
  const table = await calls.describeTable(name);
  if (table === undefined || table.id !== id) {
    return end(rounding, chain, table === undefined ? 'the table is gone' : 'another table has its name now');
  }
  const recovery = await inSlots(world, round.target)('DescribeContinuousBackups', () => calls.recoveryWindow(name));
  const now = world.clock.now();
  const decision = decide(plan, chain, goal, { now, ...(recovery && { recovery }) });
  world.logger.info('export decided', { table: name, ...decision });
  switch (decision.act) {
    case 'blocked':
      return leaveInTrouble(rounding, chain, decision.trouble);
    case 'settled':
      return writeChain(world, round, chain, { settledFor: goal, retryAt: undefined, trouble: undefined });
    case 'wait':
      return writeChain(world, round, chain, {
        retryAt: now + Math.min(Math.max(decision.forMs, 1000), longestWaitMs),
      });
    case 'export':
      return writeChain(world, round, chain, { step: stepOf(rounding, chain, table, decision), retryAt: undefined });
  }
}

/** AWS's window follows time by five minutes; clocks that disagree may say more. */
const longestWaitMs = 600_000;
