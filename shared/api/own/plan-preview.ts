import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import type { Plan } from '../../plan.ts';
import { nextFirings, steadyState } from '../../plans/forecast.ts';
import { dollarsPerGbMonth, gbBytes } from '../../plans/price.ts';
import { describeKeep } from '../../retention/rules.ts';
import { type StandingTable, tablesOf } from '../../standing/standing.ts';
import type { World } from '../../world.ts';
import { route } from '../route.ts';
import { count } from '../words.ts';
import { plan, planOf } from './plans.ts';

const priceWords = 'write dollars for a GB and month, as in 0.1';

/** As many names as a person reads; the list of tables has all. */
const mostTables = 1000;

export const previewPlan = route({
  method: 'GET',
  path: '/v1/plans/:plan/preview',
  dialect: 'own',
  rights: 'read',
  id: 'previewPlan',
  summary: 'What a plan will do and cost',
  description: `The tables that it means are those of the last audit. The price is that of us-east-1 unless another is given.`,
  params: plan,
  query: z.strictObject({
    dollarsPerGbMonth: z.optional(z.string(priceWords).check(z.regex(/^\d{1,6}(\.\d{1,6})?$/, priceWords))),
  }),
  success: {
    status: 200,
    description: 'Firings, tables, and in steady state backups and dollars a month.',
    body: z.object({
      plan: z.string(),
      enabled: z.boolean(),
      firings: z.array(z.string()),
      keep: z.string(),
      /** By target; the first 1000. */
      tables: z.array(
        z.object({ account: z.string(), region: z.string(), name: z.string(), sizeBytes: z.nullable(z.int()) }),
      ),
      tableCount: count,
      backupsPerTable: count,
      backups: count,
      gbMonths: z.number(),
      dollarsPerMonth: z.number(),
      /** Absent when nothing was audited yet. */
      tablesAsOf: z.optional(z.string()),
    }),
  },
  failures: [404],
  async act(world, { params, query }) {
    const found = planOf(world, params.plan);
    const now = world.clock.now();
    const { tables, sizeBytes, tableCount, asOf } = await meant(world, found);
    const backupsPerTable = steadyState(found, now);
    const gbMonths = (backupsPerTable * sizeBytes) / gbBytes;
    const price = Number(query.dollarsPerGbMonth ?? dollarsPerGbMonth);
    return {
      plan: found.name,
      enabled: found.enabled,
      firings: nextFirings(found, now, 5).map(iso),
      keep: describeKeep(found.keep),
      tables,
      ...{ tableCount, backupsPerTable, backups: backupsPerTable * tableCount, gbMonths },
      dollarsPerMonth: found.enabled ? gbMonths * price : 0,
      ...(asOf !== undefined && { tablesAsOf: iso(asOf) }),
    };
  },
});

/** Every table that the plan means, by the audits of its targets. */
async function meant(world: World, { name }: Plan) {
  const all: StandingTable[] = [];
  let asOf: number | undefined;
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await tablesOf(world, { plan: name, limit: 1000, ...(cursor !== undefined && { cursor }) });
    if (page === undefined) break;
    all.push(...page.tables);
    asOf ??= page.asOf;
    cursor = page.next;
  }
  return {
    tables: all
      .slice(0, mostTables)
      .map(({ target, name: table, sizeBytes = null }) => ({ ...target, name: table, sizeBytes })),
    tableCount: all.length,
    sizeBytes: all.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0),
    asOf,
  };
}
