import { kindOf } from '../errors.ts';
import { idOfRefused } from '../ledger.ts';
import { type Plan, targetsOf } from '../plan.ts';
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
}

/** Which plans of the deployment have this target. */
export function plansIn({ plans, hub }: Pick<World, 'plans' | 'hub'>, target: Target): Plan[] {
  const here = targetKey(target);
  return [...plans.values()].filter((plan) => targetsOf(plan, hub).some((other) => targetKey(other) === here));
}

/** Every target of a plan, and where the service is deployed. */
export function auditedTargets({ plans, hub }: Pick<World, 'plans' | 'hub'>): Target[] {
  const targets = [hub, ...[...plans.values()].flatMap((plan) => targetsOf(plan, hub))];
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

/** Lists the tables, their tags in bulk, and describes those that a plan means. */
export async function lookAtTables(world: World, target: Target): Promise<Tables> {
  const names = await listNames(world, target);
  const tags = new Map<string, Record<string, string>>();
  for await (const { arn, tags: ofTable } of world.tagging(target).taggedTables()) {
    tags.set(arn.slice(arn.indexOf(':table/') + 7), ofTable);
  }
  const tables = names.map((name) => ({ name, tags: tags.get(name) ?? {} }));
  const meant = new Map(
    plansIn(world, target).map((plan) => [plan.name, selectTables(tables, plan.tables).map(({ name }) => name)]),
  );
  const described = await describe(world, target, new Set([...meant.values()].flat()));
  const isDescribed = (table: TableDescription | undefined) => table !== undefined;
  return {
    names,
    optedOut: new Set(tables.filter((table) => isOptedOut(table.tags)).map(({ name }) => name)),
    selected: new Map(
      [...meant].map(([plan, ofPlan]) => [plan, ofPlan.map((name) => described.get(name)).filter(isDescribed)]),
    ),
  };
}

async function listNames(world: World, target: Target): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = await world.dynamodb(target, 'read').listTables(after);
    names.push(...page.names);
    after = page.next;
  }
  const isHome = targetKey(target) === targetKey(world.hub);
  return names.filter((name) => !isHome || name !== world.options.catalog);
}

/** Those that are deleted in between are left out; one that may not be described is there, and has no backup. */
async function describe(world: World, target: Target, wanted: Set<string>): Promise<Map<string, TableDescription>> {
  const names = [...wanted];
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
