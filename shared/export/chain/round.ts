import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { ExportRoundCompleted } from '../../../events/chain-events.ts';
import { errorText, isOfAws, kindOf } from '../../errors.ts';
import { LeaseLost } from '../../lease.ts';
import { targetsOf } from '../../plan.ts';
import type { ExportsPlan } from '../../plans/exports.ts';
import { nextFiring, parseSchedule } from '../../schedule.ts';
import { targetKey } from '../../target.ts';
import { Driver } from '../../task/driver.ts';
import { taskKey } from '../../task/task.ts';
import type { Invocation, World } from '../../world.ts';
import { advance } from './advance.ts';
import { type Chain, chainsOf, type Round } from './chain.ts';
import { missedFiring, roundOf } from './firing.ts';
import { isSettled, type Rounding } from './rounding.ts';
import { chooseTables } from './tables.ts';
import { roundCompleted } from './told.ts';

/** What a round remembers, beside its lease. */
interface Memory {
  goal?: number;
  /** The tables were chosen for it. */
  chosenFor?: number;
  /** It is over, and told. */
  doneFor?: number;
  /** What was thrown, and so told, in the round up to that goal, and by which invocation. */
  failure?: { goal: number; by: string };
}

/** Goes on with a round from whatever the catalog and AWS say; may be killed anywhere. */
export async function driveRound(world: World, id: string, invocation: Invocation): Promise<void> {
  const driver = await Driver.take(world, id, invocation);
  if (driver === undefined) return;
  world.logger.appendKeys({ round: id });
  const plan = planOf(world, roundOf(id));
  try {
    if (plan === undefined) return await driver.end();
    const memory = driver.item as Memory;
    // What is due, and what was missed, must not be told by a clock that is off: it is due at once, for another process.
    if (isClockOff(world)) return await driver.leave(memory.goal ?? 0);
    const goal = await goalOf(world, driver, plan, memory);
    const rounding = { world, invocation, round: roundOf(id), plan, goal };
    const dueAt = await driver.keepDuring(() => goOn(rounding, driver, memory));
    if (dueAt === undefined) await driver.end();
    else await driver.leave(dueAt);
    await wakeForNewer(world, id, goal);
  } catch (error) {
    if (error instanceof LeaseLost) return world.logger.warn('another driver has taken over');
    await afterError({ world, round: roundOf(id), invocation }, driver, error);
  }
}

function isClockOff({ quotas, logger }: World): boolean {
  try {
    quotas.requireClock();
    return false;
  } catch (error) {
    logger.error('the round is left to another process', { error: errorText(error) });
    return true;
  }
}

/** Lambda invokes a function that threw again after one minute, and after two more. */
const afterRetriesMs = 240_000;
const laterMs = 900_000;

/**
 * What AWS cannot do at the moment is tried again soon: if it stays so, the audit finds tables overdue. Anything else is
 * thrown, and so told, once in a round, under the id under which Lambda repeats the invocation.
 */
async function afterError(
  { world, round, invocation: { id } }: Pick<Rounding, 'world' | 'round' | 'invocation'>,
  driver: Driver,
  error: unknown,
): Promise<void> {
  const { goal = 0, failure } = driver.item as Memory;
  const isPassing = isOfAws(error) && kindOf(error) !== 'refused';
  const isTold = failure?.goal === goal && failure.by !== id;
  world.logger.error('round failed', { error: errorText(error) });
  if (kindOf(error) === 'credentials') renewAll(world, round);
  const dueAt = world.clock.now() + (isPassing ? soonMs : isTold ? laterMs : afterRetriesMs);
  // Where this fails, too, the lease runs out.
  if (!isPassing && !isTold) await driver.write({ failure: { goal, by: id } }).catch(() => {});
  await driver.leave(dueAt).catch(() => {});
  if (!isPassing && !isTold) throw error;
}

function renewAll(world: World, { target }: Round): void {
  for (const capability of ['read', 'export'] as const) world.renewCredentials(target, capability);
}

