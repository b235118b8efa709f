import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { ExportCaughtUp, ExportOverdue } from '../../events/chain-events.ts';
import { iso } from '../clock.ts';
import { type Chain, chainsOf, type Round, waitingKey } from '../export/chain/chain.ts';
import { type ExportsPlan, exportsOverdueAt } from '../plans/exports.ts';
import { type Target, targetKey } from '../target.ts';
import type { Fact, TableDescription, World } from '../world.ts';
import type { Changes } from './changes.ts';
import { exportsIn, type Tables } from './tables.ts';

/** What is remembered of a table; written on change only. */
interface Remembered {
  /** Since when a table without any export is waited for. */
  since: number;
  isOverdue?: boolean;
}

/** A table whose exports end at `until`, or, with none, that has waited for one since then. */
interface Looked {
  table: TableDescription;
  before: Remembered | undefined;
  until?: number;
  since: number;
  overdueAt: number;
}

/**
 * Finds tables whose exports are behind by more than their plan allows, and tells of every change, once. It looks at
 * tables and chains only, so that rounds which stand still are found as well.
 */
export async function auditExports(world: World, target: Target, tables: Tables, changes: Changes): Promise<void> {
  for (const plan of exportsIn(world, target).filter(({ enabled }) => enabled)) {
    const round = { target, plan: plan.name };
    const looked = await look(world, round, plan, tables.exported.get(plan.name) ?? []);
    const now = world.clock.now();
    await tellOverdue(world, round, looked, changes);
    const well = looked.filter(({ before, overdueAt }) => before?.isOverdue && now < overdueAt);
    const told = well.flatMap((one) => {
      if (one.until === undefined) return [];
      const fact = caughtUp(round, one.table, one.until, now);
      return [{ fact, name: nameOf(round, one), remember: () => remember(world, round, one, { since: one.since }) }];
    });
    await changes.found('exportsCaughtUp', ExportCaughtUp, told);
    const longestMs = Math.max(0, ...looked.map(({ until, since }) => now - (until ?? since)));
    const metric = world.metrics.singleMetric().addDimension('exports', plan.name);
    metric.addMetric('SecondsBehind', MetricUnit.Seconds, longestMs / 1000);
  }
}

async function tellOverdue(world: World, round: Round, looked: Looked[], changes: Changes): Promise<void> {
  const now = world.clock.now();
  const late = looked.filter(({ before, overdueAt }) => now >= overdueAt && !before?.isOverdue);
  const told = late.map((one) => ({
    fact: overdue(round, one, now),
    name: nameOf(round, one),
    remember: () => remember(world, round, one, { since: one.since, isOverdue: true }),
  }));
  await changes.found('exportsOverdue', ExportOverdue, told);
}

async function look(world: World, round: Round, plan: ExportsPlan, tables: TableDescription[]): Promise<Looked[]> {
  const chains = (await chainsOf(world, round)).filter(({ endedAt }) => endedAt === undefined);
  const byId = new Map(chains.map((chain) => [chain.table.id, chain]));
  const remembered = await recall(world, round);
  const now = world.clock.now();
  const looked = tables.map((table): Looked => {
    const chain: Partial<Chain> = byId.get(table.id) ?? {};
    const before = remembered.get(table.id);
    const since = chain.since ?? before?.since ?? now;
    const overdueAt = exportsOverdueAt(plan, chain.until ?? since) ?? Number.POSITIVE_INFINITY;
    return { table, before, since, overdueAt, ...(chain.until !== undefined && { until: chain.until }) };
  });
  for (const one of looked) {
    if (one.before === undefined && one.until === undefined) await remember(world, round, one, { since: one.since });
    remembered.delete(one.table.id);
  }
  for (const id of remembered.keys()) await world.catalog.remove(waitingKey(round, id));
  return looked;
}

async function recall(world: World, round: Round): Promise<Map<string, Remembered>> {
  const { pk, sk: prefix } = waitingKey(round, '');
  const remembered = new Map<string, Remembered>();
  for await (const { sk, ...item } of world.catalog.query({ pk, prefix })) {
    remembered.set(String(sk).slice(prefix.length), item as unknown as Remembered);
  }
  return remembered;
}

const remember = (world: World, round: Round, { table }: Looked, what: Remembered) =>
  world.catalog.put({ ...waitingKey(round, table.id), ...what });

const nameOf = ({ plan }: Round, { table }: Looked): string => `${table.name} (${plan})`;

const ofATable = ({ plan, target }: Round, { name, id }: TableDescription) => ({
  plan,
  account: target.account,
  region: target.region,
  table: name,
  tableId: id,
});

const hours = (ms: number) => `${Math.round(ms / 360_000) / 10} h`;

function overdue(round: Round, { table, until, since, overdueAt }: Looked, now: number): Fact<typeof ExportOverdue> {
  const last = until === undefined ? 'Nothing of it was ever exported' : `What is exported ends at ${iso(until)}`;
  return {
    ...ofATable(round, table),
    ...(until !== undefined && { until: iso(until) }),
    rpoSeconds: (overdueAt - (until ?? since)) / 1000,
    overdueSeconds: (now - overdueAt) / 1000,
    id: `${targetKey(round.target)}/${round.plan}/${table.id}/exports-overdue/${until ?? since}`,
    at: iso(overdueAt),
    sentence: `The exports ${round.plan} of ${table.name} in ${targetKey(round.target)} are behind: ${last}, and more was due by ${iso(overdueAt)}, ${hours(now - overdueAt)} ago. Look at Export Round Completed, which names what stands in the way.`,
  };
}

function caughtUp(round: Round, table: TableDescription, until: number, now: number): Fact<typeof ExportCaughtUp> {
  return {
    ...ofATable(round, table),
    until: iso(until),
    id: `${targetKey(round.target)}/${round.plan}/${table.id}/exports-caught-up/${until}`,
    at: iso(now),
    sentence: `The exports ${round.plan} of ${table.name} in ${targetKey(round.target)} are well again: they reach ${iso(until)}.`,
  };
}
