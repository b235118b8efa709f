import * as z from 'zod/mini';
import { instant, planName } from '../../../events/contract.ts';
import { iso } from '../../clock.ts';
import { type Plan, targetsOf } from '../../plan.ts';
import { nextFirings } from '../../plans/forecast.ts';
import type { World } from '../../world.ts';
import { missing } from '../failure.ts';
import { route } from '../route.ts';

const text = z.string();
const target = z.object({ account: text, region: text });

const planView = z.object({
  name: text,
  schedule: text,
  timezone: text,
  enabled: z.boolean(),
  tables: z.object({ include: z.array(text), exclude: z.array(text), tags: z.record(text, text) }),
  keep: z.object({
    last: z.optional(z.int()),
    withinMs: z.optional(z.number()),
    hourly: z.optional(z.int()),
    daily: z.optional(z.int()),
    weekly: z.optional(z.int()),
    monthly: z.optional(z.int()),
    yearly: z.optional(z.int()),
    afterTableDeletedMs: z.optional(z.number()),
  }),
  targets: z.array(target),
  deadlineMs: z.number(),
  startWithinMs: z.number(),
  overlap: z.enum(['skip', 'queue']),
  rpoMs: z.optional(z.number()),
  ratePerSecond: z.optional(z.number()),
  /** Absent when it is off, or never fires again. */
  nextAt: z.optional(text),
});

function viewOf(world: World, plan: Plan): z.infer<typeof planView> {
  const { name, schedule, timezone, enabled, tables, keep, deadlineMs, startWithinMs, overlap } = plan;
  const [next] = enabled ? nextFirings(plan, world.clock.now(), 1) : [];
  return {
    ...{ name, schedule, timezone, enabled, tables, keep },
    targets: targetsOf(plan, world.hub),
    ...{ deadlineMs, startWithinMs, overlap },
    ...(plan.rpoMs !== undefined && { rpoMs: plan.rpoMs }),
    ...(plan.ratePerSecond !== undefined && { ratePerSecond: plan.ratePerSecond }),
    ...(next !== undefined && { nextAt: iso(next) }),
  };
}

/** The deployed plan of that name, or 404. */
export function planOf({ plans }: World, name: string, field = 'plan'): Plan {
  const plan = plans.get(name);
  if (plan !== undefined) return plan;
  const known = [...plans.keys()].join(', ') || 'none';
  throw missing(field, `There is no plan ${name}.`, `Deployed are: ${known}.`);
}

const own = { dialect: 'own', rights: 'read', method: 'GET' } as const;
export const plan = z.strictObject({ plan: planName });

export const listPlans = route({
  ...own,
  path: '/v1/plans',
  id: 'listPlans',
  summary: 'The plans as they are deployed',
  success: { status: 200, description: 'All of them.', body: z.object({ plans: z.array(planView) }) },
  failures: [],
  act: async (world) => ({ plans: [...world.plans.values()].map((one) => viewOf(world, one)) }),
});

export const readPlan = route({
  ...own,
  path: '/v1/plans/:plan',
  id: 'readPlan',
  summary: 'A plan as it is deployed',
  params: plan,
  success: { status: 200, description: 'The plan.', body: planView },
  failures: [404],
  act: async (world, { params }) => viewOf(world, planOf(world, params.plan)),
});

const countWords = 'write a whole number from 1 to 100';

export const listFirings = route({
  ...own,
  path: '/v1/plans/:plan/firings',
  id: 'listFirings',
  summary: 'When a plan fires next',
  params: plan,
  query: z.strictObject({
    count: z.optional(z.int(countWords).check(z.minimum(1, countWords), z.maximum(100, countWords))),
    /** Now by default. */
    after: z.optional(instant),
  }),
  success: {
    status: 200,
    description: 'Instants in UTC, and the zone that the schedule is meant in.',
    body: z.object({ plan: text, timezone: text, enabled: z.boolean(), firings: z.array(text) }),
  },
  failures: [404],
  async act(world, { params, query }) {
    const found = planOf(world, params.plan);
    const after = query.after === undefined ? world.clock.now() : Date.parse(query.after);
    const firings = nextFirings(found, after, query.count ?? 5).map(iso);
    return { plan: found.name, timezone: found.timezone, enabled: found.enabled, firings };
  },
});
