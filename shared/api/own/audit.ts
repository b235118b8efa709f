import * as z from 'zod/mini';
import { accountPattern, regionPattern } from '../../../events/patterns.ts';
import { iso } from '../../clock.ts';
import { dayReport, type Evidence, evidenceOf } from '../../standing/evidence.ts';
import type { Target } from '../../target.ts';
import type { World } from '../../world.ts';
import { missing } from '../failure.ts';
import { route } from '../route.ts';
import { count } from '../words.ts';
import { defined, knownTargetOf, pageQuery, wrongCursor } from './shapes.ts';

const text = z.string();
const own = { dialect: 'own', method: 'GET', rights: 'read' } as const;
const dateWords = 'write a day, as 2026-01-31';

const day = z.strictObject({
  account: z.string().check(z.regex(accountPattern, 'write the 12 digits of an account')),
  region: z.string().check(z.regex(regionPattern, 'write a Region, as eu-central-1')),
  /** Stamps of runs have four digits of a year; before 2000 there was none. */
  date: z.iso.date(dateWords).check(z.regex(/^2\d{3}-/, dateWords)),
});
const path = '/v1/audits/:account/:region/:date';

const noReport = (date: string) =>
  missing('date', `There is no report of ${date}.`, 'Reports are written once a day, and kept for 400 days.');

export const readReport = route({
  ...own,
  path,
  id: 'readReport',
  summary: 'The daily report of a target: what the event Protection Report said',
  params: day,
  success: {
    status: 200,
    description: 'The facts, and the sentence.',
    body: z.record(text, z.unknown()),
  },
  failures: [404],
  async act(world, { params: { date, ...place } }) {
    const report = await dayReport(world, await knownTargetOf(world, place), date);
    if (report === undefined) throw noReport(date);
    return report;
  },
});

const evidenceView = z.object({
  backupId: text,
  pointId: text,
  plan: text,
  table: text,
  tableId: text,
  what: z.enum(['completed', 'failed', 'skipped', 'deleted', 'vanished']),
  at: text,
  createdAt: z.optional(text),
  backupArn: z.optional(text),
  sizeBytes: z.optional(z.int()),
  reason: z.optional(text),
});

const viewOf = ({ tableName, at, createdAt, ...evidence }: Evidence): z.infer<typeof evidenceView> => ({
  ...defined(evidence),
  table: tableName,
  at: iso(at),
  ...(createdAt !== undefined && { createdAt: iso(createdAt) }),
});

export const listEvidence = route({
  ...own,
  path: `${path}/evidence`,
  id: 'listEvidence',
  summary: 'Every backup that ended on a day, and what became of it',
  description: 'Of a day that is not over, what the ledger says until now; isFinal tells.',
  params: day,
  query: z.strictObject(pageQuery),
  success: {
    status: 200,
    description: 'A page of evidence, by time.',
    body: z.object({
      evidence: z.array(evidenceView),
      isFinal: z.boolean(),
      totalCount: count,
      next: z.optional(text),
    }),
  },
  failures: [404],
  async act(world, { params: { date, ...place }, query }) {
    const found = await evidenceIn(world, await knownTargetOf(world, place), date, defined(query));
    return { ...found, evidence: found.evidence.map(viewOf) };
  },
});

async function evidenceIn(world: World, target: Target, date: string, page: { limit?: number; cursor?: string }) {
  const found = await evidenceOf(world, target, date, page);
  if (found === undefined) throw wrongCursor();
  return found;
}
