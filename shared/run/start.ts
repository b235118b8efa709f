import { RequestRefused } from '../../events/operation-events.ts';
import { RunFailed, RunRequested, RunSkipped } from '../../events/run-events.ts';
import type { Received } from '../door.ts';
import { runFrom, runItem, ttlOfRun } from '../ledger.ts';
import { runId, stampOf } from '../names.ts';
import type { Plan } from '../plan.ts';
import { requestRefused } from '../request-refused.ts';
import { requesterOf } from '../requester.ts';
import type { Run } from '../run.ts';
import type { Invocation, World } from '../world.ts';
import { activeRuns } from './admission.ts';
import { contentOf, writeAsked } from './asked-before.ts';
import { cancel } from './cancel.ts';
import { runOfTables, runsOfPlan, whySkipped } from './runs-of-wish.ts';
import { runFailed, runRequested, runSkipped } from './told.ts';
import { type startRunDoor, type Wish, whyIgnored, wishOf } from './wish.ts';

/** What the invocation answers. */
export interface Started {
  runs: string[];
  cancelled?: string;
  skipped?: string[];
  failed?: string;
  ignored?: string;
}

/** When the heartbeat starts a run whose `Run Requested` has reached nobody. */
const startsByItselfMs = 60_000;

/** A firing or a request becomes a run per target; delivered twice it is the same runs. */
export const startRun =
  (world: World) =>
  async (received: Received<typeof startRunDoor>, invocation: Invocation): Promise<Started> => {
    const now = world.clock.now();
    const ignored = received.type === 'bare' ? undefined : whyIgnored(received.envelope, world.hub.account, now);
    if (ignored !== undefined) {
      world.logger.warn('request ignored', { why: ignored });
      return { runs: [], ignored };
    }
    const asked = wishOf(received, invocation, now);
    if ('cancel' in asked) return cancel(world, asked);
    // What is wrong by itself is refused before anything is written down.
    const plan = 'plan' in asked.detail ? world.plans.get(asked.detail.plan) : undefined;
    if (plan === undefined && runOfTables(asked, world) === undefined) return noSuchPlan(world, asked);
    const wish = await asFirstAsked(world, asked);
    if (wish === undefined) return refuse(world, asked);
    if (plan !== undefined) return startPlan(world, plan, wish);
    const run = runOfTables(wish, world);
    return tell(world, run === undefined ? [] : [await write(world, run, undefined)]);
  };

/** A request that was made before is what it was then: the same runs. Undefined: its id has another content. */
async function asFirstAsked(world: World, wish: Wish): Promise<Wish | undefined> {
  const { detail, requestId, scheduledAt } = wish;
  if (requestId === undefined || 'scheduledAt' in detail) return wish;
  const content = contentOf(detail);
  const first = await writeAsked(world, requestId, { at: scheduledAt, content });
  return first.content === content ? { ...wish, scheduledAt: first.at } : undefined;
}

async function refuse(world: World, { detail, requestId = '', requester, scheduledAt }: Wish): Promise<Started> {
  const { reason = '', target = world.hub } = { target: undefined, reason: undefined, ...detail };
  const sentence = `requestId: ${requestId} was used before, for other backups, which stay as they were asked for; give a new one.`;
  const request = { requestId, requester: requester ?? requesterOf({}), reason };
  await world.facts.publish(RequestRefused, [requestRefused('Backup', target, request, scheduledAt, sentence)]);
  return { runs: [], failed: sentence };
}

async function startPlan(world: World, plan: Plan, wish: Wish): Promise<Started> {
  const runs: Run[] = [];
  for (const run of runsOfPlan(plan, wish, world.hub)) {
    const isOtherActive = plan.overlap === 'skip' && (await activeRuns(world, run)).length > 0;
    runs.push(await write(world, run, whySkipped(plan, wish, world.clock.now(), isOtherActive)));
  }
  return tell(world, runs);
}

/** Writes the run, or that it was skipped, unless it is there; the answer is what is there now. */
async function write(world: World, run: Run, skipped: Run['skipped']): Promise<Run> {
  const now = world.clock.now();
  const item = runItem(
    skipped === undefined
      ? { ...run, due: 'work', dueAt: now + startsByItselfMs }
      : { ...run, state: 'SKIPPED', skipped, endedAt: now },
  );
  const ttl = skipped === undefined ? {} : { ttl: ttlOfRun(now) };
  const written = await world.catalog.put({ ...item, ...ttl }, { condition: 'attribute_not_exists(pk)' });
  return written.done || written.found === undefined ? runFrom(item) : runFrom(written.found);
}

async function tell(world: World, runs: Run[]): Promise<Started> {
  const now = world.clock.now();
  const asked = runs.filter(({ state }) => state === 'QUEUED' || state === 'RUNNING');
  const skipped = runs.filter(({ state }) => state === 'SKIPPED');
  await world.facts.publish(
    RunRequested,
    asked.map((run) => runRequested(world, run, now)),
  );
  const facts = skipped.map((run) => runSkipped(world, run, run.endedAt ?? now, run.skipped ?? 'late'));
  await world.facts.publish(RunSkipped, facts);
  world.logger.info('runs written', { runs: runs.map(runId), skipped: skipped.length });
  return {
    runs: runs.filter(({ state }) => state !== 'SKIPPED').map(runId),
    ...(skipped.length > 0 && { skipped: facts.map(({ sentence }) => sentence) }),
  };
}

async function noSuchPlan(world: World, { detail, scheduledAt, requestId }: Wish): Promise<Started> {
  const plan = 'plan' in detail ? detail.plan : '';
  const run = { target: world.hub, plan, stamp: stampOf(scheduledAt, requestId), scheduledAt };
  const known = [...world.plans.keys()].join(', ') || 'none';
  const failed = `There is no plan ${plan} (there are: ${known}); correct the request, or deploy plans.yml with it.`;
  await world.facts.publish(RunFailed, [runFailed(world, run, world.clock.now(), failed)]);
  return { runs: [], failed };
}
