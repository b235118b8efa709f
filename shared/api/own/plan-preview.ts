import * as z from 'zod/mini';
import { iso } from '../../clock.ts';
import { nextFirings, steadyState } from '../../plans/forecast.ts';
import { dollarsPerGbMonth, gbBytes } from '../../plans/price.ts';
import { describeKeep } from '../../retention/rules.ts';
import { type StandingTable, tablesMeant } from '../../standing/standing.ts';
import { route } from '../route.ts';
import { count } from '../words.ts';
import { plan, planOf } from './plans.ts';

const priceWords = 'write dollars for a GB and month, as in 0.1';

/** As many names as a person reads; the list of tables has all. */
const mostTables = 1000;

const viewOf = ({ target, name, sizeBytes }: StandingTable) => ({ ...target, name, sizeBytes: sizeBytes ?? null });

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
    const { tables, asOf } = await tablesMeant(world, found);
    const sizeBytes = tables.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
    const backupsPerTable = steadyState(found, now);
    const gbMonths = (backupsPerTable * sizeBytes) / gbBytes;
    const price = Number(query.dollarsPerGbMonth ?? dollarsPerGbMonth);
    return {
      plan: found.name,
      enabled: found.enabled,
      firings: nextFirings(found, now, 5).map(iso),
      keep: describeKeep(found.keep),
      tables: tables.slice(0, mostTables).map(viewOf),
      tableCount: tables.length,
      ...{ backupsPerTable, backups: backupsPerTable * tables.length, gbMonths },
      dollarsPerMonth: found.enabled ? gbMonths * price : 0,
      ...(asOf !== undefined && { tablesAsOf: iso(asOf) }),
    };
  },
});
