import * as z from 'zod/mini';
import { planName, runId as runIdOf } from '../../../events/contract.ts';
import { accountPattern, regionPattern } from '../../../events/patterns.ts';
import { iso } from '../../clock.ts';
import { runId } from '../../names.ts';
import { listRuns, readRun, tablesOfRun } from '../../run/list.ts';
import type { Backup, Run } from '../../run.ts';
import type { World } from '../../world.ts';
import { missing } from '../failure.ts';
import { route } from '../route.ts';
import { count } from '../words.ts';
import { defined, halvesOf, knownTargetOf, pageQuery, place, wrongCursor } from './shapes.ts';

const text = z.string();

const runView = z.object({
  id: text,
  plan: text,
  account: text,
  region: text,
  state: z.enum(['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED']),
  scheduledAt: text,
  deadlineAt: text,
  startedAt: z.optional(text),
  endedAt: z.optional(text),
  /** Of a run that somebody asked for. */
  requester: z.optional(z.object({ name: text, kind: z.enum(['verified', 'claimed']) })),
  reason: z.optional(text),
  expiresAt: z.optional(text),
  /** Why it was skipped. */
  skipped: z.optional(text),
  /** Why its tables could not be listed: it has failed. */
  error: z.optional(text),
  throttled: count,
  /** Once it has ended. */
  outcome: z.optional(z.object({ completed: count, failed: count, skipped: count, failedTables: z.array(text) })),
});

function viewOf(run: Run): z.infer<typeof runView> {
  const { plan, target, state, requester, reason: why, skipped, throttled, outcome } = run;
  const { startedAt, endedAt, expiresAt } = run;
  return {
    ...{ id: runId(run), plan, ...target, state },
    scheduledAt: iso(run.scheduledAt),
    deadlineAt: iso(run.deadlineAt),
    ...(startedAt !== undefined && { startedAt: iso(startedAt) }),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
    ...(requester && { requester }),
    ...(why !== undefined && { reason: why }),
    ...(expiresAt !== undefined && { expiresAt: iso(expiresAt) }),
    ...(skipped !== undefined && { skipped }),
    ...(run.listingError !== undefined && { error: run.listingError }),
    throttled,
    ...(outcome && { outcome }),
  };
}

const own = { dialect: 'own', method: 'GET' } as const;

export const listAllRuns = route({
  ...own,
  rights: 'read',
  path: '/v1/runs',
  id: 'listRuns',
  summary: 'Runs, newest first',
  query: z.strictObject({
    ...pageQuery,
    plan: z.optional(planName),
    account: z.optional(place.account),
    region: z.optional(place.region),
  }),
  success: {
    status: 200,
    description: 'A page of runs.',
    body: z.object({ runs: z.array(runView), next: z.optional(text) }),
  },
  failures: [404],
  async act(world, { query: { account, region, ...query } }) {
    const place = halvesOf({ account, region });
    const target = place && (await knownTargetOf(world, place));
    const found = await listRuns(world, { ...defined(query), ...(target && { target }) });
    if (found === undefined) throw wrongCursor();
    return { runs: found.runs.map(viewOf), ...(found.next !== undefined && { next: found.next }) };
  },
});

const stampWords = 'write the stamp of a run, as 20260131T020000Z';
/** The id of a run, part by part: `<account>/<region>/<plan>/<stamp>`. */
export const run = z.strictObject({
  account: z.string().check(z.regex(accountPattern, 'write the 12 digits of an account')),
  region: z.string().check(z.regex(regionPattern, 'write a Region, as eu-central-1')),
  plan: planName,
  stamp: z.string().check(z.regex(/^\d{8}T\d{6}Z(-[0-9a-f]{8})?$/, stampWords)),
});
export const runPath = '/v1/runs/:account/:region/:plan/:stamp';

/** The run of that id, or 404. */
export async function found(world: World, { account, region, plan, stamp }: z.infer<typeof run>): Promise<Run> {
  const id = `${account}/${region}/${plan}/${stamp}`;
  const there = z.safeParse(runIdOf, id).success ? await readRun(world, id) : undefined;
  if (there !== undefined) return there;
  throw missing('stamp', `There is no run ${id}.`, 'Take an id from GET /v1/runs.');
}

export const readOneRun = route({
  ...own,
  rights: 'read',
  path: runPath,
  id: 'readRun',
  summary: 'A run',
  params: run,
  success: { status: 200, description: 'The run.', body: runView },
  failures: [404],
  act: async (world, { params }) => viewOf(await found(world, params)),
});

const entryView = z.object({
  table: text,
  tableId: text,
  state: text,
  createdAt: z.optional(text),
  endedAt: z.optional(text),
  backupArn: z.optional(text),
  sizeBytes: z.optional(z.int()),
  error: z.optional(text),
});

const entryOf = ({ tableName, tableId, state, createdAt, endedAt, backupArn, sizeBytes, error }: Backup) => ({
  ...{ table: tableName, tableId, state },
  ...(createdAt !== undefined && { createdAt: iso(createdAt) }),
  ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
  ...(backupArn !== undefined && { backupArn }),
  ...(sizeBytes !== undefined && { sizeBytes }),
  ...(error !== undefined && { error }),
});

export const listTablesOfRun = route({
  ...own,
  rights: 'read',
  path: `${runPath}/tables`,
  id: 'listTablesOfRun',
  summary: 'The tables of a run, and how far each is',
  params: run,
  query: z.strictObject(pageQuery),
  success: {
    status: 200,
    description: 'A page of tables.',
    body: z.object({ tables: z.array(entryView), next: z.optional(text) }),
  },
  failures: [404],
  async act(world, { params, query }) {
    const page = await tablesOfRun(world, await found(world, params), defined(query));
    if (page === undefined) throw wrongCursor();
    return { tables: page.tables.map(entryOf), ...(page.next !== undefined && { next: page.next }) };
  },
});
