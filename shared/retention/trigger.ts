import * as z from 'zod/mini';
import { account, planName, region } from '../../events/contract.ts';
import { DeleteRequested, HoldRequested, ReleaseRequested } from '../../events/operation-requests.ts';
import { RunCompleted, WorkDue } from '../../events/run-events.ts';
import type { Received } from '../door.ts';
import { PermanentError } from '../errors.ts';
import { whyIgnored } from '../run/wish.ts';
import { parseTarget, type Target, targetKey } from '../target.ts';
import type { Invocation, World } from '../world.ts';
import { type Retained, retain, retentionKey } from './apply.ts';
import { everyPlanInTarget, notDeployed, whyRefused } from './deployed.ts';
import type { PlanInTarget } from './facts.ts';
import { forget, want } from './lease.ts';
import { type PreviewedVerdict, preview } from './preview.ts';
import { type Operated, operate } from './requests.ts';

/** apply-retention takes the end of a run, what is due, and by hand a plan; with nothing at all, every plan becomes due. */
export const retentionDoor = {
  events: [RunCompleted, WorkDue, HoldRequested, ReleaseRequested, DeleteRequested],
  bare: z.union([
    z.strictObject({
      plan: z.optional(planName),
      account: z.optional(account),
      region: z.optional(region),
      /** Says what would happen, and does and writes nothing. */
      dryRun: z.optional(z.boolean()),
      /** Lifts the budget for this run. */
      confirm: z.optional(z.boolean()),
    }),
    z.strictObject({ hold: HoldRequested.detail }),
    z.strictObject({ release: ReleaseRequested.detail }),
    z.strictObject({ delete: DeleteRequested.detail }),
  ]),
} as const;

type BareWish = z.infer<(typeof retentionDoor)['bare']>;
type Bare = Exclude<BareWish, { hold: unknown } | { release: unknown } | { delete: unknown }>;

/** What is answered for a plan in a target. Without counts or verdicts it goes on later. */
export interface Answer {
  plan: string;
  target: string;
  refused?: string;
  retained?: Retained;
  verdicts?: PreviewedVerdict[];
}

/** Rules come from the deployed plans: an event only says which of them to apply. */
export const applyRetention =
  (world: World) =>
  async (received: Received<typeof retentionDoor>, invocation: Invocation): Promise<Answer[] | Operated | Ignored> => {
    if (received.type === 'bare') return bare(world, received.detail, invocation);
    if (received.type === 'Run Completed') return [await apply(world, runOf(received.detail), invocation)];
    if (received.type === 'Work Due') return [await apply(world, dueOf(received.detail.key), invocation, false)];
    const { envelope, detail, type } = received;
    const ignored = whyIgnored(envelope, world.hub.account, world.clock.now());
    if (ignored === undefined) return operate(world, { operation: operationOf[type], detail, ...envelope }, invocation);
    world.logger.warn('request ignored', { why: ignored });
    return { ignored };
  };

/** A request that nobody listens to, and why. */
export interface Ignored {
  ignored: string;
}

const operationOf = { 'Hold Requested': 'Hold', 'Release Requested': 'Release', 'Delete Requested': 'Delete' } as const;

async function bare(world: World, wish: BareWish, invocation: Invocation): Promise<Answer[] | Operated> {
  const asked = { id: invocation.id, at: world.clock.now() };
  if ('hold' in wish) return operate(world, { ...asked, operation: 'Hold', detail: wish.hold }, invocation);
  if ('release' in wish) return operate(world, { ...asked, operation: 'Release', detail: wish.release }, invocation);
  if ('delete' in wish) return operate(world, { ...asked, operation: 'Delete', detail: wish.delete }, invocation);
  return byHand(world, wish, invocation);
}

async function apply(world: World, of: PlanInTarget, invocation: Invocation, isWanted = true): Promise<Answer> {
  const refused = whyRefused(world, of);
  if (refused === undefined) return answer(of, { retained: await retain(world, of, invocation, { isWanted }) });
  world.logger.warn('retention refused', { ...of, refused });
  await forget(world, retentionKey(of));
  return answer(of, { refused });
}

async function byHand(world: World, wish: Bare, invocation: Invocation): Promise<Answer[]> {
  const all = everyPlanInTarget(world).filter((of) => isMeant(of, wish));
  if (all.length === 0) throw new PermanentError(whyNothing(world, wish));
  if (wish.dryRun) return Promise.all(all.map(async (of) => answer(of, { verdicts: await preview(world, of) })));
  if (wish.plan === undefined) {
    if (wish.confirm) throw new PermanentError('Say which plan is confirmed: {"plan": "…", "confirm": true}.');
    for (const of of all) await want(world, retentionKey(of));
    return all.map((of) => answer(of, {}));
  }
  const confirm = wish.confirm === true;
  const ends = await Promise.allSettled(all.map((of) => retain(world, of, invocation, { confirm })));
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join(' '));
  return ends.map((end, index) =>
    answer(all[index] as PlanInTarget, { retained: end.status === 'fulfilled' ? end.value : undefined }),
  );
}

/** Of a wish that no deployed plan in any of its targets fits. */
function whyNothing(world: World, { plan }: Bare): string {
  const ofPlan = everyPlanInTarget(world).filter((of) => plan === undefined || of.plan === plan);
  if (plan !== undefined && ofPlan.length === 0) return notDeployed(world, plan);
  const targets = [...new Set(ofPlan.map(({ target }) => targetKey(target)))].join(', ');
  const what = plan === undefined ? 'Tablekeep' : `Plan ${plan}`;
  return `${what} is not deployed there. Name one of its targets: ${targets}.`;
}

const isMeant = ({ plan, target }: PlanInTarget, wish: Bare): boolean =>
  (wish.plan ?? plan) === plan &&
  (wish.account ?? target.account) === target.account &&
  (wish.region ?? target.region) === target.region;

function answer({ plan, target }: PlanInTarget, more: { [Name in keyof Answer]?: Answer[Name] | undefined }): Answer {
  const given = Object.entries(more).filter(([, value]) => value !== undefined);
  return { plan, target: targetKey(target), ...Object.fromEntries(given) };
}

const runOf = ({ plan, ...target }: { plan: string } & Target): PlanInTarget => ({
  plan,
  target: { account: target.account, region: target.region },
});

/** `<account>/<region>#<plan>|retention` */
function dueOf(key: string): PlanInTarget {
  const [target = '', plan = ''] = (key.split('|')[0] ?? '').split('#');
  return { plan, target: parseTarget(target) };
}
