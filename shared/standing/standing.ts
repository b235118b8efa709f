import { auditKey, type Memory } from '../audit/memory.ts';
import { auditedTargets } from '../audit/tables.ts';
import { cursorOf, readCursor } from '../cursor.ts';
import { type Plan, targetsOf } from '../plan.ts';
import { pointId } from '../points/id.ts';
import { knownTargets, type Reader } from '../points/known.ts';
import { listPoints } from '../points/list.ts';
import { contentAt } from '../retention/rules.ts';
import type { Backup } from '../run.ts';
import { newestCapture } from '../settings/store.ts';
import { type Target, targetKey } from '../target.ts';
import { type Names, readStanding, type Seen, type StandingTable } from './read.ts';

export type { StandingTable } from './read.ts';

export interface TableQuery {
  target?: Target;
  /** Exact. */
  name?: string;
  namePrefix?: string;
  /** Only tables that this plan means. */
  plan?: string;
  /** `unplanned`: in no plan and not opted out. */
  state?: 'protected' | 'overdue' | 'waiting' | 'unplanned' | 'optedOut';
  /** At most 1,000; default 100. */
  limit?: number;
  cursor?: string;
}

export interface TablePage {
  tables: StandingTable[];
  totalCount: number;
  /** When the oldest of the audits was that it is from; undefined when there was none yet. */
  asOf?: number;
  next?: string;
}

/** Tables by target and name. `undefined`: the cursor is not one of this query. */
export async function tablesOf(world: Reader, query: TableQuery): Promise<TablePage | undefined> {
  const { target, name, namePrefix, plan, state, limit = 100, cursor } = query;
  const asked = ['tables', target && targetKey(target), name, namePrefix, plan, state];
  const read = cursor === undefined ? { place: undefined } : readCursor<Place>(asked, cursor, ['', '', 0]);
  if ('problem' in read) return undefined;
  const { place } = read;
  const isLeft = (table: StandingTable) => fits(table, query) && (place === undefined || isAfter(table, place));
  const isAll = [name, namePrefix, plan, state].every((filter) => filter === undefined);
  // What no plan has any more nobody audits, and nobody knows how its tables stand.
  const targets = target === undefined ? auditedTargets(world) : [target];
  const { tables, count, asOf } = await readStanding(world, targets.toSorted(byKey), {
    namesIn: (of) => namesLeft(targetKey(of), query, place),
    // What filters leave out is counted once, for the first page, and the cursor knows the sum.
    ...((isAll || place) && { isEnough: (seen) => seen.filter(isLeft).length > limit }),
  });
  const left = tables.filter(isLeft);
  const totalCount = isAll ? count : (place?.[2] ?? left.length);
  const page = left.slice(0, limit);
  const last = left.length > limit ? page.at(-1) : undefined;
  return {
    tables: page,
    totalCount,
    ...(asOf !== undefined && { asOf }),
    ...(last && { next: cursorOf(asked, [targetKey(last.target), last.name, totalCount]) }),
  };
}

/** Every table that a plan means, of its own targets and read once: for sums, where pages would read all of them each. */
export async function tablesMeant(world: Reader, plan: Plan): Promise<Seen> {
  const seen = await readStanding(world, targetsOf(plan, world.hub).toSorted(byKey));
  return { ...seen, tables: seen.tables.filter((table) => fits(table, { plan: plan.name })) };
}

const byKey = (a: Target, b: Target) => (targetKey(a) < targetKey(b) ? -1 : 1);

/** Where a page ended: target and name of its last table, and the sum of the first page. */
type Place = [key: string, after: string, totalCount: number];

/** Those that the query means and that come after the place; undefined: none in that target. */
function namesLeft(key: string, { name, namePrefix = '' }: TableQuery, place: Place | undefined): Names | undefined {
  const from = name ?? namePrefix;
  const names = { from, until: name ?? `${from}\uffff` };
  if (place === undefined || key > place[0]) return names;
  return key === place[0] ? { ...names, from: place[1] > from ? place[1] : from } : undefined;
}

function isAfter({ target, name }: StandingTable, [key, after]: Place): boolean {
  const mine = targetKey(target);
  return mine === key ? name > after : mine > key;
}

function fits({ name, isOptedOut, protections }: StandingTable, query: TableQuery): boolean {
  const { namePrefix = '', plan, state } = query;
  const ofPlan = protections.filter((one) => plan === undefined || one.plan === plan);
  if ((query.name ?? name) !== name || !name.startsWith(namePrefix)) return false;
  if (plan !== undefined && ofPlan.length === 0) return false;
  if (state === undefined) return true;
  if (state === 'optedOut') return isOptedOut;
  if (state === 'unplanned') return protections.length === 0 && !isOptedOut;
  return ofPlan.some((one) => one.state === state);
}

/** Where it is, its newest capture says; without one it is looked for everywhere. */
export async function tableById(world: Reader, tableId: string): Promise<StandingTable | undefined> {
  const targets = auditedTargets(world);
  const captures = await Promise.all(targets.map((target) => newestCapture(world, target, tableId)));
  for (const capture of captures) {
    if (capture === undefined) continue;
    const { target, tableName: name } = capture;
    const { tables } = await readStanding(world, [target], { namesIn: () => ({ from: name, until: name }) });
    const found = tables.find(({ id }) => id === tableId);
    if (found !== undefined) return found;
  }
  return (await readStanding(world, targets)).tables.find(({ id }) => id === tableId);
}

/** What is known beside the last audit: read from the ledger now. */
export interface TableStatus extends StandingTable {
  /** The newest AVAILABLE backup of any plan. */
  lastGood?: { id: string; at: number; ageMs: number; plan: string };
  /** When its settings were captured last, if ever. */
  settingsCapturedAt?: number;
}

export async function protectionOf(world: Reader, table: StandingTable): Promise<TableStatus> {
  const { id, target } = table;
  if (id === undefined) return table;
  const [backup, capture] = await Promise.all([newestAvailable(world, id), newestCapture(world, target, id)]);
  const at = backup === undefined ? 0 : contentAt(backup);
  const ageMs = world.clock.now() - at;
  return {
    ...table,
    ...(backup && { lastGood: { id: pointId(backup), at, ageMs, plan: backup.plan } }),
    ...(capture && { settingsCapturedAt: capture.capturedAt }),
  };
}

async function newestAvailable(world: Reader, tableId: string): Promise<Backup | undefined> {
  const page = await listPoints(world, { tableId, limit: -1 });
  return 'points' in page ? page.points.find(({ state }) => state === 'AVAILABLE') : undefined;
}

/** Where tables are backed up, or were. */
export interface Environment {
  target: Target;
  /** Plans have it now. */
  isDeployed: boolean;
  /** When it was audited last. */
  auditedAt?: number;
}

export async function environments(world: Reader): Promise<Environment[]> {
  const targets = (await knownTargets(world)).sort(byKey);
  const memories = await world.catalog.getAll(targets.map(auditKey));
  const lookedAt = new Map(memories.map((item) => [String(item.pk), (item as Memory).lookedAt]));
  const deployed = new Set(auditedTargets(world).map(targetKey));
  return targets.map((target) => {
    const auditedAt = lookedAt.get(auditKey(target).pk);
    return {
      target,
      isDeployed: deployed.has(targetKey(target)),
      ...(auditedAt !== undefined && { auditedAt }),
    };
  });
}
