import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { BackupOverdue, BackupProtected } from '../../events/audit-events.ts';
import { backupFrom, backupsOf } from '../ledger.ts';
import { instantOf } from '../names.ts';
import type { Plan } from '../plan.ts';
import { overdueAt } from '../plans/overdue.ts';
import type { PlanInTarget } from '../retention/facts.ts';
import { tableKey } from '../retention/gone.ts';
import { contentAt } from '../retention/rules.ts';
import type { TableDescription, World } from '../world.ts';
import type { Changes } from './changes.ts';
import { isProtected, type Lateness, overdue } from './facts.ts';

/** A table that a plan means: `waiting` has no backup yet and need not have one. */
export interface Protection {
  table: TableDescription;
  state: 'protected' | 'overdue' | 'waiting';
  newestAt?: number;
  /** From then on it is overdue; absent: never. */
  overdueAt?: number;
}

/** What is remembered of a table of a plan; written on change only. */
interface Remembered {
  /** Since when a table without a backup is waited for. */
  since?: number;
  isOverdue?: boolean;
  /** Of an overdue one: its newest backup. */
  newestAt?: number;
}

/** What is audited of a plan in a target: the tables that it means. */
export interface Audited {
  of: PlanInTarget;
  plan: Plan;
  tables: TableDescription[];
  lastAuditAt: number;
}

/** A table as it is, and what is remembered of it. */
interface Looked extends Protection {
  before: Remembered;
  lateness: Lateness;
}

/** Finds which tables of a plan are overdue and tells of every change, once. */
export async function auditProtection(world: World, audited: Audited, changes: Changes): Promise<Protection[]> {
  const { of } = audited;
  const looked = await look(world, audited);
  await rememberWaiting(world, of, looked);
  await tellOverdue(world, of, looked, changes);
  await tellWellAgain(world, of, looked, changes);
  const longestMs = Math.max(0, ...looked.map(({ lateness }) => world.clock.now() - lateness.overdueAt));
  // Zero every hour would cost a metric's whole month; an alarm takes what is missing for well.
  if (longestMs > 0) {
    const metric = world.metrics.singleMetric().addDimension('plan', of.plan);
    metric.addMetric('SecondsOverdue', MetricUnit.Seconds, longestMs / 1000);
  }
  return looked;
}

async function look(world: World, { of, plan, tables, lastAuditAt }: Audited): Promise<Looked[]> {
  const remembered = await recall(world, of);
  const newest = await findNewest(world, of, plan, tables, remembered);
  const now = world.clock.now();
  return tables.map((table) => {
    const before = remembered.get(table.id) ?? {};
    const newestAt = newest.get(table.id) ?? before.newestAt;
    // A table that a plan means from today on is not late today, however old it is.
    const since = before.since ?? (table.createdAt >= lastAuditAt ? table.createdAt : now);
    const lateness = { ...given({ newestAt }), since, overdueAt: overdueAt(plan, newestAt ?? since) ?? Infinity };
    const state = now >= lateness.overdueAt ? 'overdue' : newestAt === undefined ? 'waiting' : 'protected';
    const { overdueAt: late } = lateness;
    return { table, state, before, lateness, ...given({ newestAt }), ...(late < Infinity && { overdueAt: late }) };
  });
}

const given = ({ newestAt }: { newestAt: number | undefined }) => (newestAt === undefined ? {} : { newestAt });

async function rememberWaiting(world: World, of: PlanInTarget, looked: Looked[]): Promise<void> {
  for (const { table, newestAt, before, lateness } of looked) {
    if (newestAt !== undefined || before.since !== undefined) continue;
    await remember(world, of, table.id, { since: lateness.since });
  }
}

async function tellOverdue(world: World, of: PlanInTarget, looked: Looked[], changes: Changes): Promise<void> {
  const late = looked.filter(({ state, before }) => state === 'overdue' && !before.isOverdue);
  const told = late.map(({ table, newestAt, lateness }) => ({
    fact: overdue(of, table, lateness, world.clock.now()),
    name: nameOf(of, table),
    remember: () => remember(world, of, table.id, { isOverdue: true, ...given({ newestAt }) }),
  }));
  await changes.found('overdue', BackupOverdue, told);
}

/** Without a backup there is nothing to tell: the plan is off, or asks for less now. */
async function tellWellAgain(world: World, of: PlanInTarget, looked: Looked[], changes: Changes): Promise<void> {
  const well = looked.filter(({ state, before }) => state !== 'overdue' && before.isOverdue);
  const forget = (table: TableDescription) =>
    world.catalog.update(tableKey(of, table.id), { update: 'REMOVE isOverdue, newestAt' });
  const told = well.flatMap(({ table, newestAt }) => {
    if (newestAt === undefined) return [];
    const fact = isProtected(of, table, newestAt, world.clock.now());
    return [{ fact, name: nameOf(of, table), remember: () => forget(table) }];
  });
  await changes.found('protected', BackupProtected, told);
  for (const { table, newestAt } of well) if (newestAt === undefined) await forget(table);
}

const nameOf = ({ plan }: PlanInTarget, { name }: TableDescription) => `${name} (${plan})`;

/**
 * The newest AVAILABLE backup of each table, by reading the ledger from its newest end. It stops where all are found,
 * or where everything older would be late and whatever is still missing is known to be.
 */
async function findNewest(
  world: World,
  of: PlanInTarget,
  plan: Plan,
  tables: TableDescription[],
  remembered: Map<string, Remembered>,
): Promise<Map<string, number>> {
  const missing = new Set(tables.map(({ id }) => id));
  const newest = new Map<string, number>();
  let lookedAt = '';
  for await (const item of world.catalog.query({ ...backupsOf(of), backwards: true })) {
    if (missing.size === 0) break;
    const backup = backupFrom(item);
    if (backup.stamp !== lookedAt) {
      const isLate = (overdueAt(plan, instantOf(backup.stamp)) ?? Infinity) <= world.clock.now();
      if (isLate && [...missing].every((id) => remembered.get(id)?.isOverdue)) break;
      lookedAt = backup.stamp;
    }
    if (backup.state === 'AVAILABLE' && missing.delete(backup.tableId)) newest.set(backup.tableId, contentAt(backup));
  }
  return newest;
}

async function recall(world: World, of: PlanInTarget): Promise<Map<string, Remembered>> {
  const { pk, sk: prefix } = tableKey(of, '');
  const remembered = new Map<string, Remembered>();
  for await (const { sk, ...item } of world.catalog.query({ pk, prefix })) {
    remembered.set(String(sk).slice(prefix.length), item as Remembered);
  }
  return remembered;
}

async function remember(world: World, of: PlanInTarget, tableId: string, change: Remembered): Promise<void> {
  const entries = Object.entries(change);
  await world.catalog.update(tableKey(of, tableId), {
    update: `SET ${entries.map(([name]) => `${name} = :${name}`).join(', ')}`,
    values: Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
  });
}
