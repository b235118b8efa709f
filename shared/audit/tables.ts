import { kindOf } from '../errors.ts';
import { idOfRefused } from '../ledger.ts';
import { pages } from '../pages.ts';
import { type Plan, targetsOf } from '../plan.ts';
import type { ExportsPlan } from '../plans/exports.ts';
import { isOptedOut, selectTables } from '../selection.ts';
import { type Target, targetKey } from '../target.ts';
import type { TableDescription, World } from '../world.ts';

/** At once: DescribeTable is allowed 2,500 times a second. */
const describedAtOnce = 20;

/** The tables of a target as the audit sees them; the catalog is not among them. */
export interface Tables {
  names: string[];
  optedOut: Set<string>;
  /** By plan, what it means here. */
  selected: Map<string, TableDescription[]>;
  /** The same of exports. */
  exported: Map<string, TableDescription[]>;
  /** By name. */
  described: Map<string, TableDescription>;
}

/** Which plans of the deployment have this target. */
export function plansIn({ plans, hub }: Pick<World, 'plans' | 'hub'>, target: Target): Plan[] {
  return [...plans.values()].filter(isIn(target, hub));
}

/** The same of exports. */
export function exportsIn({ exportPlans, hub }: Pick<World, 'exportPlans' | 'hub'>, target: Target): ExportsPlan[] {
  return [...exportPlans.values()].filter(isIn(target, hub));
}

const isIn = (target: Target, hub: Target) => (plan: Pick<Plan, 'targets'>) =>
  targetsOf(plan, hub).some((other) => targetKey(other) === targetKey(target));

/** Every target of a plan, or of exports that are on, and where the service is deployed. */
export function auditedTargets({ plans, exportPlans, hub }: Pick<World, 'plans' | 'exportPlans' | 'hub'>): Target[] {
  const exports = [...exportPlans.values()].filter(({ enabled }) => enabled);
  const targets = [hub, ...[...plans.values(), ...exports].flatMap((plan) => targetsOf(plan, hub))];
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

/** Lists the tables, their tags in bulk, and describes all of them: also who asks for one in no plan is to find it. */
export async function lookAtTables(world: World, target: Target): Promise<Tables> {
  const names = await listNames(world, target);
  const tags = new Map<string, Record<string, string>>();
  for await (const { arn, tags: ofTable } of world.tagging(target).taggedTables()) {
    tags.set(arn.slice(arn.indexOf(':table/') + 7), ofTable);
  }
  const tables = names.map((name) => ({ name, tags: tags.get(name) ?? {} }));
  const namesOf = (plans: Pick<Plan, 'name' | 'tables'>[]) =>
    plans.map((plan) => [plan.name, selectTables(tables, plan.tables).map(({ name }) => name)] as const);
  const [meant, exported] = [namesOf(plansIn(world, target)), namesOf(exportsIn(world, target))];
  const described = await describe(world, target, names);
  const isDescribed = (table: TableDescription | undefined) => table !== undefined;
  const tablesOf = (all: typeof meant) =>
    new Map(all.map(([plan, ofPlan]) => [plan, ofPlan.map((name) => described.get(name)).filter(isDescribed)]));
  return {
    names,
    optedOut: new Set(tables.filter((table) => isOptedOut(table.tags)).map(({ name }) => name)),
    selected: tablesOf(meant),
    exported: tablesOf(exported),
    described,
  };
}

async function listNames(world: World, target: Target): Promise<string[]> {
  const names: string[] = [];
  const list = (after: string | undefined) => world.dynamodb(target, 'read').listTables(after);
  for await (const page of pages(list, ({ next }) => next)) names.push(...page.names);
  const isHome = targetKey(target) === targetKey(world.hub);
  return names.filter((name) => !isHome || name !== world.options.catalog);
}

/** Those that are deleted in between are left out; one that may not be described is there, and has no backup. */
async function describe(world: World, target: Target, names: string[]): Promise<Map<string, TableDescription>> {
  const described = new Map<string, TableDescription>();
  const one = async (name: string) => {
    try {
      described.set(name, await world.dynamodb(target, 'read').describeTable(name));
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'refused') described.set(name, undescribed(name));
      else if (kind !== 'gone') throw error;
    }
  };
  for (let start = 0; start < names.length; start += describedAtOnce) {
    await Promise.all(names.slice(start, start + describedAtOnce).map(one));
  }
  return described;
}

const undescribed = (name: string): TableDescription => ({
  name,
  id: idOfRefused(name),
  arn: '',
  status: '',
  isBeingRestored: false,
  createdAt: 0,
  sizeBytes: 0,
  itemCount: 0,
});
