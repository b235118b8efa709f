import { kindOf } from '../../errors.ts';
import { selectByName, selectTables } from '../../selection.ts';
import { targetKey } from '../../target.ts';
import { end, type Rounding } from './advance.ts';
import { type Chain, chainsOf, writeChain } from './chain.ts';

/** DescribeTable calls at once; AWS allows 2,500 a second. */
const describedAtOnce = 10;

/** What the plan means now: a table that appears begins a chain, one that goes ends it. */
export async function chooseTables(rounding: Rounding): Promise<void> {
  const { world, round, plan } = rounding;
  const names = await listNames(rounding);
  const meant = selectTables(await withTags(rounding, names), plan.tables).map(({ name }) => name);
  const { ids, unknown } = await describe(rounding, meant);
  const chains = await chainsOf(world, round);
  const known = new Map(chains.map((chain) => [chain.table.id, chain]));
  for (const chain of chains) {
    const { id, name } = chain.table;
    // What is on its way is ended by whoever finds how it came out.
    if (chain.endedAt !== undefined || chain.step !== undefined || ids.has(id) || unknown.has(name)) continue;
    await end(world, round, chain, whyGone(name, names, meant));
  }
  for (const [id, name] of ids) {
    const chain = known.get(id);
    if (chain === undefined || chain.endedAt !== undefined) {
      await writeChain(world, round, newChain(rounding, { id, name }, chain?.rev ?? 0), {});
    }
  }
}

function whyGone(name: string, names: string[], meant: string[]): string {
  if (meant.includes(name)) return 'another table has its name now';
  return names.includes(name) ? 'the exports do not mean it any more' : 'the table is gone';
}

const newChain = ({ world, plan }: Rounding, table: Chain['table'], rev: number): Chain => ({
  table,
  since: world.clock.now(),
  mode: plan.mode,
  rev,
});

async function listNames({ world, round }: Rounding): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await world.dynamodb(round.target, 'read').listTables(after);
    names.push(...page.names);
    after = page.next;
  } while (after !== undefined);
  const isHome = targetKey(round.target) === targetKey(world.hub);
  return names.filter((name) => !isHome || name !== world.options.catalog);
}

/** All tags at once: an opt-out is a tag, so they always matter. */
async function withTags({ world, round, plan }: Rounding, names: string[]) {
  const byName = selectByName(
    names.map((name) => ({ name })),
    plan.tables,
  );
  if (byName.length === 0) return [];
  const tags = new Map<string, Record<string, string>>();
  for await (const table of world.tagging(round.target).taggedTables()) {
    tags.set(table.arn.split('/').at(-1) ?? '', table.tags);
  }
  return byName.map(({ name }) => ({ name, tags: tags.get(name) ?? {} }));
}

/** Names by table id. One that may not be described costs no other its export: the audit finds it overdue. */
async function describe({ world, round }: Rounding, names: string[]) {
  const ids = new Map<string, string>();
  const unknown = new Set<string>();
  const one = async (name: string) => {
    try {
      const { id, status, isBeingRestored } = await world.dynamodb(round.target, 'read').describeTable(name);
      if (isBeingRestored || status === 'CREATING') unknown.add(name);
      else if (status !== 'DELETING') ids.set(id, name);
    } catch (error) {
      if (kindOf(error) === 'gone') return;
      if (kindOf(error) !== 'refused') throw error;
      world.logger.warn('table cannot be described and is not exported', { table: name });
      unknown.add(name);
    }
  };
  for (let start = 0; start < names.length; start += describedAtOnce) {
    await Promise.all(names.slice(start, start + describedAtOnce).map(one));
  }
  return { ids, unknown };
}