/** The plan as it is deployed, while it has this target. One that is off fires by hand only. */
function planOf({ exportPlans, hub }: World, { plan: name, target }: Round): ExportsPlan | undefined {
  const plan = exportPlans.get(name);
  const isHere = plan && targetsOf(plan, hub).some((other) => targetKey(other) === targetKey(target));
  return isHere ? plan : undefined;
}

/** A firing that never came is made up for here: the heartbeat wakes a round that is over when the next one is due. */
async function goalOf(world: World, driver: Driver, plan: ExportsPlan, { goal = 0, doneFor }: Memory): Promise<number> {
  const missed = plan.enabled && doneFor === goal ? missedFiring(plan, goal, world.clock.now()) : undefined;
  if (missed === undefined) return goal;
  world.logger.warn('a firing did not come', { scheduledAt: missed });
  await driver.write({ goal: missed });
  return missed;
}

const soonMs = 60_000;
/** Scheduler and Lambda may be late by so much. */
const lateMs = 600_000;
/** A table's look makes some ten calls, and most of them take turns. */
const atOnce = 5;

/** One pass over all tables that are not settled; answers when the next one is due, if ever. */
async function goOn(
  rounding: Rounding,
  driver: Driver,
  { chosenFor = 0, doneFor = 0 }: Memory,
): Promise<number | undefined> {
  const { world, round, plan, goal } = rounding;
  if (chosenFor < goal) {
    await chooseTables(rounding);
    await driver.write({ chosenFor: goal });
  }
  const chains = (await chainsOf(world, round)).filter(({ endedAt }) => endedAt === undefined);
  const open = chains.filter((chain) => !isSettled(chain, goal));
  const { advanced, errors } = await advanceAll(rounding, driver, open);
  const left = advanced.filter((chain) => !isSettled(chain, goal));
  const now = world.clock.now();
  if (left.length === 0 && errors.length === 0) {
    if (doneFor < goal) await complete(rounding, driver);
    const next = nextFiring(parseSchedule(plan.schedule, plan.timezone), goal);
    return next === undefined || !plan.enabled ? undefined : next + lateMs;
  }
  const wakes = left.map(({ step, retryAt }) => (step === undefined ? (retryAt ?? now) : now + soonMs));
  const own = errors.find((error) => error instanceof LeaseLost) ?? errors.find((error) => !isOfAws(error));
  if (own !== undefined) throw own;
  return Math.max(now, Math.min(...wakes, ...(errors.length > 0 ? [now + soonMs] : [])));
}

/** One table's trouble costs no other its export. */
async function advanceAll(rounding: Rounding, driver: Driver, open: Chain[]) {
  const advanced: Chain[] = [];
  const errors: unknown[] = [];
  const one = async (chain: Chain) => {
    try {
      advanced.push(await advance(rounding, chain));
    } catch (error) {
      rounding.world.logger.warn('table waits', { table: chain.table.name, error: errorText(error) });
      if (kindOf(error) === 'credentials') renewAll(rounding.world, rounding.round);
      errors.push(error);
    }
  };
  for (let start = 0; start < open.length; start += atOnce) {
    const some = open.slice(start, start + atOnce);
    if (driver.isEnding) advanced.push(...open.slice(start));
    if (driver.isEnding) break;
    await Promise.all(some.map(one));
  }
  return { advanced, errors };
}

async function complete({ world, round, goal }: Rounding, driver: Driver): Promise<void> {
  const chains = (await chainsOf(world, round)).filter(({ endedAt }) => endedAt === undefined);
  const fact = roundCompleted(round, goal, chains, world.clock.now());
  await world.facts.publish(ExportRoundCompleted, [fact]);
  const metric = world.metrics.singleMetric().addDimension('exports', round.plan);
  metric.addMetric('TablesNotExported', MetricUnit.Count, fact.failed);
  await driver.write({ doneFor: goal });
}

/** A firing that came while this one was driven found the round leased, and its due time was written over. */
async function wakeForNewer({ catalog, clock }: World, id: string, goal: number): Promise<void> {
  await catalog.update(taskKey(id), {
    update: 'SET due = :work, dueAt = :now',
    condition: 'goal > :goal AND attribute_not_exists(driver)',
    values: { ':work': 'work', ':now': clock.now(), ':goal': goal },
  });
}
