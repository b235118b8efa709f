import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { environments } from '../../standing/standing.ts';
import { route } from '../route.ts';
import { count } from '../words.ts';

const text = z.string();
/** The audit comes every hour; it may take its time and be tried again. */
const lateAfterMs = 3 * 3_600_000;

export const health = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/v1/health',
  id: 'health',
  summary: 'Whether the service looks after its targets: the catalog answers, and every target was audited lately',
  success: {
    status: 200,
    description: 'late: a target was not audited for three hours.',
    body: z.object({
      status: z.enum(['ok', 'late']),
      installation: text,
      account: text,
      region: text,
      now: text,
      plans: count,
      targets: z.array(z.object({ account: text, region: text, isDeployed: z.boolean(), auditedAt: z.optional(text) })),
    }),
  },
  failures: [],
  async act(world) {
    const now = world.clock.now();
    const targets = await environments(world);
    const isLate = targets.some(({ isDeployed, auditedAt = 0 }) => isDeployed && auditedAt < now - lateAfterMs);
    return {
      status: isLate ? ('late' as const) : ('ok' as const),
      installation: world.installation,
      ...world.hub,
      now: iso(now),
      plans: world.plans.size,
      targets: targets.map(({ target, isDeployed, auditedAt }) => ({
        ...target,
        isDeployed,
        ...(auditedAt !== undefined && { auditedAt: iso(auditedAt) }),
      })),
    };
  },
});
