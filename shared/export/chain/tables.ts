import { kindOf } from '../../errors.ts';
import { pages } from '../../pages.ts';
import { selectByName, selectTables } from '../../selection.ts';
import { targetKey } from '../../target.ts';
import { type Chain, chainsOf, writeChain } from './chain.ts';
import { end, type Rounding } from './rounding.ts';

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
    if (chain.endedAt !== undefined || unknown.has(name)) continue;
    const endsAs = ids.has(id) ? undefined : whyGone(name, names, meant);
    if (endsAs !== undefined && chain.step === undefined) await end(rounding, chain, endsAs);
    else if (chain.endsAs !== endsAs) await writeChain(world, round, chain, { endsAs });
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
  const list = (after: string | undefined) => world.dynamodb(round.target, 'read').listTables(after);
  for await (const page of pages(list, ({ next }) => next)) names.push(...page.names);
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
