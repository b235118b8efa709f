import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { ExportRoundCompleted } from '../../../events/chain-events.ts';
import { errorText, isOfAws, PermanentError } from '../../errors.ts';
import { LeaseLost } from '../../lease.ts';
import { targetsOf } from '../../plan.ts';
import type { ExportsPlan } from '../../plans/exports.ts';
import { nextFiring, parseSchedule } from '../../schedule.ts';
import { parseTarget, targetKey } from '../../target.ts';
import { Driver } from '../../task/driver.ts';
import { taskKey } from '../../task/task.ts';
import type { Invocation, World } from '../../world.ts';
import { advance, isSettled, type Rounding } from './advance.ts';
import { type Chain, chainsOf, type Round } from './chain.ts';
import { chooseTables } from './tables.ts';
import { roundCompleted } from './told.ts';

/** A task of its own kind: the heartbeat and the audit look at it like at any other. */
const prefix = 'export-round/';

/** Lease, due time and memory of a round are one item: `task#export-round/<account>/<region>/<plan>`. */
export const roundId = ({ target, plan }: Round): string => `${prefix}${targetKey(target)}/${plan}`;

export const isRound = (id: string): boolean => id.startsWith(prefix);

function roundOf(id: string): Round {
  const [account, region, plan = ''] = id.slice(prefix.length).split('/');
  return { target: parseTarget(`${account}/${region}`), plan };
}

/** A firing, by schedule or by hand. */
export interface Firing {
  exports: string;
  /** Epoch ms; now by default. */
  scheduledAt?: number;
}

/** Scheduler's clock may be ahead of ours by so much: what is later has not come yet. */
const skewMs = 300_000;

/** What a firing asks for is due in every target; the same firing twice is one. Answers the rounds. */
export async function fire(world: World, { exports: name, scheduledAt }: Firing): Promise<string[]> {
  const plan = world.exportPlans.get(name);
  if (plan === undefined) {
    const known = [...world.exportPlans.keys()].join(', ') || 'none';
    throw new PermanentError(
      `There are no exports ${name} (there are: ${known}); correct it, or deploy plans.yml with it.`,
    );
  }
  const ids = targetsOf(plan, world.hub).map((target) => roundId({ target, plan: name }));
  const goal = await goalAsked(world, ids[0] ?? '', scheduledAt);
  const now = world.clock.now();
  for (const id of ids) {
    await world.catalog.update(taskKey(id), {
      update: 'SET goal = :goal, due = :work, dueAt = :now',
      condition: 'attribute_not_exists(goal) OR goal < :goal',
      values: { ':goal': goal, ':work': 'work', ':now': now },
    });
  }
  return ids;
}

/** Scheduler's time, or ours when there is none, which DynamoDB must agree with. */
async function goalAsked({ catalog, clock, quotas }: World, id: string, scheduledAt?: number): Promise<number> {
  if (scheduledAt !== undefined && scheduledAt <= clock.now() + skewMs) return Math.floor(scheduledAt / 1000) * 1000;
  await catalog.get(taskKey(id));
  quotas.requireClock();
  return Math.floor(clock.now() / 1000) * 1000;
}

/** What a round remembers, beside its lease. */
interface Memory {
  goal?: number;
  /** The tables were chosen for it. */
  chosenFor?: number;
  /** It is over, and told. */
  doneFor?: number;
}

/** Goes on with a round from whatever the catalog and AWS say; may be killed anywhere. */
export async function driveRound(world: World, id: string, invocation: Invocation): Promise<void> {
  const driver = await Driver.take(world, id, invocation);
  if (driver === undefined) return;
  world.logger.appendKeys({ round: id });
  const round = roundOf(id);
  const plan = planOf(world, round);
  try {
    if (plan === undefined) return await driver.end();
    // What is due, and what was missed, must not be told by a clock that is off.
    world.quotas.requireClock();
    const memory = driver.item as Memory;
    const goal = await goalOf(world, driver, plan, memory);
    const rounding = { world, invocation, round, plan, goal };
    const dueAt = await driver.keepDuring(() => goOn(rounding, driver, memory));
    if (dueAt === undefined) await driver.end();
    else await driver.leave(dueAt);
    await wakeForNewer(world, id, goal);
  } catch (error) {
    if (error instanceof LeaseLost) return world.logger.warn('another driver has taken over');
    // Lambda's own retries go first. Where this fails, too, the lease runs out.
    await driver.leave(world.clock.now() + afterRetriesMs).catch(() => {});
    throw error;
  }
}

/** Lambda invokes a function that threw again after one minute, and after two more. */
const afterRetriesMs = 240_000;

/** The plan as it is deployed, while it is on and has this target. */
function planOf({ exportPlans, hub }: World, { plan: name, target }: Round): ExportsPlan | undefined {
  const plan = exportPlans.get(name);
  const isHere = plan?.enabled && targetsOf(plan, hub).some((other) => targetKey(other) === targetKey(target));
  return isHere ? plan : undefined;
}

/** A firing that never came is made up for here: the heartbeat wakes a round that is over when the next one is due. */
async function goalOf(world: World, driver: Driver, plan: ExportsPlan, { goal = 0, doneFor }: Memory): Promise<number> {
  const missed = doneFor === goal ? latestFiring(plan, goal, world.clock.now()) : undefined;
  if (missed === undefined) return goal;
  world.logger.warn('a firing did not come', { scheduledAt: missed });
  await driver.write({ goal: missed });
  return missed;
}

const mostFirings = 1000;

function latestFiring({ schedule, timezone }: ExportsPlan, after: number, now: number): number | undefined {
  const parsed = parseSchedule(schedule, timezone);
  let latest: number | undefined;
  for (let at = nextFiring(parsed, after), n = 0; at !== undefined && at <= now && n < mostFirings; n++) {
    latest = at;
    at = nextFiring(parsed, at);
  }
  return latest;
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
    return next === undefined ? undefined : next + lateMs;
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
