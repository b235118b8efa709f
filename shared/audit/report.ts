import { ProtectionReport } from '../../events/audit-events.ts';
import { iso } from '../clock.ts';
import { backupFrom, backupsOf } from '../ledger.ts';
import { adHoc } from '../names.ts';
import { listed } from '../protection-changed.ts';
import type { Backup } from '../run.ts';
import { type End, endsOf } from '../standing/ends.ts';
import { keepEvidence, keepReport } from '../standing/keep-evidence.ts';
import { type Target, targetKey } from '../target.ts';
import type { Fact, World } from '../world.ts';
import { targetsLeft } from './left.ts';
import type { Protection } from './protection.ts';
import { plansIn, type Tables } from './tables.ts';

const dayMs = 86_400_000;

/** More names than this nobody reads in a sentence. */
const mostNamed = 10;

/** What the ledger says of the last 24 hours, and whether backups are left. */
export interface Day {
  completed: number;
  failed: number;
  deleted: number;
  available: number;
}

/** How a target stands, as an audit has found it. */
export interface Standing {
  tables: Tables;
  protections: Map<string, Protection[]>;
  /** All plans that ever had a backup here. */
  knownPlans: string[];
  /** Where the service is deployed: all targets that a plan ever had. */
  knownTargets: string[];
  /** Dates (UTC) of which nothing can come any more, and which were not written down yet. */
  daysOver: string[];
}

/** Puts the daily report on the bus. */
export async function report(world: World, target: Target, standing: Standing): Promise<void> {
  const now = world.clock.now();
  const deployed = new Set([adHoc, ...plansIn(world, target).map(({ name }) => name)]);
  const days = new Map<string, Day>();
  const evidence = new Map(standing.daysOver.map((date) => [date, [] as End[]]));
  const note = (backup: Backup) => {
    for (const end of endsOf(backup)) evidence.get(iso(end.at).slice(0, 10))?.push(end);
  };
  for (const plan of standing.knownPlans) days.set(plan, await dayOf(world, target, plan, now - dayMs, note));
  const left = {
    plansNotDeployed: standing.knownPlans.filter((plan) => !deployed.has(plan) && days.get(plan)?.available).sort(),
    targetsNotDeployed: await targetsLeft(world, standing.knownTargets),
  };
  await keepEvidence(world, target, evidence);
  const fact = reportOf(target, standing, [...days.values()], left, now);
  await keepReport(world, target, iso(now).slice(0, 10), fact);
  await world.facts.publish(ProtectionReport, [fact]);
}

/** Reads the whole ledger of the plan; `note` sees every entry of it. */
async function dayOf(
  world: World,
  target: Target,
  plan: string,
  since: number,
  note: (backup: Backup) => void,
): Promise<Day> {
  const day: Day = { completed: 0, failed: 0, deleted: 0, available: 0 };
  for await (const item of world.catalog.query(backupsOf({ target, plan }))) {
    const backup = backupFrom(item);
    note(backup);
    const { state, endedAt = 0, deletedAt = 0, isDuplicate } = backup;
    if (state === 'AVAILABLE') day.available++;
    if (deletedAt >= since) day.deleted++;
    if (endedAt < since || isDuplicate) continue;
    if (state === 'FAILED') day.failed++;
    else if (state !== 'SKIPPED') day.completed++;
  }
  return day;
}

/** A table of several plans counts once, by the worst of them. */
export function reportOf(
  target: Target,
  { tables: { names, optedOut, selected }, protections }: Pick<Standing, 'tables' | 'protections'>,
  days: Day[],
  left: Pick<Facts, 'plansNotDeployed' | 'targetsNotDeployed'>,
  now: number,
): Fact<typeof ProtectionReport> {
  const worst = new Map<string, Protection['state']>();
  for (const { table, state } of [...protections.values()].flat()) {
    const known = worst.get(table.name) ?? 'protected';
    worst.set(table.name, order.indexOf(state) < order.indexOf(known) ? state : known);
  }
  const meant = new Set([...selected.values()].flat().map(({ name }) => name));
  const count = (wanted: Protection['state']) => [...worst.values()].filter((state) => state === wanted).length;
  const sum = (name: keyof Day) => days.reduce((total, day) => total + day[name], 0);
  const oldest = oldestOf(protections);
  const facts = {
    tables: names.length,
    protected: count('protected'),
    overdue: count('overdue'),
    waiting: count('waiting'),
    inNoPlan: names.filter((name) => !meant.has(name) && !optedOut.has(name)).length,
    optedOut: optedOut.size,
    ...(oldest && { oldest }),
    completedToday: sum('completed'),
    failedToday: sum('failed'),
    deletedToday: sum('deleted'),
    ...left,
  };
  const id = `${targetKey(target)}/report/${iso(now).slice(0, 10)}`;
  return { ...target, ...facts, id, at: iso(now), sentence: sentenceOf(target, facts) };
}

const order: Protection['state'][] = ['overdue', 'waiting', 'protected'];

function oldestOf(protections: Map<string, Protection[]>) {
  const all = [...protections].flatMap(([plan, ofPlan]) =>
    ofPlan.flatMap(({ table, newestAt }) => (newestAt === undefined ? [] : [{ table: table.name, plan, newestAt }])),
  );
  const [first] = all.sort((a, b) => a.newestAt - b.newestAt);
  return first && { ...first, newestAt: iso(first.newestAt) };
}

type Facts = Omit<Fact<typeof ProtectionReport>, 'id' | 'at' | 'sentence' | 'account' | 'region'>;

function sentenceOf(target: Target, facts: Facts): string {
  const { oldest, plansNotDeployed, targetsNotDeployed } = facts;
  const parts = [
    `${targetKey(target)}: of ${facts.tables} tables ${facts.protected} are protected, ${facts.overdue} overdue, ${facts.waiting} waiting for their first backup, ${facts.inNoPlan} in no plan, ${facts.optedOut} opted out.`,
    `In the last 24 hours ${facts.completedToday} backups completed, ${facts.failedToday} failed, ${facts.deletedToday} were deleted by retention.`,
  ];
  if (oldest)
    parts.push(`The oldest newest backup is that of ${oldest.table} (plan ${oldest.plan}), from ${oldest.newestAt}.`);
  if (plansNotDeployed.length > 0) {
    parts.push(
      `Not deployed any more, but with backups that stay: ${plansNotDeployed.join(', ')}. Delete them by hand, or deploy the plan again to have its keep applied.`,
    );
  }
  if (targetsNotDeployed.length > 0) {
    const some = listed(targetsNotDeployed.slice(0, mostNamed), targetsNotDeployed.length);
    parts.push(
      `In no plan any more, but with backups that stay: ${some}. Nobody audits them: delete them by hand, or give a plan the target again.`,
    );
  }
  return parts.join(' ');
}
