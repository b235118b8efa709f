import { kindOf } from '../errors.ts';
import { pages } from '../pages.ts';
import type { Backup } from '../run.ts';
import { targetKey } from '../target.ts';
import type { World } from '../world.ts';
import type { PlanInTarget } from './facts.ts';

/** At once: DescribeTable is allowed 2,500 times a second. */
const describedAtOnce = 20;

/** Since when each table is known to be gone. */
export type GoneTables = Map<string, number>;

/**
 * The tables of these backups that are not there any more: by name from the list, by id from the description, since
 * a name can be used again. What is found for the first time is gone since `now`.
 */
export async function findGoneTables(world: World, of: PlanInTarget, backups: Backup[], now: number) {
  const tables = new Map(backups.filter(isAvailable).map(({ tableId, tableName }) => [tableId, tableName]));
  const living = await livingTables(world, of, tables);
  const known = await rememberedGone(world, of);
  return new Map([...tables.keys()].filter((id) => !living.has(id)).map((id) => [id, known.get(id) ?? now]));
}

/** Writes what has changed: a table that has gone, or that is there again. */
export async function rememberGoneTables(world: World, of: PlanInTarget, gone: GoneTables): Promise<void> {
  const known = await rememberedGone(world, of);
  for (const [id, goneAt] of gone) {
    if (known.has(id)) continue;
    await world.catalog.update(tableKey(of, id), { update: 'SET goneAt = :goneAt', values: { ':goneAt': goneAt } });
  }
  for (const id of known.keys()) {
    if (!gone.has(id)) await world.catalog.update(tableKey(of, id), { update: 'REMOVE goneAt' });
  }
}

/** Where what is known of a plan's table stands: whether it is protected, and since when it is gone. */
export function tableKey({ plan, target }: PlanInTarget, tableId: string) {
  return { pk: `${targetKey(target)}#${plan}`, sk: `table#${tableId}` };
}

async function rememberedGone(world: World, of: PlanInTarget): Promise<GoneTables> {
  const { pk, sk: prefix } = tableKey(of, '');
  const gone: GoneTables = new Map();
  for await (const { sk, goneAt } of world.catalog.query({ pk, prefix })) {
    if (typeof goneAt === 'number') gone.set(String(sk).slice(prefix.length), goneAt);
  }
  return gone;
}

/** A name that may not be described counts as every table that we know by it. */
async function livingTables(world: World, { target }: PlanInTarget, tables: Map<string, string>): Promise<Set<string>> {
  const dynamodb = world.dynamodb(target, 'retain');
  const wanted = new Set(tables.values());
  const names: string[] = [];
  for await (const page of pages(
    (after) => dynamodb.listTables(after),
    ({ next }) => next,
  )) {
    names.push(...page.names.filter((name) => wanted.has(name)));
  }
  const ids = new Set<string>();
  const describe = async (name: string) => {
    try {
      ids.add((await dynamodb.describeTable(name)).id);
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'refused') for (const [id, tableName] of tables) if (tableName === name) ids.add(id);
      if (kind !== 'gone' && kind !== 'refused') throw error;
    }
  };
  for (let start = 0; start < names.length; start += describedAtOnce) {
    await Promise.all(names.slice(start, start + describedAtOnce).map(describe));
  }
  return ids;
}

const isAvailable = ({ state }: Backup) => state === 'AVAILABLE';
