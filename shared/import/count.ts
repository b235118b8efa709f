import { countItems } from '../task/count.ts';
import { write } from '../task/drive.ts';
import type { Item } from './calls.ts';
import { failWithout, ownTable } from './context.ts';
import { countDifferences } from './expected.ts';
import type { Importing } from './import-task.ts';

/** Counts all items while nobody else writes, and compares the count with the files. */
export async function verify(importing: Importing): Promise<'next' | number> {
  const { world, task } = importing;
  const table = await ownTable(importing);
  if (table === 'gone' || table === 'another') return failWithout(importing, table);
  const { target, structure } = task.plan;
  const calls = world.imports(target);
  const isSized = structure.billingMode === 'PROVISIONED' && structure.throughput !== undefined;
  const counted = await countItems(importing, {
    page: ({ after, ...segment }) =>
      calls.countPage(target.tableName, { ...segment, ...(after && { after: after as Item }) }),
    ...(isSized && structure.throughput && { readUnits: structure.throughput.read }),
  });
  if (typeof counted === 'number') return counted;
  const { items } = counted;
  const differences = countDifferences(task, items);
  await write(importing, { state: 'SETTLING', items, differences, counting: undefined }, `${items} items are counted`);
  return 'next';
}
