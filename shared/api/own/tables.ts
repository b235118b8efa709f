import * as z from 'zod/mini';
import { planName, tableName } from '../../../events/contract.ts';
import { iso } from '../../clock.ts';
import { protectionOf, type StandingTable, tableById, tablesOf } from '../../standing/standing.ts';
import { missing } from '../failure.ts';
import { route } from '../route.ts';
import { count, uuid } from '../words.ts';
import { planOf } from './plans.ts';
import { defined, halvesOf, pageQuery, place, targetOf, wrongCursor } from './shapes.ts';

const text = z.string();

const protection = z.object({
  plan: text,
  state: z.enum(['protected', 'overdue', 'waiting']),
  newestAt: z.optional(text),
  overdueAt: z.optional(text),
  rpoMs: z.optional(z.number()),
});

const tableView = z.object({
  name: text,
  account: text,
  region: text,
  id: z.optional(text),
  arn: z.optional(text),
  status: z.optional(text),
  sizeBytes: z.optional(z.int()),
  itemCount: z.optional(z.int()),
  isOptedOut: z.boolean(),
  protections: z.array(protection),
});

function viewOf({ name, target, id, arn, status, sizeBytes, itemCount, isOptedOut, protections }: StandingTable) {
  return {
    name,
    ...target,
    ...defined({ id, arn, status, sizeBytes, itemCount }),
    isOptedOut,
    protections: protections.map(({ plan, state, newestAt, overdueAt, rpoMs }) => ({
      ...{ plan, state },
      ...(newestAt !== undefined && { newestAt: iso(newestAt) }),
      ...(overdueAt !== undefined && { overdueAt: iso(overdueAt) }),
      ...(rpoMs !== undefined && { rpoMs }),
    })),
  };
}

export const listStanding = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/v1/tables',
  id: 'listTables',
  summary: 'Which tables are protected, overdue, or in no plan, as of the last audit',
  query: z.strictObject({
    ...pageQuery,
    name: z.optional(tableName),
    namePrefix: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
    plan: z.optional(planName),
    state: z.optional(z.enum(['protected', 'overdue', 'waiting', 'unplanned', 'optedOut'])),
    account: z.optional(place.account),
    region: z.optional(place.region),
  }),
  success: {
    status: 200,
    description: 'A page of tables, by target and name.',
    body: z.object({
      tables: z.array(tableView),
      totalCount: count,
      /** Absent when nothing was audited yet. */
      asOf: z.optional(text),
      next: z.optional(text),
    }),
  },
  failures: [404],
  async act(world, { query: { account, region, ...query } }) {
    if (query.plan !== undefined) planOf(world, query.plan);
    const asked = halvesOf({ account, region });
    const found = await tablesOf(world, { ...defined(query), ...(asked && { target: targetOf(world, asked) }) });
    if (found === undefined) throw wrongCursor();
    const { tables, totalCount, asOf, next } = found;
    return {
      tables: tables.map(viewOf),
      totalCount,
      ...(asOf !== undefined && { asOf: iso(asOf) }),
      ...(next !== undefined && { next }),
    };
  },
});

export const readStanding = route({
  dialect: 'own',
  method: 'GET',
  rights: 'read',
  path: '/v1/tables/:table_id',
  id: 'readTable',
  summary: "How a table is protected: last good backup, its age, the plan's rpo, settings captured",
  params: z.strictObject({ table_id: uuid }),
  success: {
    status: 200,
    description: 'The table.',
    body: z.extend(tableView, {
      /** The newest AVAILABLE backup of any plan. */
      lastGood: z.optional(z.object({ id: text, at: text, ageMs: z.number(), plan: text })),
      settingsCapturedAt: z.optional(text),
    }),
  },
  failures: [404],
  async act(world, { params }) {
    const table = await tableById(world, params.table_id);
    if (table === undefined) {
      const problem = `No table with the id ${params.table_id} was there at the last audit.`;
      throw missing('table_id', problem, 'Take an id from GET /v1/tables.');
    }
    const { lastGood, settingsCapturedAt } = await protectionOf(world, table);
    return {
      ...viewOf(table),
      ...(lastGood && { lastGood: { ...lastGood, at: iso(lastGood.at) } }),
      ...(settingsCapturedAt !== undefined && { settingsCapturedAt: iso(settingsCapturedAt) }),
    };
  },
});
