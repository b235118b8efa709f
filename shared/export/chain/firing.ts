import { PermanentError } from '../../errors.ts';
import { targetsOf } from '../../plan.ts';
import type { ExportsPlan } from '../../plans/exports.ts';
import { nextFiring, parseSchedule } from '../../schedule.ts';
import { parseTarget, targetKey } from '../../target.ts';
import { taskKey } from '../../task/task.ts';
import type { World } from '../../world.ts';
import type { Round } from './chain.ts';

/** A task of its own kind: the heartbeat and the audit look at it like at any other. */
const prefix = 'export-round/';

/** Lease, due time and memory of a round are one item: `task#export-round/<account>/<region>/<plan>`. */
export const roundId = ({ target, plan }: Round): string => `${prefix}${targetKey(target)}/${plan}`;

export const isRound = (id: string): boolean => id.startsWith(prefix);

/** The reverse of `roundId`. */
export function roundOf(id: string): Round {
  const [account, region, plan = ''] = id.slice(prefix.length).split('/');
  return { target: parseTarget(`${account}/${region}`), plan };
}

/** Of exports, by schedule or by hand. */
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
  for (const id of ids) {
    await world.catalog.update(taskKey(id), {
      update: 'SET goal = :goal, due = :work, dueAt = :now',
      condition: 'attribute_not_exists(goal) OR goal < :goal',
      values: { ':goal': goal, ':work': 'work', ':now': world.clock.now() },
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

const mostFirings = 1000;

/** The last firing after that one and until now, which has brought nothing; undefined when there is none. */
export function missedFiring({ schedule, timezone }: ExportsPlan, after: number, now: number): number | undefined {
  const parsed = parseSchedule(schedule, timezone);
  let latest: number | undefined;
  for (let at = nextFiring(parsed, after), n = 0; at !== undefined && at <= now && n < mostFirings; n++) {
    latest = at;
    at = nextFiring(parsed, at);
  }
  return latest;
}
